// Custom fields of all types, made through both versions, and the values that they hold.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { addDeal, addOrganization, addPerson, named, one, two } from './api.mjs';
import { OPTIONS, SAMPLES, TYPES, writtenPart } from './samples.mjs';

const KEY = /^[0-9a-f]{40}$/;
const withOptions = (type) => (['enum', 'set'].includes(type) ? { options: OPTIONS } : {});
const ids = (options) => options.map((option) => option.id);
const labels = (options) => options.map((option) => option.label);

/** The calls of one entity under common names; the SDK names each after its entity. */
const ENTITIES = {
  deal: {
    add: (body) => two.dealFields.addDealField({ AddDealFieldRequest: body }),
    get: (field_code) => two.dealFields.getDealField({ field_code }),
    list: (query) => two.dealFields.getDealFields(query),
    rename: (field_code, field_name) => two.dealFields.updateDealField({ field_code, UpdateDealFieldRequest: { field_name } }),
    remove: (field_code) => two.dealFields.deleteDealField({ field_code }),
    addOld: (body) => one.dealFields.addDealField({ CreateFieldRequest: body }),
    getOld: (id) => one.dealFields.getDealField({ id }),
    listOld: (query) => one.dealFields.getDealFields(query),
    updateOld: (id, body) => one.dealFields.updateDealField({ id, UpdateFieldRequest: body }),
    removeOld: (id) => one.dealFields.deleteDealField({ id }),
    removeManyOld: (list) => one.dealFields.deleteDealFields({ ids: list.join(',') }),
  },
  person: {
    add: (body) => two.personFields.addPersonField({ AddPersonFieldRequest: body }),
    get: (field_code) => two.personFields.getPersonField({ field_code }),
    list: (query) => two.personFields.getPersonFields(query),
    rename: (field_code, field_name) => two.personFields.updatePersonField({ field_code, UpdatePersonFieldRequest: { field_name } }),
    remove: (field_code) => two.personFields.deletePersonField({ field_code }),
    addOld: (body) => one.personFields.addPersonField({ CreateFieldRequest: body }),
    getOld: (id) => one.personFields.getPersonField({ id }),
    listOld: (query) => one.personFields.getPersonFields(query),
    updateOld: (id, body) => one.personFields.updatePersonField({ id, UpdateFieldRequest: body }),
    removeOld: (id) => one.personFields.deletePersonField({ id }),
    removeManyOld: (list) => one.personFields.deletePersonFields({ ids: list.join(',') }),
  },
  organization: {
    add: (body) => two.organizationFields.addOrganizationField({ AddOrganizationFieldRequest: body }),
    get: (field_code) => two.organizationFields.getOrganizationField({ field_code }),
    list: (query) => two.organizationFields.getOrganizationFields(query),
    rename: (field_code, field_name) => two.organizationFields.updateOrganizationField({ field_code, UpdateOrganizationFieldRequest: { field_name } }),
    remove: (field_code) => two.organizationFields.deleteOrganizationField({ field_code }),
    addOld: (body) => one.organizationFields.addOrganizationField({ CreateFieldRequest: body }),
    getOld: (id) => one.organizationFields.getOrganizationField({ id }),
    listOld: (query) => one.organizationFields.getOrganizationFields(query),
    updateOld: (id, body) => one.organizationFields.updateOrganizationField({ id, UpdateFieldRequest: body }),
    removeOld: (id) => one.organizationFields.deleteOrganizationField({ id }),
    removeManyOld: (list) => one.organizationFields.deleteOrganizationFields({ ids: list.join(',') }),
  },
  product: {
    add: (body) => two.productFields.addProductField({ AddProductFieldRequest: body }),
    get: (field_code) => two.productFields.getProductField({ field_code }),
    list: (query) => two.productFields.getProductFields(query),
    rename: (field_code, field_name) => two.productFields.updateProductField({ field_code, UpdateProductFieldRequest: { field_name } }),
    remove: (field_code) => two.productFields.deleteProductField({ field_code }),
    addOld: (body) => one.productFields.addProductField({ ProductFieldAllOf: body }),
    getOld: (id) => one.productFields.getProductField({ id }),
    listOld: (query) => one.productFields.getProductFields(query),
    updateOld: (id, body) => one.productFields.updateProductField({ id, UpdateProductFieldResponse: body }),
    removeOld: (id) => one.productFields.deleteProductField({ id }),
    removeManyOld: (list) => one.productFields.deleteProductFields({ ids: list.join(',') }),
  },
};

