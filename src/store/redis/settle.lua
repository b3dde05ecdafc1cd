-- Records the persona of a name and ends the intent `key`, unless the name has another
-- persona than `replacedId`.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { slot, key, id, record: JSON, replacedId? }
--   result   { id }, of the persona that the name has
local record, name = named(args.slot)
if record and record.id ~= args.id and record.id ~= args.replacedId then
  return result({ id = record.id })
end
own('HSET', NAMES, name, args.record)
redis.call('PEXPIREAT', NAMES, now + KEPT_MS)
forget(args.key)
return result({ id = args.id })
