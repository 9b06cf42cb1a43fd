// Validates the OpenAPI document that a sample company's server serves, and sends what the document allows, and what it forbids, to
// every operation: no fault of the server, no undocumented status or content type, no answer that breaks its schema.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onEachEngine } from '../support/engines.mjs';
import { runProgram } from '../support/program.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../support/.venv/bin', import.meta.url));
const WORK = fileURLToPath(new URL('../../target/openapi', import.meta.url));
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance'];

// "coverage" tries each constraint of the document at its edges, "fuzzing" whole requests at random, "stateful" sequences that go on with
// the ids of answers. A long run lasts ten minutes per engine and never repeats itself; a short one, of two minutes on SQLite and one
// on PostgreSQL, always does the same.
const SHORT = {
  sqlite: ['--phases', 'coverage,fuzzing', '--max-examples', '4', '--generation-deterministic'],
  postgres: ['--phases', 'fuzzing', '--max-examples', '5', '--generation-deterministic'],
};
const LONG = ['--phases', 'coverage,fuzzing,stateful', '--max-examples', '50', '--max-time', '600', '--generation-database', 'none'];

const long = process.argv.includes('--long');
const only = process.argv.slice(2).find((word) => !word.startsWith('--'));
if (!existsSync(join(PROGRAMS, 'st'))) {
  console.error(`${join(PROGRAMS, 'st')} is not there, run "make setup" first`);
  process.exit(2);
}
mkdirSync(WORK, { recursive: true });

const good = await onEachEngine(async ({ engine, url, token }) => {
  process.env.PENSTOCK_URL = url;
  process.env.PENSTOCK_TOKEN = token;
  const document = await save(engine, url, token);
  if (await run('openapi-spec-validator', [document]) !== 0) return false;
  const options = long ? LONG : SHORT[engine];
  if (await run('st', ['run', document, ...target(url, token), ...options]) !== 0) return false;
  return isLetIn(url, token);
}, only, { sample: true });
process.exit(good ? 0 : 1);

/** Keeps the document beside the reports, so that a failure can be looked into. */
async function save(engine, url, token) {
  const answer = await fetch(`${url}/api/penstock/openapi`, { headers: { 'x-api-token': token } });
  if (answer.status !== 200) throw new Error(`the document was answered with ${answer.status}`);
  const path = join(WORK, `${engine}.json`);
  writeFileSync(path, await answer.text());
  return path;
}

/** One worker: with several, Python 3.11 sometimes fails within itself while it reads its own source. */
function target(url, token) {
  return [
    // A stream of events has no end to wait for.
    '--exclude-operation-id', 'penstock.getEvents',
    '--url', url, '--header', `x-api-token: ${token}`, '--checks', CHECKS.join(','), '--workers', '1', '--continue-on-failure', '--no-shrink',
    '--warnings', 'off', '--no-color',
  ];
}

async function run(program, args) {
  const env = { ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: '1' };
  const { status } = await runProgram(join(PROGRAMS, program), args, { cwd: WORK, env });
  return status;
}

/** Refusals would prove little if the requests had taken their sender's own access away on the way. */
async function isLetIn(url, token) {
  const { status } = await fetch(`${url}/v1/users/me`, { headers: { 'x-api-token': token } });
  if (status !== 200) console.log(`the caller is answered with ${status} in the end: what came before proves little`);
  return status === 200;
}
