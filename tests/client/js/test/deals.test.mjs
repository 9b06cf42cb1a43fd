// The life of a deal.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { addColleague, addDeal, addOrganization, addPerson, addPipeline, named, one, RFC3339, two } from './api.mjs';

let me;
let colleague;
let pipeline;
let otherPipeline;
let person;
let organization;
before(async () => {
  me = (await one.users.getCurrentUser()).data;
  colleague = await addColleague('follower');
  pipeline = await addPipeline('Deals', ['First', 'Second']);
  otherPipeline = await addPipeline('Other deals', ['Only']);
  organization = await addOrganization('Buyer');
  person = await addPerson('Buyer', { org_id: organization.id });
});

const get = async (id) => (await two.deals.getDeal({ id })).data;
const update = async (id, UpdateDealRequest) => (await two.deals.updateDeal({ id, UpdateDealRequest })).data;
const listed = async (query) => (await two.deals.getDeals(query)).data;

describe('a deal', () => {
  test('takes its defaults from the caller and the default pipeline', async () => {
    const made = await addDeal('Bare');
    assert.deepEqual([made.owner_id, made.creator_user_id, made.status, made.value, made.currency], [me.id, me.id, 'open', 0, me.default_currency]);
    assert.ok(Number.isInteger(made.pipeline_id) && Number.isInteger(made.stage_id));
    assert.match(made.add_time, RFC3339);
  });

  test('is stored as it was sent', async () => {
    const sent = {
      person_id: person.id, org_id: organization.id, stage_id: pipeline.stages[0], value: 1234.56, currency: 'EUR',
      expected_close_date: '2027-01-31', probability: 35, visible_to: 3,
    };
    const { id } = await addDeal('Complete', sent);
    const read = await get(id);
    for (const [key, value] of Object.entries(sent)) assert.equal(read[key], value, key);
    assert.deepEqual([read.title, read.pipeline_id], [named('Complete'), pipeline.id]);
    const changed = await update(id, { title: named('Changed') });
    for (const [key, value] of Object.entries(sent)) assert.equal(changed[key], value, `${key} after a change of the title`);
  });

  test('needs a title, and refuses what v2 does not know', async () => {
    for (const body of [{ value: 1 }, { title: 'x', no_such_key: 1 }, { title: 'x', value: '12' }, { title: 'x', owner_id: 999999999 }]) {
      await assert.rejects(two.deals.addDeal({ AddDealRequest: body }), { success: false, code: 'ERR_SCHEMA_VALIDATION_FAILED' }, JSON.stringify(body));
    }
  });

  test('moves through stages and into another pipeline', async () => {
    const { id } = await addDeal('Moving', { stage_id: pipeline.stages[0] });
    const moved = await update(id, { stage_id: pipeline.stages[1] });
    assert.deepEqual([moved.stage_id, moved.pipeline_id], [pipeline.stages[1], pipeline.id]);
    assert.match(moved.stage_change_time, RFC3339);
    assert.equal((await update(id, { stage_id: otherPipeline.stages[0] })).pipeline_id, otherPipeline.id);
    assert.ok((await listed({ stage_id: otherPipeline.stages[0], limit: 500 })).some((row) => row.id === id));
    assert.ok(!(await listed({ pipeline_id: pipeline.id, limit: 500 })).some((row) => row.id === id));
  });

  test('is won, lost and reopened', async () => {
    const { id } = await addDeal('Closing', { stage_id: pipeline.stages[0] });
    const won = await update(id, { status: 'won' });
    assert.deepEqual([won.status, won.stage_id, won.lost_time], ['won', pipeline.stages[0], null]);
    assert.match(won.won_time, RFC3339);
    assert.match(won.close_time, RFC3339);
    const lost = await update(id, { status: 'lost', lost_reason: 'Too wet' });
    assert.deepEqual([lost.status, lost.lost_reason], ['lost', 'Too wet']);
    assert.match(lost.lost_time, RFC3339);
    assert.ok((await listed({ pipeline_id: pipeline.id, status: 'lost', limit: 500 })).some((row) => row.id === id));
    const open = await update(id, { status: 'open' });
    assert.deepEqual([open.status, open.won_time, open.lost_time, open.close_time, open.lost_reason ?? null], ['open', null, null, null, null]);
  });

  test('is copied with its links, as an open deal', async () => {
    const { id } = await addDeal('Model', { person_id: person.id, org_id: organization.id, stage_id: pipeline.stages[1], value: 99 });
    await update(id, { status: 'won' });
    const { data: copy } = await one.deals.duplicateDeal({ id });
    assert.notEqual(copy.id, id);
    const read = await get(copy.id);
    assert.deepEqual(
      [read.title, read.person_id, read.org_id, read.stage_id, read.value, read.status, read.won_time],
      [`${named('Model')} (copy)`, person.id, organization.id, pipeline.stages[1], 99, 'open', null],
    );
  });

  test('is merged into another one, which fills its gaps', async () => {
    const from = await addDeal('Leaving', { person_id: person.id, value: 10 });
    const into = await addDeal('Staying', { value: 20 });
    await one.deals.addDealFollower({ id: from.id, AddDealFollowerRequest: { user_id: colleague.id } });
    const { data: merged } = await one.deals.mergeDeals({ id: from.id, MergeDealsRequest: { merge_with_id: into.id } });
    assert.equal(merged.id, into.id);
    const read = await get(into.id);
    assert.deepEqual([read.title, read.value, read.person_id], [named('Staying'), 20, person.id]);
    assert.deepEqual(await listed({ ids: String(from.id) }), []);
    assert.ok((await two.deals.getDealFollowers({ id: into.id })).data.some(({ user_id }) => user_id === colleague.id), 'the follower did not move');
  });

  test('is deleted softly', async () => {
    const { id } = await addDeal('Going', { person_id: person.id });
    assert.deepEqual((await two.deals.deleteDeal({ id })).data, { id });
    assert.deepEqual(await listed({ ids: String(id) }), []);
    assert.deepEqual((await listed({ ids: String(id), status: 'deleted' })).map((row) => [row.id, row.is_deleted]), [[id, true]]);
    assert.equal((await two.persons.getPerson({ id: person.id })).data.is_deleted, false);
  });

  test('is archived and found only there', async () => {
    const { id } = await addDeal('Shelved', { stage_id: pipeline.stages[0] });
    assert.match((await update(id, { is_archived: true })).archive_time, RFC3339);
    assert.deepEqual(await listed({ ids: String(id) }), []);
    assert.deepEqual((await two.deals.getArchivedDeals({ ids: String(id) })).data.map((row) => row.id), [id]);
    const old = await one.deals.getArchivedDeals({ stage_id: pipeline.stages[0], limit: 500 });
    assert.ok(old.data.some((row) => row.id === id));
    assert.equal((await update(id, { is_archived: false })).is_archived, false);
    assert.deepEqual((await listed({ ids: String(id) })).map((row) => row.id), [id]);
  });

  test('tells its changes and who may see it', async () => {
    const { id } = await addDeal('Watched', { value: 1 });
    await update(id, { value: 100 });
    const { data: log } = await one.deals.getDealChangelog({ id });
    const change = log.find((row) => row.field_key === 'value' && row.new_value === '100');
    assert.deepEqual([change?.old_value, change?.actor_user_id, change?.change_source], ['1', me.id, 'api']);
    const permitted = await one.deals.getDealUsers({ id });
    assert.ok(permitted.data.includes(me.id));
  });
});

