// Decides whether a report of the sweep is as good as it has to be: nothing that works may break, unseen.

/** Tags whose operations are judged. */
export const TAGS = [
  'Users', 'UserConnections', 'UserSettings', 'Currencies', 'DealFields', 'PersonFields', 'OrganizationFields', 'ProductFields',
  'ActivityFields', 'NoteFields', 'LeadFields', 'Pipelines', 'Stages', 'Persons', 'Organizations', 'Deals', 'Products',
  'DealProducts', 'DealInstallments', 'Activities', 'ActivityTypes', 'Leads', 'LeadLabels', 'LeadSources', 'Notes',
  'OrganizationRelationships',
];

/** The sweep's scenarios whose checks are judged, with the first words of their ids. */
export const AREAS = {
  transport: ['HTTP', 'AUTH', 'ERR', 'V1', 'V2', 'LIST', 'PAGE', 'SORT', 'LIMIT', 'RATE', 'REQUEST'],
  users: ['USER', 'ROLE', 'TEAM', 'CURRENCY', 'PERMISSION'],
  fields: ['CF', 'FIELD'],
  pipelines: ['PIPE', 'STAGE'],
  organizations: ['ORG'],
  persons: ['PERSON'],
  deals: ['DEAL', 'FOLLOW'],
  products: ['PRODUCT'],
  dealProducts: ['LINE', 'DISCOUNT', 'INSTALLMENT'],
  activities: ['ACT'],
  leads: ['LEAD'],
  notes: ['NOTE', 'COMMENT'],
};

const lines = (text) => text.split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#'));

/** Operations that the server has not got: lines `v1 GET /path operationId`. Gives a set of keys such as `v1.getDeals`. */
export function parseMissing(text) {
  return new Set(lines(text).map((line) => {
    const [version, method, path, id, ...rest] = line.split(/\s+/);
    if (!/^v[12]$/.test(version) || !method || !path?.startsWith('/') || !id || rest.length > 0) throw new Error(`missing.txt: cannot read "${line}"`);
    return `${version}.${id}`;
  }));
}

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
 * and counts { pass, partial, waiting, missing } of operations, { pass, waiting } of checks.
 * An operation holds when it passes, or when only its types differ from the schema; that becomes a note.
 */
export function judge(report, { missing, waiting }) {
  const verdict = { regressions: [], notes: [], operations: { pass: 0, partial: 0, waiting: 0, missing: 0 }, checks: { pass: 0, waiting: 0 } };
  const unused = new Set(waiting.keys());
  const settle = (counts, id, holds, text) => {
    unused.delete(id);
    if (holds && waiting.has(id)) verdict.regressions.push(`${id} passes: take it off waiting.txt`);
    if (waiting.has(id)) counts.waiting += 1;
    else if (!holds) verdict.regressions.push(text);
  };

  const operations = report.operations.filter((row) => TAGS.includes(row.tag));
  for (const row of operations) {
    const pass = row.result === 'pass';
    if (missing.has(row.key)) {
      verdict.operations.missing += 1;
      if (pass) verdict.regressions.push(`${row.key} passes: take it off missing.txt`);
      continue;
    }
    const typesOnly = row.result === 'partial' && row.missing.length === 0;
    settle(verdict.operations, row.key, pass || typesOnly, describe(row));
    if (pass) verdict.operations.pass += 1;
    if (typesOnly) {
      verdict.operations.partial += 1;
      verdict.notes.push(describe(row));
    }
  }
  for (const tag of TAGS) if (!operations.some((row) => row.tag === tag)) verdict.regressions.push(`the report has no operation of ${tag}`);

  for (const [area, words] of Object.entries(AREAS)) {
    const checks = report.checks.filter((check) => words.includes(check.id.split('-')[0]));
    if (checks.length === 0) verdict.regressions.push(`the report has no check of ${area}`);
    for (const check of checks) {
      settle(verdict.checks, check.id, check.result === 'pass', `${check.id} ${check.result} (semantics ${check.section}): ${check.statement}: ${check.detail}`);
      if (check.result === 'pass') verdict.checks.pass += 1;
    }
  }
  for (const id of unused) verdict.regressions.push(`${id} of waiting.txt is not among the judged operations and checks`);

  for (const crash of report.crashes) {
    const area = /^scenario\/(\w+)/.exec(crash)?.[1];
    (area in AREAS ? verdict.regressions : verdict.notes).push(`the sweep broke off: ${crash}`);
  }
  return verdict;
}

function describe({ key, method, path, result, problems, missing, hint }) {
  const keys = missing.length > 0 ? [`missing keys: ${missing.join(', ')}`] : [];
  return `${key} ${method} ${path} ${result}: ${[...problems, ...keys].join('; ')}${hint ? `\n      ${hint}` : ''}`;
}

export function print({ regressions, notes, operations: o, checks: c }, log = console.log) {
  log(`judged operations: ${o.pass} pass, ${o.partial} with other types than the schema's, ${o.waiting} waiting, ${o.missing} not there yet`);
  log(`judged checks: ${c.pass} pass, ${c.waiting} waiting`);
  if (notes.length > 0) log(`\nnotes:\n${notes.map((note) => `  ${note}`).join('\n')}`);
  if (regressions.length > 0) log(`\n${regressions.length} regressions:\n${regressions.map((text) => `  ${text}`).join('\n')}`);
}
