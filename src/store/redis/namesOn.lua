-- The records of all names on the Page.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  {}
--   result   { names: [{ name, record: JSON }] }
local flat = own('HGETALL', NAMES)
local found = {}
for i = 1, #flat, 2 do found[#found + 1] = { name = flat[i], record = flat[i + 1] } end
return result({ names = found })
