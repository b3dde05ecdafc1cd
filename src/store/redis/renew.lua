-- Records and renews uses, also where Redis has lost them.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { uses: [{ key, use, slot, name, picture, id? }], leaseMs, claimMs }
--   result   {}
for _, use in ipairs(args.uses) do renew(use) end
return result({})
