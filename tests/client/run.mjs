// Starts the server on each engine and lets the clients of other people loose on it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onEachEngine } from '../support/engines.mjs';
import { runProgram } from '../support/program.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** `needs` is what `make setup` installs. */
const SUITES = [
  { name: 'JavaScript SDK', folder: join(here, 'js'), needs: 'node_modules', command: ['npm', 'test', '--silent'] },
  { name: 'Python library', folder: join(here, 'python'), needs: '.venv', command: ['.venv/bin/python', '-m', 'unittest', '-v'] },
];

for (const { name, folder, needs } of SUITES) {
  if (!existsSync(join(folder, needs))) {
    console.error(`${name}: ${join(folder, needs)} is not there, run "make setup" first`);
    process.exit(2);
  }
}

const good = await onEachEngine(async ({ engine, url, token, email, password }) => {
  const env = { ...process.env, PENSTOCK_URL: url, PENSTOCK_TOKEN: token, PENSTOCK_EMAIL: email, PENSTOCK_PASSWORD: password };
  for (const { name, folder, command: [program, ...options] } of SUITES) {
    console.log(`\n--- ${name} on ${engine} ---`);
    const { status } = await runProgram(program, options, { cwd: folder, env });
    // The next suite would bury what has gone wrong.
    if (status !== 0) throw new Error(`${name} failed on ${engine}`);
  }
}, process.argv[2]);
process.exit(good ? 0 : 1);
