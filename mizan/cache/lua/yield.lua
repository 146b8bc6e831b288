-- For a computation that ends. ARGV: its id, and for how many ms others are to compute alone.
if redis.call('GET', KEY) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEY)
else
  redis.call('SET', KEY, '-', 'PX', ARGV[2])
end
return 1
