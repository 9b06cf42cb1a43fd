"""The official Python client, which checks every answer against the output schema of its tool."""

import asyncio
import json
import os
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def follow(client, plan):
    """Goes through the steps of a plan (plan.mjs); gives what was not as expected, in words."""
    listed = await client.list_tools()
    assert [tool.name for tool in listed.tools] == plan["tools"]
    known, seen, failures = {}, {}, []
    for step in plan["steps"]:
        given = filled(step["arguments"], known)
        try:
            result = await client.call_tool(step["tool"], given)
            check(step, result, known, seen)
        except Exception as error:  # whatever the client says, it is a failure of this step
            failures.append(f"{step['tool']} {json.dumps(given)}: {error!r}")
    return failures


def check(step, result, known, seen):
    answer, text = result.structured_content, result.content[0].text
    if "same" in step:
        assert answer == seen.setdefault(step["same"], answer), "it has changed"
        return
    if "mentions" in step:
        assert result.is_error, "it was not refused"
        assert answer["error"] and answer["hint"] and answer["error"] in text, "the refusal says too little"
        for word in step["mentions"]:
            assert word in text, f"the refusal does not mention {word}"
        return
    assert not result.is_error, text
    assert json.loads(text) == answer, "the text does not say the same"
    for name, pointer in step.get("take", {}).items():
        known[name] = at(answer, pointer)
        assert known[name] is not None, f"there is no {pointer}"


def filled(value, known):
    if isinstance(value, str) and value.startswith("$"):
        return known[value[1:]]
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, known) for key, item in value.items()}
    return value


def at(value, pointer):
    for key in pointer.split("/")[1:]:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


async def main():
    with open(os.environ["MCP_PLAN"], encoding="utf-8") as file:
        plan = json.load(file)
    async with httpx2.AsyncClient(headers={"x-api-token": os.environ["MCP_TOKEN"]}, timeout=60) as http:
        async with Client(streamable_http_client(os.environ["MCP_URL"], http_client=http)) as client:
            failures = await follow(client, plan)
            print(f"python {client.protocol_version}: {len(plan['tools'])} tools, {len(plan['steps'])} calls, {len(failures)} failures")
    for failure in failures:
        print(failure)
    return len(failures)


sys.exit(1 if asyncio.run(main()) else 0)
