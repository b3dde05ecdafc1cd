-- Records and renews uses, also where Redis has lost them.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { leaseMs, claimMs }
--   ARGV[2], ...  each { key, use, slot, name, picture, id? }
--   result   {}
for i = 2, #ARGV do
  -- One that cannot be read costs only itself.
  local isRead, use = pcall(cjson.decode, ARGV[i])
  if isRead then renew(use) end
end
return result({})