describe('followers of a deal', () => {
  test('come and go through v2, by user', async () => {
    const { id } = await addDeal('Followed');
    const follow = () => two.deals.addDealFollower({ id, AddDealFollowerRequest: { user_id: colleague.id } });
    assert.equal((await follow()).data.user_id, colleague.id);
    await assert.rejects(follow(), { success: false });
    assert.ok((await two.deals.getDealFollowers({ id })).data.some(({ user_id }) => user_id === colleague.id));
    assert.deepEqual((await two.deals.deleteDealFollower({ id, follower_id: colleague.id })).data, { user_id: colleague.id });
    assert.ok(!(await two.deals.getDealFollowers({ id })).data.some(({ user_id }) => user_id === colleague.id));
    const { data: log } = await two.deals.getDealFollowersChangelog({ id });
    const actions = log.filter((row) => row.follower_user_id === colleague.id).map((row) => row.action);
    assert.deepEqual(actions.sort(), ['added', 'removed']);
  });

  test('come and go through v1, by row', async () => {
    const { id } = await addDeal('Followed of old');
    const follow = () => one.deals.addDealFollower({ id, AddDealFollowerRequest: { user_id: colleague.id } });
    const { data: first } = await follow();
    assert.deepEqual([first.user_id, first.deal_id], [colleague.id, id]);
    assert.equal((await follow()).data.id, first.id, 'following twice made a second row');
    assert.ok((await one.deals.getDealFollowers({ id })).data.some((row) => row.id === first.id));
    assert.deepEqual((await one.deals.deleteDealFollower({ id, follower_id: first.id })).data, { id: first.id });
    assert.ok(!((await one.deals.getDealFollowers({ id })).data ?? []).some((row) => row.id === first.id));
  });
});

describe('participants of a deal', () => {
  const people = async (id) => ((await one.deals.getDealParticipants({ id })).data ?? []).map((row) => row.person_id.value);

  test('are the person of the deal and those who were added', async () => {
    const guest = await addPerson('Guest');
    const { id } = await addDeal('Shared', { person_id: person.id });
    const { data: added } = await one.deals.addDealParticipant({ id, AddDealParticipantRequest: { person_id: guest.id } });
    assert.deepEqual(new Set(await people(id)), new Set([person.id, guest.id]));
    const { data: row } = await two.deals.getDeal({ id, include_fields: 'participants_count' });
    assert.equal(row.participants_count, 2);
    assert.deepEqual((await one.deals.deleteDealParticipant({ id, deal_participant_id: added.id })).data, { id: added.id });
    assert.deepEqual(await people(id), [person.id]);
    const { data: log } = await one.deals.getDealParticipantsChangelog({ id });
    assert.ok(log.some((entry) => entry.person_id === guest.id && entry.action === 'added'));
  });
});
