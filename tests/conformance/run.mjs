// Runs the conformance sweep against a sample company on both engines and compares its report with what is expected by now.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onEachEngine } from '../support/engines.mjs';
import { runProgram } from '../support/program.mjs';
import { judge, parseWaiting, print } from './judge.mjs';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const WORK = join(REPOSITORY, 'target/conformance');

const tool = resolve(REPOSITORY, process.env.PENSTOCK_CONFORMANCE || '../shared/conformance');
if (!existsSync(join(tool, 'run.mjs'))) {
  console.log(`conformance: skipped, there is no sweep in ${tool} (PENSTOCK_CONFORMANCE names another place)`);
  process.exit(0);
}

const waiting = parseWaiting(readFileSync(new URL('waiting.txt', import.meta.url), 'utf8'));
const sweep = await install();
const good = await onEachEngine(async (server) => {
  const verdict = judge(await run(server, await letAppIn(server)), waiting);
  print(verdict);
  return verdict.regressions.length === 0;
}, process.argv[2], { sample: true });
process.exit(good ? 0 : 1);

/** Copies the sweep and its reference, which may be read-only, and installs its packages. Gives the copy. */
async function install() {
  const copy = join(WORK, 'conformance');
  copyFiles(tool, copy);
  copyFiles(join(tool, '../reference'), join(WORK, 'reference'));
  const lock = readFileSync(join(copy, 'package-lock.json'), 'utf8');
  const mark = join(copy, 'node_modules/installed.json');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
    const { status } = await runProgram('npm', ['ci', '--no-audit', '--no-fund'], { cwd: copy });
    if (status !== 0) throw new Error(`npm ci in ${copy} ended with ${status}`);
    writeFileSync(mark, lock);
  }
  return copy;
}

/** Contents only: the modes of read-only originals would make the copy read-only too. */
function copyFiles(from, to) {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.path, entry.name).slice(from.length + 1);
    if (!entry.isFile() || path.startsWith('node_modules')) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), readFileSync(join(from, path)));
  }
}

/** Registers an app and lets it in, as an administrator does in a browser. Gives what the sweep wants to know of it. */
async function letAppIn({ engine, url, token, password }) {
  const me = await (await fetch(`${url}/v1/users/me`, { headers: { 'x-api-token': token } })).json();
  Object.assign(process.env, { PENSTOCK_URL: url, PENSTOCK_TOKEN: token, PENSTOCK_EMAIL: me.data.email, PENSTOCK_PASSWORD: password });
  // Once for each engine: it reads its settings when it is loaded.
  const { CALLBACK, decide, registerApp } = await import(`../support/consent.mjs?${engine}`);
  const app = await registerApp();
  const query = new URLSearchParams({ client_id: app.client_id, redirect_uri: CALLBACK, state: 'sweep' });
  const sentBack = await decide(`${url}/oauth/authorize?${query}`);
  return {
    PENSTOCK_OAUTH_CLIENT_ID: app.client_id,
    PENSTOCK_OAUTH_CLIENT_SECRET: app.client_secret,
    PENSTOCK_OAUTH_REDIRECT_URI: CALLBACK,
    PENSTOCK_OAUTH_CODE: sentBack.searchParams.get('code'),
  };
}

/**
 * One sweep, without its flag --only: that would leave out the checks on transport, which belong to no tag.
 * Gives the report; what the sweep prints is kept beside it.
 */
async function run({ engine, url, token }, app) {
  const report = join(WORK, `${engine}.json`);
  rmSync(report, { force: true });
  const { status, output } = await runProgram(process.execPath, [join(sweep, 'run.mjs'), '--verbose', '--json', report], {
    keep: true,
    env: { ...process.env, ...app, PENSTOCK_URL: url, PENSTOCK_TOKEN: token },
  });
  writeFileSync(join(WORK, `${engine}.txt`), output);
  // 1 only says that not everything passes, which the report tells better.
  if (status !== 0 && status !== 1) throw new Error(`the sweep ended with ${status}\n${output}`);
  console.log(output.trimEnd().split('\n').at(-1));
  return JSON.parse(readFileSync(report, 'utf8'));
}
