-- A step of a conversation. Its hash has the kind of the last speaker (`kind`), the
-- time of the last message (`at`), and the claim of a moment: `by`, until `claimed`.
--   KEYS[1]  `prefix:{conversation:DIGEST}`: no two conversations share a hash slot
--   ARGV[1]  { step, lapseMs, keptMs } and, by step:
--            begin   kind, claimant, claimMs, isAfterHuman
--            end     claimant, kind?
--            undo    at, previousAt
--            record  kind
--            forget
--   result   of begin: { waitMs } | { moment } | { at?, previousAt? }
local function write(...)
  redis.call('HSET', base, ...)
  redis.call('PEXPIRE', base, args.keptMs)
end

local fields = redis.pcall('HMGET', base, 'kind', 'at', 'by', 'claimed')
if fields.err then
  -- Someone else's value, or one of another version.
  redis.call('DEL', base)
  broken = 'conversation'
  fields = { false, false, false, false }
end
local kind, at = fields[1], timeOf(fields[2])
local by, claimed = fields[3], timeOf(fields[4])
if at == 0 or (kind ~= 'human' and kind ~= 'bot') then kind, at = nil, nil end

if args.step == 'begin' then
  if by and by ~= args.claimant and isClaimed(claimed) then
    return result({ waitMs = claimed - now })
  end
  if args.isAfterHuman then
    kind, at = 'human', now
    write('kind', kind, 'at', at)
  end
  local moment
  if args.kind == 'bot' then
    if not kind then moment = 'start'
    elseif math.abs(now - at) > args.lapseMs then moment = 'lapse'
    elseif kind == 'human' then moment = 'handback' end
  end
  if moment then
    write('by', args.claimant, 'claimed', now + args.claimMs)
    return result({ moment = moment })
  end
  write('kind', args.kind, 'at', now)
  return result({ at = now, previousAt = args.kind == 'bot' and at or nil })
end

if args.step == 'end' then
  if by ~= args.claimant then return result({}) end
  redis.call('HDEL', base, 'by', 'claimed')
  if args.kind then write('kind', args.kind, 'at', now) end
elseif args.step == 'undo' then
  if kind == 'bot' and at == args.at then write('at', args.previousAt) end
elseif args.step == 'record' then
  redis.call('HDEL', base, 'by', 'claimed')
  write('kind', args.kind, 'at', now)
else
  redis.call('DEL', base)
end
return result({})
