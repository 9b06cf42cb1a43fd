// Starts and stops a `penstock serve` or `penstock demo` on a throw-away data directory.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const GUARD = fileURLToPath(new URL('guard.sh', import.meta.url));
// A sample company has to be made first.
const START_LIMIT_MS = 300_000;
const LOG_LINES = 200;
const LISTENING = /^(?:listening on|.* is ready at) (http:\/\/\S+)$/m;

/** The program under test: PENSTOCK_BIN, else the debug build. */
export const binary = () => (process.env.PENSTOCK_BIN ? resolve(process.env.PENSTOCK_BIN) : join(REPOSITORY, 'target/debug/penstock'));

/**
 * Starts the server on a free port and waits until it is ready. Without `databaseUrl` the store is SQLite. With `sample` it
 * serves a small sample company, else an empty one.
 * Gives { url, token, email, password, log, stop }, with the credentials of an administrator: `log()` is everything it has printed; `stop()` asks it to end and throws
 * unless it drains and exits with 0. Without a call of `stop` it is ended when this process ends.
 */
export async function startServer({ databaseUrl, sample = false, program = binary() } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'penstock-serve-'));
  const token = randomBytes(20).toString('hex');
  const email = 'admin@penstock.test';
  const password = randomBytes(12).toString('base64url');
  const options = [sample ? 'demo' : 'serve', '--data-dir', directory, '--listen', '127.0.0.1:0', ...(databaseUrl ? ['--database-url', databaseUrl] : [])];
  const guard = spawn('sh', [GUARD, directory, program, ...options], {
    detached: true, // Ctrl-C must not reach the guard before it has cleaned up
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...withoutSettings(process.env),
      PENSTOCK_ADMIN_EMAIL: email,
      PENSTOCK_ADMIN_PASSWORD: password,
      PENSTOCK_API_TOKEN: token,
    },
  });
  let output = '';
  for (const stream of [guard.stdout, guard.stderr]) stream.setEncoding('utf8').on('data', (text) => { output += text; });
  let status;
  const ended = new Promise((done) => {
    guard.once('close', (code, signal) => {
      status = code ?? signal;
      done(status);
    });
  });
  const failure = (what) => new Error(`${what}\n${excerpt(output)}`);

  const url = await becomesReady(() => output, () => status);
  if (!url) {
    const when = status === undefined ? `was not ready after ${START_LIMIT_MS / 1000} s` : `ended with ${status} before it was ready`;
    guard.stdin.end();
    await ended;
    throw failure(`${program} ${when}`);
  }
  return {
    url,
    token,
    email,
    password,
    log: () => output,
    async stop() {
      guard.stdin.end();
      if (await ended !== 0) throw failure(`the server ended with ${status} instead of 0`);
    },
  };
}

/** The end of a server's log, framed for the reader of a failure. */
export const excerpt = (log) => `--- server log ---\n${log.trimEnd().split('\n').slice(-LOG_LINES).join('\n')}\n--- end of server log ---`;

/** Settings of the developer's own server have no place in a test. */
function withoutSettings(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PENSTOCK_')));
}

/** Waits for the address in the output and then for /readyz; undefined when the server ends or time is up. */
async function becomesReady(output, status) {
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end && status() === undefined;) {
    const url = LISTENING.exec(output())?.[1];
    if (url && await answers(`${url}/readyz`)) return url;
    await new Promise((done) => { setTimeout(done, 50); });
  }
  return undefined;
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
