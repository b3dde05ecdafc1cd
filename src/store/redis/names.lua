-- The record of a name, or of all names on the Page.
--   KEYS[1]  `prefix:{page}`
--   ARGV[1]  { name? }
--   result   { names: [{ name, record: JSON }] }
local names = {}
if args.name then
  local record = own('HGET', NAMES, args.name)
  if record then names[1] = { name = args.name, record = record } end
else
  local flat = own('HGETALL', NAMES)
  for i = 1, #flat, 2 do names[#names + 1] = { name = flat[i], record = flat[i + 1] } end
end
return result({ names = names })
