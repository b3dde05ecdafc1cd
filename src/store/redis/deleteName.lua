-- Removes the record of a name.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { name }
--   result   {}
own('HDEL', NAMES, args.name)
return result({})
