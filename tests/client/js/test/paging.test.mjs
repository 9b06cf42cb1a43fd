// Walks through a thousand deals by cursor and by offset.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { addDeal, addPipeline, one, two } from './api.mjs';

const DEALS = 1000;
const AT_ONCE = 8;

let pipeline;
/** Ids in ascending order. */
const made = [];
before(async () => {
  pipeline = await addPipeline('A thousand', ['Only']);
  let next = 0;
  const worker = async () => {
    while (next < DEALS) {
      next += 1;
      made.push((await addDeal(`Deal ${next}`, { stage_id: pipeline.stages[0], value: next })).id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  made.sort((a, b) => a - b);
});

/** Ids of all rows of a cursor list, and the sizes of its pages. */
async function byCursor(query) {
  const ids = [];
  const sizes = [];
  let cursor;
  do {
    const page = await two.deals.getDeals({ ...query, cursor });
    ids.push(...page.data.map(({ id }) => id));
    sizes.push(page.data.length);
    cursor = page.additional_data.next_cursor ?? undefined;
  } while (cursor && sizes.length < 100);
  return { ids, sizes };
}

test('every deal got an id of its own', () => {
  assert.equal(new Set(made).size, DEALS);
});

test('v2 shows every deal once, in order, by cursor', async () => {
  const { ids, sizes } = await byCursor({ pipeline_id: pipeline.id, limit: 300 });
  assert.deepEqual(sizes, [300, 300, 300, 100]);
  assert.deepEqual(ids, made);
});

test('v2 shows them backwards, and by the time of their change', async () => {
  const backwards = await byCursor({ pipeline_id: pipeline.id, limit: 500, sort_by: 'id', sort_direction: 'desc' });
  assert.deepEqual(backwards.ids, [...made].reverse());
  const byTime = await byCursor({ pipeline_id: pipeline.id, limit: 128, sort_by: 'add_time', sort_direction: 'asc' });
  assert.deepEqual([...byTime.ids].sort((a, b) => a - b), made, 'equal times lost or doubled a deal');
});

test('a page has a hundred rows unless told otherwise, and the last one no cursor', async () => {
  const { data, additional_data: more } = await two.deals.getDeals({ pipeline_id: pipeline.id });
  assert.equal(data.length, 100);
  assert.equal(typeof more.next_cursor, 'string');
  const all = await two.deals.getDeals({ ids: made.slice(0, 3).join(',') });
  assert.deepEqual([all.data.length, all.additional_data.next_cursor], [3, null]);
});

test('v1 shows every deal once by start and limit', async () => {
  const ids = [];
  const starts = [];
  let start = 0;
  while (start !== undefined && starts.length < 100) {
    starts.push(start);
    const page = await one.pipelines.getPipelineDeals({ id: pipeline.id, everyone: 1, start, limit: 300 });
    const { pagination } = page.additional_data;
    assert.deepEqual([pagination.start, pagination.limit], [start, 300]);
    assert.equal(pagination.more_items_in_collection, 'next_start' in pagination);
    ids.push(...page.data.map(({ id }) => id));
    start = pagination.next_start;
  }
  assert.deepEqual(starts, [0, 300, 600, 900]);
  assert.deepEqual(ids.sort((a, b) => a - b), made);
});

test('v1 gives null behind the last row', async () => {
  const page = await one.stages.getStageDeals({ id: pipeline.stages[0], everyone: 1, start: DEALS, limit: 100 });
  assert.equal(page.data, null);
});
