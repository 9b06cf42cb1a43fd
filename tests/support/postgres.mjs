// A throw-away PostgreSQL cluster for the tests outside Rust, run by the same supervisor as theirs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SUPERVISOR = fileURLToPath(new URL('../../crates/cluster/src/supervisor.sh', import.meta.url));

/**
 * Starts a cluster, or borrows the one that PENSTOCK_TEST_POSTGRES names. Gives { directory, database, stop }:
 * `database()` makes a new empty database and gives its URL, `stop()` ends and removes everything.
 * Without a call of `stop` the same happens as soon as this process ends.
 */
export async function startPostgres() {
  // Detached: a group of its own, which Ctrl-C does not reach.
  const supervisor = spawn('sh', [SUPERVISOR], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(supervisor, 'exit');
  const lines = createInterface({ input: supervisor.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value = 'error: the supervisor ended without a word' } = await lines.next();
    if (value.startsWith('error: ')) throw new Error(`PostgreSQL for tests: ${value.slice('error: '.length)}`);
    return value;
  };
  const directory = (await answer()).split(' ')[1];
  return {
    directory,
    async database() {
      supervisor.stdin.write('\n');
      return answer();
    },
    async stop() {
      supervisor.stdin.end();
      await ended;
    },
  };
}
