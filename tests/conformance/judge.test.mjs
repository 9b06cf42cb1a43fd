import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHECKS, judge, OPERATIONS, parseWaiting } from './judge.mjs';

const operation = (tag, result, extra = {}) => ({ key: `v2.${tag}`, method: 'GET', path: '/x', tag, result, problems: [], missing: [], ...extra });
const check = (id, result = 'pass') => ({ id, result, section: '9', statement: 'so it is', detail: 'it is not' });

/** A report where all is well, changed by the test. */
function report(change = () => {}) {
  const good = {
    operations: [operation('Deals', 'pass'), ...Array.from({ length: OPERATIONS - 1 }, (_, place) => operation(`Tag${place}`, 'pass'))],
    checks: [check('DEAL-ONE'), ...Array.from({ length: CHECKS - 1 }, (_, place) => check(`CHECK-${place}`))],
    crashes: [],
  };
  change(good);
  return good;
}
const regressions = (change, waiting = []) =>
  judge(report(change), new Map(waiting.map((id) => [id, 'needs notes']))).regressions;
const set = (list, key, row) => { list[list.findIndex((each) => (each.key ?? each.id) === key)] = row; };

test('a good report has no regressions', () => {
  const verdict = judge(report(), new Map());
  assert.deepEqual(verdict.regressions, []);
  assert.deepEqual(verdict.operations, { pass: OPERATIONS, partial: 0, waiting: 0 });
  assert.equal(verdict.checks.pass, CHECKS);
});

test('operations that fail, are skipped or lack keys are regressions, other types are notes', () => {
  for (const row of [operation('Deals', 'fail'), operation('Deals', 'skipped'), operation('Deals', 'unreached'), operation('Deals', 'partial', { missing: ['data.id'] })]) {
    assert.match(regressions(({ operations }) => set(operations, 'v2.Deals', row))[0], /^v2\.Deals GET \/x/, row.result);
  }
  const verdict = judge(report(({ operations }) => set(operations, 'v2.Deals', operation('Deals', 'partial', { problems: ['/data/id must be string'] }))), new Map());
  assert.deepEqual([verdict.regressions, verdict.notes.length], [[], 1]);
});

test('a failing or skipped check is a regression unless it waits', () => {
  for (const result of ['fail', 'skipped']) {
    const change = ({ checks }) => set(checks, 'DEAL-ONE', check('DEAL-ONE', result));
    assert.match(regressions(change)[0], new RegExp(`^DEAL-ONE ${result} .*: it is not$`));
    assert.deepEqual(regressions(change, ['DEAL-ONE']), []);
  }
});

test('the list only shrinks: passing and unknown entries are errors', () => {
  assert.match(regressions(undefined, ['DEAL-ONE'])[0], /take it off waiting.txt/);
  assert.match(regressions(undefined, ['v2.Deals'])[0], /take it off waiting.txt/);
  for (const id of ['DEAL-TWO', 'v2.Elsewhere']) assert.match(regressions(undefined, [id])[0], /is not among/, id);
});

test('a report that was cut short, or broke off, is a regression', () => {
  assert.match(regressions((all) => { all.checks.pop(); })[0], /checks$/);
  assert.match(regressions((all) => { all.operations.pop(); })[0], /operations$/);
  assert.match(regressions(({ crashes }) => crashes.push('scenario/deals.mjs setup: TypeError'))[0], /broke off/);
});

test('the lists are read strictly', () => {
  assert.deepEqual([...parseWaiting('# comment\nDEAL-FLOW   # needs notes\n')], [['DEAL-FLOW', 'needs notes']]);
  assert.throws(() => parseWaiting('DEAL-FLOW'), /needs an id and a reason/);
  assert.throws(() => parseWaiting('A # b\nA # c'), /listed twice/);
  assert.doesNotThrow(() => parseWaiting(readFileSync(new URL('waiting.txt', import.meta.url), 'utf8')));
});
