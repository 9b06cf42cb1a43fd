// The official TypeScript client, which checks every answer against the output schema of its tool.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

async function connect(url, token) {
  const client = new Client({ name: 'typescript-client', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { 'x-api-token': token } } }));
  return client;
}

/** The tools as they are listed at an address. */
export async function listed(url, token) {
  const client = await connect(url, token);
  const { tools } = await client.listTools();
  await client.close();
  return tools;
}

/** Goes through the steps of a plan (plan.mjs); gives what was not as expected, in words. */
async function follow(client, { tools, steps }) {
  const page = await client.listTools();
  assert.deepEqual(page.tools.map((tool) => tool.name), tools);
  const known = {};
  const seen = {};
  const failures = [];
  for (const step of steps) {
    const given = filled(step.arguments, known);
    try {
      const { isError = false, structuredContent: answer, content: [{ text }] } = await client.callTool({ name: step.tool, arguments: given });
      if (step.same) {
        assert.deepEqual(answer, seen[step.same] ??= answer, 'it has changed');
        continue;
      }
      if (step.mentions) {
        assert.equal(isError, true, 'it was not refused');
        assert.ok(answer.error && answer.hint && text.includes(answer.error), 'the refusal says too little');
        step.mentions.forEach((word) => assert.ok(text.includes(word), `the refusal does not mention ${word}`));
        continue;
      }
      assert.equal(isError, false, text);
      assert.deepEqual(JSON.parse(text), answer);
      for (const [name, pointer] of Object.entries(step.take ?? {})) {
        known[name] = at(answer, pointer);
        assert.notEqual(known[name] ?? undefined, undefined, `there is no ${pointer}`);
      }
    } catch (error) {
      failures.push(`${step.tool} ${JSON.stringify(given)}: ${error.message}`);
    }
  }
  return failures;
}

function filled(value, known) {
  if (typeof value === 'string' && value.startsWith('$')) return known[value.slice(1)];
  if (Array.isArray(value)) return value.map((item) => filled(item, known));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, known)]));
  return value;
}

const at = (value, pointer) => pointer.split('/').slice(1).reduce((part, key) => part?.[key], value);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const client = await connect(process.env.MCP_URL, process.env.MCP_TOKEN);
  const plan = JSON.parse(readFileSync(process.env.MCP_PLAN, 'utf8'));
  const failures = await follow(client, plan);
  await client.close();
  console.log(`typescript: ${plan.tools.length} tools, ${plan.steps.length} calls, ${failures.length} failures`);
  failures.forEach((failure) => console.log(failure));
  process.exitCode = failures.length === 0 ? 0 : 1;
}
