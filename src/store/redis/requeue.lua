-- Has a lease expire now, because its persona could not be deleted.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { key }
--   result   {}
if own('ZSCORE', DUE, args.key) then own('ZADD', DUE, now - 1, args.key) end
return result({})
