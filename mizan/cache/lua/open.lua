-- For a reader. ARGV: a new stamp, the life of a guard in ms. Returns the stamp, nil while held.
local value = redis.call('GET', KEY)
if not value then
  redis.call('SET', KEY, ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
if #value == STAMP then return value end
local holds = others(value)
local stamp = string.sub(value, 1, STAMP)
if #stamp + #holds < #value then redis.call('SET', KEY, stamp .. holds, 'KEEPTTL') end
return holds == '' and stamp