/** All rows of a v2 list, page by page; gives up on a cursor without end. */
async function every(list) {
  const found = [];
  let cursor;
  for (let pages = 0; pages < 50; pages += 1) {
    const page = await list({ limit: 30, cursor });
    found.push(...page.data);
    cursor = page.additional_data.next_cursor ?? undefined;
    if (!cursor) return found;
  }
  throw new Error('the list has no last page');
}

for (const [entity, fields] of Object.entries(ENTITIES)) {
  describe(`fields of the ${entity}`, () => {
    const made = {}; // type -> v2 field
    const old = {}; // type -> v1 field

    for (const type of TYPES) {
      test(`${type} is made through v2 and through v1`, async () => {
        made[type] = (await fields.add({ field_name: named(`${entity} ${type}`), field_type: type, ...withOptions(type) })).data;
        assert.match(made[type].field_code, KEY);
        assert.deepEqual([made[type].field_type, made[type].is_custom_field], [type, true]);
        old[type] = (await fields.addOld({ name: named(`${entity} old ${type}`), field_type: type, ...withOptions(type) })).data;
        assert.match(old[type].key, KEY);
        assert.deepEqual([old[type].field_type, old[type].edit_flag], [type, true]);
        if ('options' in withOptions(type)) {
          assert.deepEqual(labels(made[type].options), labels(OPTIONS));
          assert.deepEqual(labels(old[type].options), labels(OPTIONS));
        }
      });
    }

    test('each version lists and reads what the other one made', async () => {
      const codes = new Set((await every(fields.list)).map((field) => field.field_code));
      for (const field of Object.values(old)) assert.ok(codes.has(field.key), `${field.name} is not in the v2 list`);
      const rows = (await fields.listOld({ start: 0, limit: 500 })).data;
      for (const field of Object.values(made)) {
        const row = rows.find(({ key }) => key === field.field_code);
        assert.equal(row?.name, field.field_name);
        assert.equal((await fields.getOld(row.id)).data.key, field.field_code);
      }
      assert.equal((await fields.get(old.varchar.key)).data.field_name, old.varchar.name);
    });

    test('a field is renamed', async () => {
      const renamed = await fields.rename(made.text.field_code, named('renamed'));
      assert.deepEqual([renamed.data.field_name, renamed.data.field_type], [named('renamed'), 'text']);
      assert.equal((await fields.updateOld(old.text.id, { name: named('renamed old') })).data.name, named('renamed old'));
      assert.equal((await fields.get(old.text.key)).data.field_name, named('renamed old'));
    });

    test('a v1 update replaces the list of options', async () => {
      const [kept] = old.set.options;
      const { data } = await fields.updateOld(old.set.id, { options: [{ id: kept.id, label: kept.label }, { label: 'East' }] });
      assert.deepEqual(labels(data.options), [kept.label, 'East']);
      assert.equal(data.options[0].id, kept.id);
      assert.deepEqual(labels((await fields.get(old.set.key)).data.options), [kept.label, 'East']);
    });

    test('fields are deleted, singly and in bulk', async () => {
      const { field_code: code } = made.double;
      assert.equal((await fields.remove(code)).data.field_code, code);
      assert.deepEqual((await fields.removeOld(old.double.id)).data, { id: old.double.id });
      const pair = [old.phone.id, old.date.id];
      assert.deepEqual((await fields.removeManyOld(pair)).data, { id: pair });
      const codes = new Set((await every(fields.list)).map((field) => field.field_code));
      for (const gone of [code, old.double.key, old.phone.key, old.date.key]) assert.ok(!codes.has(gone), `${gone} is still listed`);
      assert.ok(codes.has(made.varchar.field_code));
    });
  });
}

