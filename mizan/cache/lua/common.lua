-- Before every script. A guard is its stamp (16 bytes) and a record for each hold: the hold's id (16
-- bytes) and its deadline in milliseconds of this server's clock (15 decimal digits).
local KEY, STAMP, RECORD = KEYS[1], 16, 31

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The records of the holds that are alive, but that of the hold `id`.
local function others(value, id)
  local kept, time = {}, now()
  for at = STAMP + 1, #value, RECORD do
    local deadline = tonumber(string.sub(value, at + STAMP, at + RECORD - 1))
    if deadline > time and string.sub(value, at, at + STAMP - 1) ~= id then
      kept[#kept + 1] = string.sub(value, at, at + RECORD - 1)
    end
  end
  return table.concat(kept)
end

