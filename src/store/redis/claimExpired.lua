-- Claims an expired lease for the process that deletes its persona.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { key, leaseMs }
--   result   { claimed: boolean }
local at = own('ZSCORE', DUE, args.key)
local lease = read(args.key)
if not lease or not at or tonumber(at) >= now then return result({ claimed = false }) end
redis.call('HSET', leaseKey(args.key), 'deleting', 'sweep')
setExpiry(args.key, now + args.leaseMs)
if lease.slot then free(lease.slot, args.key) end
return result({ claimed = true })
