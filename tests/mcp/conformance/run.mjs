// Runs the official conformance suite and the Inspector.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../support/program.mjs';
import { binary, excerpt, startServer } from '../../support/server.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
/** The server with the tools that the suite calls. */
const fixtures = join(dirname(binary()), 'penstock-conformance');
const program = (name) => join(here, 'node_modules/.bin', name);
/** A tool of the suite, which no product has. */
const FIXTURE = 'test_input_required_result_elicitation';
const REVISIONS = ['2025-11-25', '2026-07-28'];
const SETS = ['', '/readonly', '/x/core', '/x/all'];

const scratch = mkdtempSync(join(tmpdir(), 'penstock-conformance-'));
const run = (name, args) => runProgram(process.execPath, [program(name), ...args], { keep: true, env: { ...process.env, NO_COLOR: '1', MCP_CATALOG_PATH: join(scratch, 'catalog.json') } });

const failures = [];
function judge(what, good, output) {
  console.log(`${good ? 'ok    ' : 'FAILED'} ${what}`);
  if (good) return;
  failures.push(what);
  console.log(output);
}

/** Every scenario for servers, in both revisions. */
async function servers({ url }) {
  for (const revision of REVISIONS) {
    const args = ['server', '--url', `${url}/mcp`, '--requirements', revision, '--expected-failures', join(here, 'expected-failures.yaml')];
    const { status, output } = await run('conformance', args);
    const [, passed] = /^Total: (\d+) passed/m.exec(output) ?? [];
    judge(`scenarios for servers of ${revision}: ${passed} checks`, status === 0 && Number(passed) > 50, output);
  }
}

/** What the Inspector makes of the lists, and of a call. */
async function inspector({ url, token }) {
  const inspect = (path, era, ...args) => run('mcp-inspector', ['--cli', `${url}/mcp${path}`, '--transport', 'http', '--protocol-era', era, '--header', `x-api-token: ${token}`, ...args]);
  for (const era of ['legacy', 'modern']) {
    for (const path of SETS) {
      const { status, output } = await inspect(path, era, '--method', 'tools/list', '--strict');
      judge(`inspector, ${era}: the tools of /mcp${path}`, status === 0 && output.includes('deals_'), output);
    }
    for (const [method, word] of [['resources/list', 'penstock://me'], ['resources/templates/list', 'penstock://deals/{id}'], ['prompts/list', 'weekly-pipeline-review']]) {
      const { status, output } = await inspect('', era, '--method', method);
      judge(`inspector, ${era}: ${method}`, status === 0 && output.includes(word), output);
    }
    const { status, output } = await inspect('', era, '--method', 'tools/call', '--tool-name', 'persons_create', '--tool-arg', 'name=Ada');
    judge(`inspector, ${era}: tools/call`, status === 0 && output.includes('"name": "Ada"'), output);
  }
}

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/** The scenarios for authorization servers, with an app that can keep no secret, and a user who agrees. */
async function authorization({ url, token, email, password }) {
  Object.assign(process.env, { PENSTOCK_URL: url, PENSTOCK_TOKEN: token, PENSTOCK_EMAIL: email, PENSTOCK_PASSWORD: password });
  const { registerApp, decide } = await import('../../support/consent.mjs');
  const port = await freePort();
  const app = await registerApp({ redirect_uris: [`http://127.0.0.1:${port}/callback`], is_public: true });
  const args = ['authorization', '--url', url, '--client-id', app.client_id, '--port', String(port)];
  const suite = spawn(process.execPath, [program('conformance'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let asked = false;
  for (const stream of [suite.stdout, suite.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      const [address] = /^http\S+\/oauth\/authorize\/discovered\?\S+$/m.exec(output) ?? [];
      if (!address || asked) return;
      asked = true;
      decide(address).then((back) => fetch(back)).catch((error) => { output += error.stack; suite.kill(); });
    });
  }
  // It waits for its user without end.
  const patience = setTimeout(() => suite.kill(), 120_000);
  const status = await new Promise((done) => { suite.once('close', done); });
  clearTimeout(patience);
  const [, passed, failed] = /^Total: (\d+) passed, (\d+) failed/m.exec(output) ?? [];
  judge(`scenarios for authorization servers: ${passed} checks`, status === 0 && Number(passed) >= 3 && failed === '0', output);
}

async function against(options, ...proofs) {
  const server = await startServer(options);
  const before = failures.length;
  try {
    for (const proof of proofs) await proof(server);
  } catch (error) {
    judge(error.message, false, error.stack);
  }
  if (failures.length > before) console.log(excerpt(server.log()));
  await server.stop();
}

const has = (file) => readFileSync(file).includes(FIXTURE);
judge('the fixtures are in their own server, and in no other', has(fixtures) && !has(binary()), '');
await against({ program: fixtures }, servers);
await against({}, inspector, authorization);
rmSync(scratch, { recursive: true });
console.log(failures.length === 0 ? '\nall well' : `\n${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
