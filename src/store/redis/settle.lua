-- Makes the intent `key` the lease of a name's persona, unless the name has another
-- one than `replacedId`.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { key, slot, id, name, picture, named: JSON, replacedId? }
--   result   { id }, the persona that the name has
local other = redis.pcall('GET', slotKey(args.slot))
local lease = type(other) == 'string' and read(other)
if lease and lease.named then
  if lease.id ~= args.id and lease.id ~= args.replacedId then return result({ id = lease.id }) end
  forget(other)
end
redis.call('DEL', leaseKey(args.key))
redis.call('HSET', leaseKey(args.key), 'slot', args.slot, 'name', args.name, 'picture', args.picture, 'id', args.id, 'named', args.named)
redis.call('SET', slotKey(args.slot), args.key)
setExpiry(args.key, nil, args.slot)
return result({ id = args.id })
