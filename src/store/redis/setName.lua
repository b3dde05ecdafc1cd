-- Writes the record of a name.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { name, record: JSON }
--   result   {}
writeName(args.name, args.record)
return result({})
