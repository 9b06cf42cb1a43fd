// The harness itself: nothing is left running, failures are told. `node --test`, needs the PostgreSQL binaries.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres } from './postgres.mjs';
import { runProgram } from './program.mjs';
import { startServer } from './server.mjs';

// These tests are about clusters of their own.
delete process.env.PENSTOCK_TEST_POSTGRES;
const folder = mkdtempSync(join(tmpdir(), 'penstock-support-'));
after(() => rmSync(folder, { recursive: true }));

/** Writes a program that behaves like the server at its edges: options, address line, /readyz, SIGTERM. */
function program(name, { status = 200, onTerm = 'process.exit(0)', start = '' } = {}) {
  const path = join(folder, name);
  writeFileSync(path, `#!/usr/bin/env node
    ${start}
    const directory = process.argv[process.argv.indexOf('--data-dir') + 1];
    const answer = JSON.stringify({ arguments: process.argv.slice(2), token: process.env.PENSTOCK_API_TOKEN, leaked: process.env.PENSTOCK_LISTEN, pid: process.pid });
    const server = require('http').createServer((request, response) => response.writeHead(request.url === '/readyz' ? ${status} : 200).end(answer));
    server.listen(0, '127.0.0.1', () => console.log('some log line\\nlistening on http://127.0.0.1:' + server.address().port));
    process.on('SIGTERM', () => { ${onTerm} });
  `);
  chmodSync(path, 0o755);
  return path;
}

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function until(holds) {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (await holds()) return true;
    await new Promise((done) => { setTimeout(done, 50); });
  }
  return false;
}

function accepts(url) {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    const socket = connect(Number(port), hostname, () => { socket.destroy(); done(true); });
    socket.on('error', () => done(false));
  });
}

test('a server gets its settings and leaves nothing behind', async () => {
  process.env.PENSTOCK_LISTEN = '127.0.0.1:1';
  const server = await startServer({ program: program('good'), databaseUrl: 'postgres://somewhere/else' });
  const seen = await (await fetch(server.url)).json();
  const directory = seen.arguments[2];
  assert.deepEqual(seen.arguments, ['serve', '--data-dir', directory, '--listen', '127.0.0.1:0', '--database-url', 'postgres://somewhere/else']);
  assert.match(server.token, /^[0-9a-f]{40}$/);
  assert.deepEqual([seen.token, seen.leaked], [server.token, undefined]);
  assert.ok(existsSync(directory));
  await server.stop();
  assert.ok(!isAlive(seen.pid) && !existsSync(directory));
  assert.match(server.log(), /some log line/);
});

test('a server that ends badly is a failure, with its log', async () => {
  const server = await startServer({ program: program('bad-end', { onTerm: 'console.error("lost my data"); process.exit(3)' }) });
  await assert.rejects(server.stop(), /ended with 3 instead of 0[^]*lost my data/);
});

test('a server that does not start is a failure, with its log', async () => {
  const broken = program('broken', { start: 'console.error("the database is unreachable"); process.exit(2);' });
  await assert.rejects(startServer({ program: broken }), /ended with 2 before it was ready[^]*the database is unreachable/);
  await assert.rejects(startServer({ program: join(folder, 'nowhere') }), /ended with 127 before it was ready/);
});

test('a server that prints much while another program runs is not held up', async () => {
  const chatter = 'setInterval(() => console.log("x".repeat(20_000)), 2);';
  const server = await startServer({ program: program('chatter', { start: chatter }) });
  const script = 'setTimeout(async () => process.exit((await fetch(process.argv[1])).status === 200 ? 7 : 8), 500)';
  const { status, output } = await runProgram(process.execPath, ['--eval', script, server.url], { keep: true });
  assert.deepEqual([status, output], [7, '']);
  assert.ok(server.log().length > 200_000, `${server.log().length} characters of log`);
  await server.stop();
});

test('databases are made in one cluster, which goes with stop', async () => {
  const postgres = await startPostgres();
  const urls = [await postgres.database(), await postgres.database()];
  assert.notEqual(urls[0], urls[1]);
  assert.equal(new URL(urls[0]).host, new URL(urls[1]).host);
  assert.ok(await accepts(urls[0]) && existsSync(postgres.directory));
  await postgres.stop();
  assert.ok(!await accepts(urls[0]) && !existsSync(postgres.directory));
});

test('a killed test run leaves no server and no cluster behind', async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL('postgres.mjs', import.meta.url).href)};
    import { startServer } from ${JSON.stringify(new URL('server.mjs', import.meta.url).href)};
    const postgres = await startPostgres();
    const server = await startServer({ program: ${JSON.stringify(program('orphan'))} });
    console.log(JSON.stringify({ directory: postgres.directory, database: await postgres.database(), server: await (await fetch(server.url)).json() }));
  `;
  const run = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(run.stdout, 'data');
  const { directory, database, server } = JSON.parse(line);
  assert.ok(isAlive(server.pid) && await accepts(database));
  run.kill('SIGKILL');
  assert.ok(await until(async () => !isAlive(server.pid) && !existsSync(server.arguments[2])), 'the server or its directory is left');
  assert.ok(await until(async () => !existsSync(directory) && !await accepts(database)), 'the cluster or its directory is left');
});
