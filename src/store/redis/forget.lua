-- Removes a lease: its persona does not exist.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { key }
--   result   {}
forget(args.key)
return result({})
