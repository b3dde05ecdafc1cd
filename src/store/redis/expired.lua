-- The expired leases on the Page, the oldest first, at most 10,000.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  {}
--   result   { entries: [{ key, name, picture, id?, expiresAt }] }
if redis.call('EXISTS', NAMES) == 1 then redis.call('PEXPIREAT', NAMES, now + KEPT_MS) end
return entries(own('ZRANGEBYSCORE', DUE, '-inf', '(' .. now, 'WITHSCORES', 'LIMIT', 0, 10000))
