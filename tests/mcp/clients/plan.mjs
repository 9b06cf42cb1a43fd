// What every client does: each tool with what is right, as calls.json has it, and with what is wrong, as its schema says.
import { readFileSync } from 'node:fs';

const CALLS = new URL('calls.json', import.meta.url);
const NOBODY = 987_654_321;

/**
 * The steps for a client called `name`. A step is { tool, arguments } and what is expected: `mentions` (words that it must hold) of
 * a refusal, `same` (a name) for an answer that must stay as it is, else a success. `take` names parts of the answer
 * by JSON pointers; arguments that are `$name` stand for them. In calls.json, `unknown: "nothing"` is on tools that list nothing for
 * records that nobody knows, `absent` on calls about what neither the sample company has nor a tool can make, and `fleeting` on those whose answers change by
 * themselves. Throws where a tool has no call.
 */
export function plan(tools, name) {
  const calls = JSON.parse(readFileSync(CALLS, 'utf8').replaceAll('%run%', name));
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  const called = new Map(calls.map((call) => [call.tool, call]));
  const without = tools.filter((tool) => !called.has(tool.name)).map((tool) => tool.name);
  const gone = [...called.keys()].filter((tool) => !known.has(tool));
  if (without.length + gone.length > 0) throw new Error(`calls.json lacks ${without.join(', ') || 'nothing'}, and has too much: ${gone.join(', ') || 'nothing'}`);

  const right = calls.flatMap((call) => asked(call, known.get(call.tool)));
  const reads = calls.filter((call) => known.get(call.tool).annotations.readOnlyHint && !call.fleeting);
  const looks = reads.filter((call) => called.get(call.tool) === call).map(({ tool, arguments: given }) => ({ tool, arguments: given, same: tool }));
  const wrong = tools.flatMap((tool) => refusals(tool, called.get(tool.name)));
  return { tools: tools.map((tool) => tool.name), steps: [...right, ...looks, ...wrong, ...looks] };
}

/** A call; before one that takes something away, it is not agreed to, and it is asked what it would do. */
function asked(call, tool) {
  if (call.absent) return [{ tool: call.tool, arguments: call.arguments, mentions: ['404'] }];
  const { confirm, ...unconfirmed } = call.arguments;
  if (!tool.inputSchema.properties.dry_run || !confirm) return [call];
  return [
    { tool: call.tool, arguments: unconfirmed, mentions: ['confirm'] },
    { tool: call.tool, arguments: { ...unconfirmed, dry_run: true } },
    call,
  ];
}

/** Calls that cannot be: without what is needed, with nothing of the right kind, with what is unknown, and for nobody. */
function refusals({ name, inputSchema: { properties, required = [] } }, { arguments: right, unknown }) {
  const calls = [{ tool: name, arguments: { no_such_argument: 1 }, mentions: ['no_such_argument'] }];
  if (required.length > 0) calls.push({ tool: name, arguments: {}, mentions: required });
  const kinds = Object.entries(properties).map(([key, schema]) => [key, unfit(schema)]).filter(([, value]) => value !== undefined);
  if (kinds.length > 0) calls.push({ tool: name, arguments: Object.fromEntries(kinds), mentions: kinds.map(([key]) => key) });
  for (const key of required.filter((one) => properties[one].type === 'integer' && /^id$|_id$/.test(one))) {
    calls.push({ tool: name, arguments: { ...right, [key]: NOBODY }, ...(unknown === 'nothing' ? {} : { mentions: [] }) });
  }
  return calls;
}

/** A value that does not fit; undefined where everything does. */
function unfit(schema) {
  if (schema.enum) return 'no such word';
  if (schema.anyOf) return true;
  switch (schema.type) {
    case 'integer': return 'seven';
    case 'number': return 'much';
    case 'boolean': return 'perhaps';
    case 'array': return true;
    case 'object': return 'words';
    case 'string': return { not: 'a text' };
    default: return undefined;
  }
}
