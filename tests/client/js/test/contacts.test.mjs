// Persons and organizations.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { addColleague, addOrganization, addPerson, named, one, RFC3339, two } from './api.mjs';

let me;
let colleague;
before(async () => {
  me = (await one.users.getCurrentUser()).data;
  colleague = await addColleague('contact-follower');
});

describe('a person', () => {
  const get = async (id) => (await two.persons.getPerson({ id })).data;
  const update = async (id, UpdatePersonRequest) => (await two.persons.updatePerson({ id, UpdatePersonRequest })).data;

  test('has a name in two parts, addresses and an organization', async () => {
    const organization = await addOrganization('Employer');
    const { data: made } = await two.persons.addPerson({
      AddPersonRequest: {
        name: 'Mary Jane Stream', org_id: organization.id, visible_to: 3,
        emails: [{ value: 'mary@example.com' }, { value: 'stream@example.com', label: 'home' }],
        phones: [{ value: '+44 113 496 0001', primary: true, label: 'mobile' }],
      },
    });
    const read = await get(made.id);
    assert.deepEqual([read.first_name, read.last_name, read.org_id, read.owner_id, read.visible_to], ['Mary Jane', 'Stream', organization.id, me.id, 3]);
    assert.deepEqual(read.emails.map(({ value, label, primary }) => [value, label, primary]), [['mary@example.com', 'work', true], ['stream@example.com', 'home', false]]);
    assert.deepEqual(read.phones.map(({ value, label, primary }) => [value, label, primary]), [['+44 113 496 0001', 'mobile', true]]);
    assert.match(read.add_time, RFC3339);
    const { data: staff } = await two.persons.getPersons({ org_id: organization.id });
    assert.deepEqual(staff.map(({ id }) => id), [made.id]);
  });

  test('has its addresses replaced as a whole', async () => {
    const { id } = await addPerson('Moving', { emails: [{ value: 'a@example.com' }, { value: 'b@example.com' }], phones: [{ value: '1' }] });
    const changed = await update(id, { emails: [{ value: 'c@example.com' }] });
    assert.deepEqual(changed.emails.map(({ value }) => value), ['c@example.com']);
    assert.deepEqual(changed.phones.map(({ value }) => value), ['1']);
    assert.deepEqual((await update(id, { emails: [] })).emails, []);
  });

  test('is merged into another one, which keeps its values', async () => {
    const organization = await addOrganization('Former employer');
    const from = await addPerson('Leaving', { org_id: organization.id });
    const into = await addPerson('Staying', { emails: [{ value: 'staying@example.com' }] });
    const { data: merged } = await one.persons.mergePersons({ id: from.id, MergePersonsRequest: { merge_with_id: into.id } });
    assert.equal(merged.id, into.id);
    const read = await get(into.id);
    assert.deepEqual([read.name, read.org_id, read.emails[0].value], [named('Staying'), organization.id, 'staying@example.com']);
    assert.deepEqual((await two.persons.getPersons({ ids: `${from.id},${into.id}` })).data.map(({ id }) => id), [into.id]);
  });

  test('is followed through both versions', async () => {
    const { id } = await addPerson('Followed');
    assert.equal((await two.persons.addPersonFollower({ id, AddDealFollowerRequest: { user_id: colleague.id } })).data.user_id, colleague.id);
    const { data: rows } = await one.persons.getPersonFollowers({ id });
    const row = rows.find(({ user_id }) => user_id === colleague.id);
    assert.ok(Number.isInteger(row?.id), 'v1 does not show the follower of v2');
    assert.deepEqual((await one.persons.deletePersonFollower({ id, follower_id: row.id })).data, { id: row.id });
    assert.ok(!(await two.persons.getPersonFollowers({ id })).data.some(({ user_id }) => user_id === colleague.id));
    const { data: old } = await one.persons.addPersonFollower({ id, AddPersonFollowerRequest: { user_id: colleague.id } });
    assert.deepEqual([old.user_id, old.person_id], [colleague.id, id]);
    assert.deepEqual((await two.persons.deletePersonFollower({ id, follower_id: colleague.id })).data, { user_id: colleague.id });
  });

  test('tells its changes and who may see it', async () => {
    const { id } = await addPerson('Watched');
    await update(id, { name: named('Renamed') });
    const { data: log } = await one.persons.getPersonChangelog({ id });
    const change = log.find((entry) => entry.field_key === 'name' && entry.new_value === named('Renamed'));
    assert.deepEqual([change?.old_value, change?.actor_user_id], [named('Watched'), me.id]);
    assert.ok((await one.persons.getPersonUsers({ id })).data.includes(me.id));
  });

  test('is deleted', async () => {
    const { id } = await addPerson('Going');
    assert.deepEqual((await two.persons.deletePerson({ id })).data, { id });
    assert.deepEqual((await two.persons.getPersons({ ids: String(id) })).data, []);
  });

  test('is refused when v2 cannot read it', async () => {
    for (const body of [{ name: 'x', emails: ['x@example.com'] }, { name: 'x', no_such_key: 1 }, { name: 'x', org_id: 'one' }]) {
      await assert.rejects(two.persons.addPerson({ AddPersonRequest: body }), { success: false, code: 'ERR_SCHEMA_VALIDATION_FAILED' }, JSON.stringify(body));
    }
  });
});

