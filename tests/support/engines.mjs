// Runs a proof against a fresh server on each engine of the store.
import { startPostgres } from './postgres.mjs';
import { excerpt, startServer } from './server.mjs';

const ENGINES = ['sqlite', 'postgres'];

/**
 * Calls `prove({ engine, url, token, email, password })` once per engine, one after the other; it throws, or gives false, when
 * something is wrong. The server's log is printed then. `only` names a single engine; with `sample` the server has a sample
 * company. Gives whether all went well.
 */
export async function onEachEngine(prove, only, { sample = false } = {}) {
  if (only && !ENGINES.includes(only)) throw new Error(`unknown engine ${only}: give ${ENGINES.join(' or ')}`);
  const failed = [];
  for (const engine of only ? [only] : ENGINES) {
    console.log(`\n=== ${engine} ===`);
    try {
      if (!await proveOn(engine, prove, sample)) failed.push(engine);
    } catch (error) {
      console.log(error.message);
      failed.push(engine);
    }
  }
  console.log(failed.length === 0 ? `\nall well on ${only ?? ENGINES.join(' and ')}` : `\nfailed on ${failed.join(' and ')}`);
  return failed.length === 0;
}

async function proveOn(engine, prove, sample) {
  const postgres = engine === 'postgres' ? await startPostgres() : undefined;
  try {
    const server = await startServer({ databaseUrl: await postgres?.database(), sample });
    let good = false;
    try {
      good = await prove({ engine, url: server.url, token: server.token, email: server.email, password: server.password }) !== false;
    } catch (error) {
      console.log(error.stack);
    }
    if (!good) console.log(excerpt(server.log()));
    await server.stop();
    return good;
  } finally {
    await postgres?.stop();
  }
}
