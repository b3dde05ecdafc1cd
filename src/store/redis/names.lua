-- The records of all names on the Page.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  {}
--   result   { names: [{ name, record: JSON }] }
local names = {}
local flat = own('HGETALL', NAMES)
for i = 1, #flat, 2 do names[#names + 1] = { name = flat[i], record = flat[i + 1] } end
return result({ names = names })
