// Starts a sample company on each engine and has a Singer tap, as data warehouses use it, read all of it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onEachEngine } from '../support/engines.mjs';
import { runProgram } from '../support/program.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const python = join(here, '.venv/bin/python');

if (!existsSync(python)) {
  console.error(`${python} is not there, run "make setup" first`);
  process.exit(2);
}
const good = await onEachEngine(async ({ url, token }) => {
  const env = { ...process.env, PENSTOCK_URL: url, PENSTOCK_TOKEN: token, PYTHONDONTWRITEBYTECODE: '1' };
  const { status } = await runProgram(python, ['-m', 'unittest', '-v', 'test_sync'], { cwd: here, env });
  return status === 0;
}, process.argv[2], { sample: true });
process.exit(good ? 0 : 1);
