-- Writes the record of a name, or removes it.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { name, record?: JSON }
--   result   {}
if args.record then writeName(args.name, args.record) else own('HDEL', NAMES, args.name) end
return result({})
