-- Removes a lease: its persona does not exist.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { key }
--   result   {}
local slot, id = string.match(args.key, '^(name:.*) (%d+)$')
local record, name = named(slot or '')
if not slot then forget(args.key)
elseif record and record.id == id then
  own('HDEL', NAMES, name)
  changeEpoch('without ' .. args.key)
end
return result({})
