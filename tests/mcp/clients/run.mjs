// Starts a sample company on each engine and lets the official clients of the protocol call every tool of it.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onEachEngine } from '../../support/engines.mjs';
import { runProgram } from '../../support/program.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** `needs` is what `make setup` installs. */
const CLIENTS = [
  { name: 'typescript', needs: 'js/node_modules', command: [process.execPath, 'js/client.mjs'] },
  { name: 'python', needs: 'python/.venv', command: ['python/.venv/bin/python', 'python/client.py'] },
];

for (const { name, needs } of CLIENTS) {
  if (!existsSync(join(here, needs))) {
    console.error(`${name}: ${join(here, needs)} is not there, run "make setup" first`);
    process.exit(2);
  }
}

const { plan } = await import('./plan.mjs');
const { listed } = await import('./js/client.mjs');
const directory = mkdtempSync(join(tmpdir(), 'penstock-plan-'));
const good = await onEachEngine(async ({ engine, url, token }) => {
  const tools = await listed(`${url}/mcp/x/all`, token);
  for (const { name, command: [program, ...options] } of CLIENTS) {
    const file = join(directory, `${name}-${engine}.json`);
    writeFileSync(file, JSON.stringify(plan(tools, name)));
    const env = { ...process.env, MCP_URL: `${url}/mcp/x/all`, MCP_TOKEN: token, MCP_PLAN: file };
    const { status } = await runProgram(program, options, { cwd: here, env });
    // The next client would bury what has gone wrong.
    if (status !== 0) throw new Error(`the ${name} client failed on ${engine}`);
  }
}, process.argv[2], { sample: true });
rmSync(directory, { recursive: true });
process.exit(good ? 0 : 1);
