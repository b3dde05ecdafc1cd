-- The record of a name.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { name }
--   result   { record?: JSON }
return result({ record = own('HGET', NAMES, args.name) or nil })
