-- All leases on the Page.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  {}
--   result   { entries: [{ key, name, picture, id?, expiresAt }] }
return entries(own('ZRANGE', DUE, 0, -1, 'WITHSCORES'))
