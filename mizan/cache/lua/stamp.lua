-- For a mutation. ARGV: a new stamp or '' to keep the stamp, the life of a guard in ms, a hold's id
-- or '', and for how many ms to hold: 0 drops the hold.
local stamp, life, id, hold = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local value = redis.call('GET', KEY)
if stamp == '' and not value then return 0 end
local holds = others(value or '', id)
if hold > 0 then holds = holds .. id .. string.format('%015d', now() + hold) end
if stamp == '' then
  redis.call('SET', KEY, string.sub(value, 1, STAMP) .. holds, 'KEEPTTL')
else
  redis.call('SET', KEY, stamp .. holds, 'PX', life)
end
return 1
