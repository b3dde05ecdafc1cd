-- Records the persona of a name and ends the intent `key`, unless another ID
-- than `seenId` is recorded: then the intent becomes a surplus persona's lease.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { name, id, record: JSON, seenId?, key?, leaseMs }
--   result   { record: JSON }, what is recorded after this
local stored = own('HGET', NAMES, args.name)
local isJson, other = pcall(cjson.decode, stored or 'null')
local otherId = isJson and type(other) == 'table' and type(other.id) == 'string' and other.id
if otherId and otherId ~= args.seenId and otherId ~= args.id then
  local lease = args.key and read(args.key)
  if lease then
    redis.call('HSET', leaseKey(args.key), 'id', args.id)
    setExpiry(args.key, now + args.leaseMs)
    free(lease.slot, args.key)
  end
  return result({ record = stored })
end
writeName(args.name, args.record)
if args.key then forget(args.key) end
return result({ record = args.record })
