-- All leases on the Page, or the expired ones, the oldest first, at most 10,000.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { areExpired: boolean }
--   result   { entries: [{ key, name, profilePictureUrl, id?, expiresAt }] }
local last, limit = '+inf', -1
if args.areExpired then
  last, limit = '(' .. now, 10000
  redis.call('PEXPIREAT', NAMES, now + KEPT_MS)
end
local scores = own('ZRANGEBYSCORE', DUE, '-inf', last, 'WITHSCORES', 'LIMIT', 0, limit)
local entries = {}
for i = 1, #scores, 2 do
  local key, lease = scores[i], read(scores[i])
  if lease == nil then
    own('ZREM', DUE, key)
  else
    lease = lease or {}
    entries[#entries + 1] = { key = key, name = lease.name, profilePictureUrl = lease.picture, id = lease.id, expiresAt = tonumber(scores[i + 1]) }
  end
end
return result({ entries = entries })
