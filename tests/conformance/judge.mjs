// Decides whether a report of the sweep is as good as it has to be: nothing that works may break, unseen.

/** How much a whole report has at least: one that was cut short must not pass for a good one. */
export const OPERATIONS = 433;
export const CHECKS = 300;

const lines = (text) => text.split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#'));

/** What cannot pass yet: lines `ID  # reason`, the id of a check or the key of an operation. Gives a map id -> reason. */
export function parseWaiting(text) {
  const waiting = new Map();
  for (const line of lines(text)) {
    const [, id, reason] = /^(\S+)\s+#\s*(\S.*)$/.exec(line) ?? [];
    if (!id) throw new Error(`waiting.txt: "${line}" needs an id and a reason`);
    if (waiting.has(id)) throw new Error(`waiting.txt: ${id} is listed twice`);
    waiting.set(id, reason);
  }
  return waiting;
}

/**
 * Gives { regressions, notes, operations, checks }: sentences that make the run fail, sentences for the reader,
 * and counts { pass, partial, waiting } of operations, { pass, waiting } of checks.
 * An operation holds when it passes, or when only its types differ from the schema; that becomes a note.
 */
export function judge(report, waiting) {
  const verdict = { regressions: [], notes: [], operations: { pass: 0, partial: 0, waiting: 0 }, checks: { pass: 0, waiting: 0 } };
  const unused = new Set(waiting.keys());
  const settle = (counts, id, holds, text) => {
    unused.delete(id);
    if (holds && waiting.has(id)) verdict.regressions.push(`${id} passes: take it off waiting.txt`);
    if (waiting.has(id)) counts.waiting += 1;
    else if (!holds) verdict.regressions.push(text);
  };

  for (const row of report.operations) {
    const pass = row.result === 'pass';
    const typesOnly = row.result === 'partial' && row.missing.length === 0;
    settle(verdict.operations, row.key, pass || typesOnly, describe(row));
    if (pass) verdict.operations.pass += 1;
    if (typesOnly) {
      verdict.operations.partial += 1;
      verdict.notes.push(describe(row));
    }
  }
  if (report.operations.length < OPERATIONS) verdict.regressions.push(`the report has ${report.operations.length} of ${OPERATIONS} operations`);
  for (const check of report.checks) {
    settle(verdict.checks, check.id, check.result === 'pass', `${check.id} ${check.result} (semantics ${check.section}): ${check.statement}: ${check.detail}`);
    if (check.result === 'pass') verdict.checks.pass += 1;
  }
  if (report.checks.length < CHECKS) verdict.regressions.push(`the report has ${report.checks.length} of ${CHECKS} checks`);
  for (const id of unused) verdict.regressions.push(`${id} of waiting.txt is not among the operations and checks`);

  for (const crash of report.crashes) verdict.regressions.push(`the sweep broke off: ${crash}`);
  return verdict;
}

function describe({ key, method, path, result, problems, missing, hint }) {
  const keys = missing.length > 0 ? [`missing keys: ${missing.join(', ')}`] : [];
  return `${key} ${method} ${path} ${result}: ${[...problems, ...keys].join('; ')}${hint ? `\n      ${hint}` : ''}`;
}

export function print({ regressions, notes, operations: o, checks: c }, log = console.log) {
  log(`judged operations: ${o.pass} pass, ${o.partial} with other types than the schema's, ${o.waiting} waiting`);
  log(`judged checks: ${c.pass} pass, ${c.waiting} waiting`);
  if (notes.length > 0) log(`\nnotes:\n${notes.map((note) => `  ${note}`).join('\n')}`);
  if (regressions.length > 0) log(`\n${regressions.length} regressions:\n${regressions.map((text) => `  ${text}`).join('\n')}`);
}
