-- Ends a use; of an intent (without `id`) only the claim.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { key, use, slot, name, picture, id?, leaseMs, claimMs, fence }
--            fence: whether to refuse a renewal of the use that arrives after this
--   result   { released: 'last' | 'others' | 'unknown' }
local lease = read(args.key)
if not lease then
  renew(args)
  return result({ released = 'unknown' })
end
if lease.deleting == args.use then return result({ released = 'last' }) end
-- The write of the ID may not have arrived.
if args.id and not lease.id then
  lease.id = args.id
  redis.call('HSET', leaseKey(args.key), 'id', args.id)
end
lease.uses[args.use] = nil
redis.call('HDEL', leaseKey(args.key), 'use:' .. args.use)
-- Uses of dead processes, and fences after which no late renewal can arrive.
for kind, ends in pairs({ use = lease.uses, fence = lease.fences }) do
  for use, at in pairs(ends) do
    if at <= now then redis.call('HDEL', leaseKey(args.key), kind .. ':' .. use) end
  end
end
if lease.deleting or usedUntil(lease) > now then
  if args.fence then redis.call('HSET', leaseKey(args.key), 'fence:' .. args.use, now + args.leaseMs) end
  return result({ released = 'others' })
end
-- The slot's next user finds the intent without a claim.
if not lease.id then return result({ released = 'others' }) end
-- Others may use the persona who have not renewed their leases since Redis had lost this one.
if timeOf(lease.recovered) > now then
  renew(args)
  return result({ released = 'unknown' })
end
free(args.slot, args.key)
redis.call('HSET', leaseKey(args.key), 'deleting', args.use)
setExpiry(args.key, now + args.leaseMs)
return result({ released = 'last' })
