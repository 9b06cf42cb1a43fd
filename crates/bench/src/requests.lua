-- Sends the requests of a file in turn; every line is: method, tab, target, tab, body.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

-- Tool calls say in headers, too, what they are; the tool stands behind the question mark.
local function headers(target)
  local tool = target:match("^/mcp[^?]*%?(%S+)$")
  if not tool then return nil end
  local all = {
    ["accept"] = "application/json, text/event-stream",
    ["mcp-protocol-version"] = "2026-07-28",
    ["mcp-method"] = "tools/call",
    ["mcp-name"] = tool,
  }
  for name, value in pairs(wrk.headers) do all[name] = value end
  return all
end

function init(args)
  wrk.headers["x-api-token"] = args[2]
  wrk.headers["content-type"] = "application/json"
  ready = {}
  for line in io.lines(args[1]) do
    local method, target, body = line:match("^(%S+)\t([^\t]+)\t(.*)$")
    ready[#ready + 1] = wrk.format(method, target, headers(target), body ~= "" and body or nil)
  end
  -- Threads begin at different places: two that send the same at the same time would meet in the same rows.
  at = math.floor(number * #ready / 2)
end

function request()
  at = at % #ready + 1
  return ready[at]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("outcome %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