describe('an organization', () => {
  const get = async (id) => (await two.organizations.getOrganization({ id })).data;
  const update = async (id, UpdateOrganizationRequest) => (await two.organizations.updateOrganization({ id, UpdateOrganizationRequest })).data;

  test('has an address and facts about itself', async () => {
    const facts = { website: 'https://millrace.example', linkedin: 'https://www.linkedin.com/company/millrace', annual_revenue: 1000000, employee_count: 40 };
    const address = { value: 'Water Lane 7, Leeds', locality: 'Leeds', country: 'United Kingdom', postal_code: 'LS11 5AB' };
    const { id } = await addOrganization('Millrace', { ...facts, address });
    const read = await get(id);
    for (const [key, value] of Object.entries(facts)) assert.equal(read[key], value, key);
    for (const [key, value] of Object.entries(address)) assert.equal(read.address[key], value, `address.${key}`);
    const moved = await update(id, { address: { value: 'Bridge End 1' } });
    assert.deepEqual([moved.address.value, moved.address.locality ?? null, moved.employee_count], ['Bridge End 1', null, 40]);
  });

  test('takes over the persons of one that is merged into it', async () => {
    const from = await addOrganization('Dissolved');
    const into = await addOrganization('Survivor');
    const member = await addPerson('Member', { org_id: from.id });
    const { data } = await one.organizations.mergeOrganizations({ id: from.id, MergeOrganizationsRequest: { merge_with_id: into.id } });
    assert.deepEqual(data, { id: into.id });
    assert.equal((await two.persons.getPerson({ id: member.id })).data.org_id, into.id);
    assert.deepEqual((await two.organizations.getOrganizations({ ids: `${from.id},${into.id}` })).data.map(({ id }) => id), [into.id]);
  });

  test('is followed through both versions', async () => {
    const { id } = await addOrganization('Followed');
    const { data: row } = await one.organizations.addOrganizationFollower({ id, AddOrganizationFollowerRequest: { user_id: colleague.id } });
    assert.deepEqual([row.user_id, row.org_id], [colleague.id, id]);
    assert.ok((await two.organizations.getOrganizationFollowers({ id })).data.some(({ user_id }) => user_id === colleague.id));
    assert.deepEqual((await two.organizations.deleteOrganizationFollower({ id, follower_id: colleague.id })).data, { user_id: colleague.id });
    assert.equal((await two.organizations.addOrganizationFollower({ id, AddDealFollowerRequest: { user_id: colleague.id } })).data.user_id, colleague.id);
    const { data: rows } = await one.organizations.getOrganizationFollowers({ id });
    const again = rows.find(({ user_id }) => user_id === colleague.id);
    assert.deepEqual((await one.organizations.deleteOrganizationFollower({ id, follower_id: again.id })).data, { id: again.id });
  });

  test('tells its changes and who may see it', async () => {
    const { id } = await addOrganization('Watched');
    await update(id, { name: named('Renamed') });
    const { data: log } = await one.organizations.getOrganizationChangelog({ id });
    const change = log.find((entry) => entry.field_key === 'name' && entry.new_value === named('Renamed'));
    assert.deepEqual([change?.old_value, change?.actor_user_id], [named('Watched'), me.id]);
    assert.ok((await one.organizations.getOrganizationUsers({ id })).data.includes(me.id));
  });

  test('is deleted without its persons', async () => {
    const { id } = await addOrganization('Going');
    const member = await addPerson('Left behind', { org_id: id });
    assert.deepEqual((await two.organizations.deleteOrganization({ id })).data, { id });
    assert.deepEqual((await two.organizations.getOrganizations({ ids: String(id) })).data, []);
    assert.equal((await two.persons.getPerson({ id: member.id })).data.is_deleted, false);
  });
});