describe('options of a deal field', () => {
  let code;
  before(async () => {
    const { data } = await two.dealFields.addDealField({ AddDealFieldRequest: { field_name: named('choice'), field_type: 'enum', options: OPTIONS } });
    code = data.field_code;
  });
  const current = async () => (await two.dealFields.getDealField({ field_code: code })).data.options;

  test('are added, renamed and removed by their own calls', async () => {
    const added = await two.dealFields.addDealFieldOptions({ field_code: code, AddDealFieldOptionsRequestInner: [{ label: 'Up' }, { label: 'Down' }] });
    assert.deepEqual(labels(added.data), ['Up', 'Down']);
    const [up, down] = ids(added.data);
    const renamed = await two.dealFields.updateDealFieldOptions({ field_code: code, UpdateDealFieldOptionsRequestInner: [{ id: up, label: 'Top' }] });
    assert.deepEqual(renamed.data.map(({ id, label }) => [id, label]), [[up, 'Top']]);
    const removed = await two.dealFields.deleteDealFieldOptions({ field_code: code, DeleteDealFieldOptionsRequestInner: [{ id: down }] });
    assert.deepEqual(ids(removed.data), [down]);
    assert.deepEqual(labels(await current()), [...labels(OPTIONS), 'Top']);
  });

  test('stay as they are when one id of a call is unknown', async () => {
    const [first] = await current();
    await assert.rejects(two.dealFields.updateDealFieldOptions({
      field_code: code, UpdateDealFieldOptionsRequestInner: [{ id: first.id, label: 'Changed' }, { id: 999999999, label: 'Ghost' }],
    }), { success: false });
    assert.equal((await current())[0].label, first.label);
  });
});

describe('values of custom fields', () => {
  const links = {};
  before(async () => {
    links.user = (await one.users.getCurrentUser()).data.id;
    links.organization = (await addOrganization('Linked organization')).id;
    links.person = (await addPerson('Linked person')).id;
  });

  const ROWS = {
    deal: {
      add: () => addDeal('With values'),
      get: (id) => two.deals.getDeal({ id }),
      write: (id, custom_fields) => two.deals.updateDeal({ id, UpdateDealRequest: { custom_fields } }),
    },
    person: {
      add: () => addPerson('With values'),
      get: (id) => two.persons.getPerson({ id }),
      write: (id, custom_fields) => two.persons.updatePerson({ id, UpdatePersonRequest: { custom_fields } }),
    },
    organization: {
      add: () => addOrganization('With values'),
      get: (id) => two.organizations.getOrganization({ id }),
      write: (id, custom_fields) => two.organizations.updateOrganization({ id, UpdateOrganizationRequest: { custom_fields } }),
    },
  };

  for (const [entity, row] of Object.entries(ROWS)) {
    test(`a ${entity} keeps a value of each type and gives it up again`, async () => {
      const values = {};
      for (const type of TYPES) {
        const { data } = await ENTITIES[entity].add({ field_name: named(`value ${type}`), field_type: type, ...withOptions(type) });
        values[data.field_code] = SAMPLES[type]({ ...links, options: ids(data.options ?? []) });
      }
      const { id } = await row.add();
      await row.write(id, values);
      const stored = (await row.get(id)).data.custom_fields;
      for (const [code, sample] of Object.entries(values)) assert.deepEqual(writtenPart(stored[code], sample), sample);

      await row.write(id, Object.fromEntries(Object.keys(values).map((code) => [code, null])));
      const cleared = (await row.get(id)).data.custom_fields;
      for (const code of Object.keys(values)) assert.equal(cleared[code] ?? null, null);
    });
  }

  test('options of values come with their labels on request', async () => {
    const { data: field } = await ENTITIES.deal.add({ field_name: named('labelled'), field_type: 'enum', options: OPTIONS });
    const { id } = await addDeal('Labelled', { custom_fields: { [field.field_code]: field.options[1].id } });
    const { data } = await two.deals.getDeal({ id, include_option_labels: true });
    const value = data.custom_fields[field.field_code];
    assert.deepEqual([value.id, value.label], [field.options[1].id, 'South']);
  });

  test('an unknown option and an unknown field are refused', async () => {
    const { data: field } = await ENTITIES.deal.add({ field_name: named('refusing'), field_type: 'enum', options: OPTIONS });
    const { id } = await addDeal('Refusing');
    for (const custom_fields of [{ [field.field_code]: 999999999 }, { ['0'.repeat(40)]: 1 }]) {
      await assert.rejects(two.deals.updateDeal({ id, UpdateDealRequest: { custom_fields } }), { success: false, code: 'ERR_SCHEMA_VALIDATION_FAILED' });
    }
  });
});
