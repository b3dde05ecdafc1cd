-- Uses the slot's persona, or records the intent to create it.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { key, use, slot, name, picture, leaseMs, claimMs }
--   result   { as: 'creator', epoch } | { as: 'waiting', name } | { as: 'user', key, id, name, replaces? }
local record = named(args.slot)
if record then
  local key = args.slot .. ' ' .. record.id
  return result({ as = 'user', key = key, id = record.id, name = record.name, replaces = record.replaces })
end
local key = redis.pcall('GET', slotKey(args.slot))
local isTakeover = false
-- Overwrites a value of another type.
if type(key) == 'string' then
  local lease = read(key)
  if lease and not lease.deleting then
    if lease.id then
      if not lease.fences[args.use] then
        redis.call('HSET', leaseKey(key), 'use:' .. args.use, now + args.leaseMs)
        setExpiry(key, math.max(usedUntil(lease), now + args.leaseMs))
        keepSlot(args.slot)
      end
      return result({ as = 'user', key = key, id = lease.id, name = lease.name })
    end
    if key ~= args.key and isClaimed(usedUntil(lease)) then
      return result({ as = 'waiting', name = lease.name })
    end
    isTakeover = key ~= args.key
  end
end
local mine = read(args.key)
-- This step arrived after its persona was created.
if mine and mine.id then return result({ as = 'waiting', name = mine.name }) end
local epoch = own('GET', EPOCH)
if isTakeover or not epoch then
  epoch = args.key
  changeEpoch(epoch)
end
redis.call('HSET', leaseKey(args.key), 'slot', args.slot, 'name', args.name, 'picture', args.picture, 'use:' .. args.use, now + args.claimMs)
redis.call('SET', slotKey(args.slot), args.key, 'PXAT', now + args.leaseMs + KEPT_MS)
setExpiry(args.key, now + args.leaseMs)
return result({ as = 'creator', epoch = epoch })
