-- For wrk: posts the lines of the file BODIES in turn and prints what came back as one line of JSON.
-- With LABELS=1 the answers are read too, and counted by the model that signed them.

local bodies, last, threads = {}, 0, {}
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function setup(thread)
  threads[#threads + 1] = thread
end

function init()
  models = {}
  requests = {}
  for number, body in ipairs(bodies) do requests[number] = wrk.format(nil, nil, nil, body) end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

if os.getenv("LABELS") then
  function response(status, _, body)
    local model = status == 200 and body:match('"model":%s*"([^"]*)"') or "status " .. status
    models[model] = (models[model] or 0) + 1
  end
end

function done(summary, latency)
  local counts = {}
  for _, thread in ipairs(threads) do
    for model, count in pairs(thread:get("models")) do counts[model] = (counts[model] or 0) + count end
  end
  local parts = {}
  for model, count in pairs(counts) do parts[#parts + 1] = string.format('"%s": %d', model, count) end
  local errors = summary.errors
  io.write(string.format(
    '\n{"seconds": %.3f, "n_requests": %d, "n_wrong_status": %d, "n_broken": %d, '
      .. '"p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, "models": {%s}}\n',
    summary.duration / 1e6, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000, table.concat(parts, ", ")))
end
