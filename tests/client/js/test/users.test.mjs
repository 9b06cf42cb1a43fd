// Who is there, what the caller's settings are, and how refusals look through the SDK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v1, v2 } from 'pipedrive';
import { addColleague, one, settings, two, V1_TIME } from './api.mjs';

test('the caller is an active user of a named company', async () => {
  const { data: me } = await one.users.getCurrentUser();
  assert.deepEqual([me.is_you, me.active_flag], [true, true]);
  for (const key of ['company_id', 'company_name', 'company_domain', 'default_currency', 'language']) assert.ok(me[key], key);
  assert.match(me.created, V1_TIME);
  assert.equal((await one.users.getUser({ id: me.id })).data.email, me.email);
});

test('a user is added, found, switched off and on', async () => {
  const made = await addColleague('newcomer');
  assert.ok((await one.users.getUsers()).data.some(({ id }) => id === made.id));
  const found = await one.users.findUsersByName({ term: made.email, search_by_email: 1 });
  assert.deepEqual(found.data.map(({ id }) => id), [made.id]);
  assert.equal((await one.users.updateUser({ id: made.id, UpdateUserRequest: { active_flag: false } })).data.active_flag, false);
  assert.equal((await one.users.updateUser({ id: made.id, UpdateUserRequest: { active_flag: true } })).data.active_flag, true);
  assert.deepEqual((await two.users.getUserFollowers({ id: made.id })).data, []);
});

test('settings and currencies are there', async () => {
  assert.equal(typeof (await one.userSettings.getUserSettings()).data.list_limit, 'number');
  const codes = (await one.currencies.getCurrencies({ term: 'EUR' })).data.map(({ code }) => code);
  assert.ok(codes.includes('EUR') && !codes.includes('USD'), `currencies ${codes}`);
});

test('a wrong token is refused in both versions', async () => {
  const { old, current } = settings('f'.repeat(40));
  const refusal = { success: false, error: 'unauthorized access', errorCode: 401 };
  await assert.rejects(new v1.UsersApi(old).getCurrentUser(), refusal);
  await assert.rejects(new v2.DealsApi(current).getDeals(), refusal);
});

test('what does not exist is told as the service tells it', async () => {
  await assert.rejects(two.deals.getDeal({ id: 999999999 }), { success: false, error: 'Deal not found' });
  await assert.rejects(two.persons.getPerson({ id: 999999999 }), { success: false });
  await assert.rejects(one.users.getUser({ id: 999999999 }), { success: false });
});
