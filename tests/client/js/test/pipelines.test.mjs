// Pipelines and stages through v2, and the deals that v1 lists for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addColleague, addDeal, addPipeline, named, one, two } from './api.mjs';

test('a pipeline is made, read, renamed and deleted', async () => {
  const { data: made } = await two.pipelines.addPipeline({ AddPipelineRequest: { name: named('Mill'), is_deal_probability_enabled: true } });
  assert.deepEqual([made.name, made.is_deal_probability_enabled, made.is_deleted], [named('Mill'), true, false]);
  assert.equal((await two.pipelines.updatePipeline({ id: made.id, UpdatePipelineRequest: { name: named('Weir') } })).data.name, named('Weir'));
  const listed = (await two.pipelines.getPipelines({ limit: 500 })).data;
  assert.equal(listed.find(({ id }) => id === made.id)?.name, named('Weir'));
  assert.equal(made.order_nr, Math.max(...listed.map(({ order_nr }) => order_nr)), 'a new pipeline is not the last');
  assert.deepEqual((await two.pipelines.deletePipeline({ id: made.id })).data, { id: made.id });
  assert.ok(!(await two.pipelines.getPipelines({ limit: 500 })).data.some(({ id }) => id === made.id));
});

test('stages stand in their order and keep their settings', async () => {
  const pipeline = await addPipeline('Order', ['First', 'Second', 'Third']);
  const inOrder = { pipeline_id: pipeline.id, sort_by: 'order_nr', sort_direction: 'asc' };
  assert.deepEqual((await two.stages.getStages(inOrder)).data.map(({ id, name }) => [id, name]), pipeline.stages.map((id, i) => [id, ['First', 'Second', 'Third'][i]]));
  const UpdateStageRequest = { name: 'Second, slower', deal_probability: 40, is_deal_rot_enabled: true, days_to_rotten: 7 };
  await two.stages.updateStage({ id: pipeline.stages[1], UpdateStageRequest });
  const { data: read } = await two.stages.getStage({ id: pipeline.stages[1] });
  for (const [key, value] of Object.entries(UpdateStageRequest)) assert.equal(read[key], value, key);
  assert.equal(read.pipeline_id, pipeline.id);

  assert.deepEqual((await two.stages.deleteStage({ id: pipeline.stages[2] })).data, { id: pipeline.stages[2] });
  assert.deepEqual((await two.stages.getStages(inOrder)).data.map(({ id }) => id), pipeline.stages.slice(0, 2));
  await assert.rejects(two.stages.addStage({ AddStageRequest: { name: 'Nowhere' } }), { success: false });
});

test('v1 lists the deals of a stage and of a pipeline', async () => {
  const pipeline = await addPipeline('Lists', ['First', 'Second']);
  const colleague = await addColleague('lister');
  const mine = await addDeal('Mine', { stage_id: pipeline.stages[0] });
  const second = await addDeal('Mine too', { stage_id: pipeline.stages[1] });
  const theirs = await addDeal('Not mine', { stage_id: pipeline.stages[0], owner_id: colleague.id });
  const won = await addDeal('Won', { stage_id: pipeline.stages[0] });
  await two.deals.updateDeal({ id: won.id, UpdateDealRequest: { status: 'won' } });

  const ids = ({ data }) => (data ?? []).map(({ id }) => id).sort((a, b) => a - b);
  assert.deepEqual(ids(await one.stages.getStageDeals({ id: pipeline.stages[0] })), [mine.id]);
  assert.deepEqual(ids(await one.pipelines.getPipelineDeals({ id: pipeline.id })), [mine.id, second.id]);
  assert.deepEqual(ids(await one.pipelines.getPipelineDeals({ id: pipeline.id, stage_id: pipeline.stages[1] })), [second.id]);
  assert.deepEqual(ids(await one.pipelines.getPipelineDeals({ id: pipeline.id, user_id: colleague.id })), [theirs.id]);
  const all = ids(await one.stages.getStageDeals({ id: pipeline.stages[0], everyone: 1 }));
  assert.ok(all.includes(mine.id) && all.includes(theirs.id), `deals of everyone ${all}`);
});
