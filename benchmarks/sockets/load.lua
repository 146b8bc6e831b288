-- What wrk sends: a thousand different requests in turn; and one line of JSON of what it saw.
local method, path, fields
local number = 0

function init(args)
  method, path, fields = args[1], args[2], args[3]
end

function request()
  number = (number + 1) % 1000
  if method == "GET" then
    return wrk.format("GET", path .. "?user_id=" .. number)
  end
  local body = string.format('{"user_id":%d,"name":"Ada %d","score":2.5}', number, number)
  if fields == "mizan" then
    body = '{"function":"made","args":' .. body .. "}"
  end
  return wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
end

function done(summary, latency)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50":%.6f,"p99":%.6f,"bad":%d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad))
end
