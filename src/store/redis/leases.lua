-- The leases on the Page, those that expired first, `since` a time, or those of names.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { atMost?: how many expired ones, since?, ofNames? }
--   result   { entries: [{ key, slot, name, profilePictureUrl, id?, named?, expiresAt? }] }
local first, last = args.since or '-inf', '(+inf'
if args.atMost then last = '(' .. now end
if args.ofNames then first, last = '+inf', '+inf' end
local scores = own('ZRANGEBYSCORE', DUE, first, last, 'WITHSCORES', 'LIMIT', 0, args.atMost or -1)
local entries = {}
for i = 1, #scores, 2 do
  local key, lease = scores[i], read(scores[i])
  if lease == nil then
    own('ZREM', DUE, key)
  else
    lease = lease or {}
    entries[#entries + 1] = {
      key = key, slot = lease.slot, name = lease.name, profilePictureUrl = lease.picture,
      id = lease.id, named = lease.named,
      expiresAt = not args.ofNames and tonumber(scores[i + 1]) or nil,
    }
  end
end
return result({ entries = entries })
