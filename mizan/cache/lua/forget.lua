-- For clear. Drops a guard, unless it is held: a hold says that a commit is about to happen.
local value = redis.call('GET', KEY)
if not value or others(value) ~= '' then return 0 end
return redis.call('DEL', KEY)
