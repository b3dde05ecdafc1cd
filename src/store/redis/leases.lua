-- All leases on the Page, or those that expired first, `since` a time.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { atMost?: how many expired ones, since? }
--   result   { entries: [{ key, name, profilePictureUrl, id?, expiresAt }] }
local first, last = args.since or '-inf', '+inf'
if args.atMost then
  last = '(' .. now
  redis.call('PEXPIREAT', NAMES, now + KEPT_MS)
end
local scores = own('ZRANGEBYSCORE', DUE, first, last, 'WITHSCORES', 'LIMIT', 0, args.atMost or -1)
local entries = {}
for i = 1, #scores, 2 do
  local key, lease = scores[i], read(scores[i])
  if lease == nil then
    own('ZREM', DUE, key)
  else
    lease = lease or {}
    entries[#entries + 1] = { key = key, name = lease.name, profilePictureUrl = lease.picture, id = lease.id, expiresAt = timeOf(scores[i + 1]) }
  end
end
return result({ entries = entries })
