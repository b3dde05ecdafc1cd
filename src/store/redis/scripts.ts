/*
 * The steps as Redis runs them, each whole or not at all, by Redis's own clock.
 * A script gets one JSON of arguments and gives one JSON back.
 *
 * Under `prefix:{page}`, which keeps a Page's keys in one slot of a cluster:
 *   :lease:KEY  a hash: slot, name, picture, id, `use:USE` until when, dying
 *   :slot:SLOT  the KEY that the slot's next user takes up
 *   :due        the KEYs by when they run out
 *   :names      a hash: the records of names, as JSON
 *   :lock       who syncs the Page, as JSON
 */

const PRELUDE = `
local base = KEYS[1]
local arg = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- A bot that was down finds what ran out meanwhile.
local KEPT = 30 * 24 * 3600 * 1000
local DUE = base .. ':due'
local NAMES = base .. ':names'

local function leaseKey(key) return base .. ':lease:' .. key end
local function slotKey(slot) return base .. ':slot:' .. slot end

-- What stands in the place of a key of ours and is of another type goes, and
-- costs no more than if the key had been lost.
local broken
local function own(command, key, ...)
  local answer = redis.pcall(command, key, ...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if string.find(answer.err, 'WRONGTYPE', 1, true) then
    redis.call('DEL', key)
    broken = string.sub(key, #base + 2)
  end
  return redis.call(command, key, ...)
end

local function give(answer)
  answer.broken = broken
  return cjson.encode(answer)
end

-- nil: there is none; false: what is there is no lease.
local function read(key)
  local flat = redis.pcall('HGETALL', leaseKey(key))
  if flat.err then return false end
  if #flat == 0 then return nil end
  local lease = { uses = {} }
  for i = 1, #flat, 2 do
    local use = string.match(flat[i], '^use:(.+)$')
    if use then lease.uses[use] = tonumber(flat[i + 1]) or 0
    else lease[flat[i]] = flat[i + 1] end
  end
  if lease.id and not string.match(lease.id, '^%d+$') then return false end
  return lease
end

local function usedUntil(lease)
  local last = 0
  for _, untilWhen in pairs(lease.uses) do
    if untilWhen > last then last = untilWhen end
  end
  return last
end

local function keepAlive(key, untilWhen)
  if redis.call('PTTL', key) < untilWhen - now then
    redis.call('PEXPIREAT', key, untilWhen)
  end
end

local function schedule(key, at)
  own('ZADD', DUE, at, key)
  redis.call('PEXPIREAT', leaseKey(key), at + KEPT)
  keepAlive(DUE, at + KEPT)
end

local function free(slot, key)
  local current = redis.pcall('GET', slotKey(slot))
  if current == key then redis.call('DEL', slotKey(slot)) end
end

local function drop(key)
  local lease = read(key)
  redis.call('DEL', leaseKey(key))
  own('ZREM', DUE, key)
  if lease and lease.slot then free(lease.slot, key) end
end

local function entry(key, at)
  local lease = read(key)
  if lease == nil then
    own('ZREM', DUE, key)
    return nil
  end
  local shown = lease or {}
  return { key = key, name = shown.name, picture = shown.picture, id = shown.id, expiresAt = tonumber(at) }
end

local function entries(scores)
  local found = {}
  for i = 1, #scores, 2 do
    local one = entry(scores[i], scores[i + 1])
    if one then found[#found + 1] = one end
  end
  return give({ entries = found })
end
`;

const BODIES = {
  take: `
local key = redis.pcall('GET', slotKey(arg.slot))
-- What is no slot of ours is written over.
local tookOver = false
if type(key) == 'string' then
  local lease = read(key)
  if lease and not lease.dying then
    if lease.id then
      redis.call('HSET', leaseKey(key), 'use:' .. arg.use, now + arg.leaseMs)
      schedule(key, math.max(usedUntil(lease), now + arg.leaseMs))
      redis.call('PEXPIREAT', slotKey(arg.slot), now + arg.leaseMs + KEPT)
      return give({ as = 'user', key = key, id = lease.id })
    end
    if usedUntil(lease) > now then return give({ as = 'waiting' }) end
    tookOver = true
  end
end
redis.call('HSET', leaseKey(arg.key), 'slot', arg.slot, 'name', arg.name, 'picture', arg.picture, 'use:' .. arg.use, now + arg.claimMs)
redis.call('SET', slotKey(arg.slot), arg.key, 'PXAT', now + arg.leaseMs + KEPT)
schedule(arg.key, now + arg.leaseMs)
return give({ as = 'maker', tookOver = tookOver })
`,

  keep: `
for _, use in ipairs(arg.uses) do
  local lease = read(use.key)
  if lease == false then
    redis.call('DEL', leaseKey(use.key))
    lease = nil
  end
  if not (lease and lease.dying and lease.dying ~= use.use) then
    local forMs = use.id and arg.leaseMs or arg.claimMs
    redis.call('HSET', leaseKey(use.key), 'slot', use.slot, 'name', use.name, 'picture', use.picture, 'use:' .. use.use, now + forMs)
    if use.id then redis.call('HSET', leaseKey(use.key), 'id', use.id) end
    schedule(use.key, math.max(lease and usedUntil(lease) or 0, now + arg.leaseMs))
    if redis.pcall('GET', slotKey(use.slot)) == use.key then
      redis.call('PEXPIREAT', slotKey(use.slot), now + arg.leaseMs + KEPT)
    end
  end
end
return give({ done = true })
`,

  giveBack: `
local lease = read(arg.key)
if not lease then
  -- Lost: whoever else uses it will write it down again before it runs out.
  redis.call('DEL', leaseKey(arg.key))
  redis.call('HSET', leaseKey(arg.key), 'slot', arg.slot, 'name', arg.name, 'picture', arg.picture, 'id', arg.id)
  schedule(arg.key, now + arg.leaseMs)
  return give({ given = 'unknown' })
end
if lease.dying == arg.use then return give({ given = 'last' }) end
redis.call('HDEL', leaseKey(arg.key), 'use:' .. arg.use)
lease.uses[arg.use] = nil
local used = usedUntil(lease)
if lease.dying or used > now then
  for use, untilWhen in pairs(lease.uses) do
    if untilWhen <= now then redis.call('HDEL', leaseKey(arg.key), 'use:' .. use) end
  end
  return give({ given = 'others' })
end
-- The next in the slot is told that this intent was there.
if not lease.id then return give({ given = 'others' }) end
free(arg.slot, arg.key)
redis.call('HSET', leaseKey(arg.key), 'dying', arg.use)
schedule(arg.key, now + arg.leaseMs)
return give({ given = 'last' })
`,

  forget: `
drop(arg.key)
return give({ done = true })
`,

  leasesOn: `
return entries(own('ZRANGE', DUE, 0, -1, 'WITHSCORES'))
`,

  ranOut: `
if redis.call('EXISTS', NAMES) == 1 then redis.call('PEXPIREAT', NAMES, now + KEPT) end
return entries(own('ZRANGEBYSCORE', DUE, '-inf', '(' .. now, 'WITHSCORES', 'LIMIT', 0, 10000))
`,

  takeOver: `
local at = own('ZSCORE', DUE, arg.key)
local lease = read(arg.key)
if not lease or not at or tonumber(at) >= now then return give({ taken = false }) end
redis.call('HSET', leaseKey(arg.key), 'dying', 'sweep')
schedule(arg.key, now + arg.leaseMs)
if lease.slot then free(lease.slot, arg.key) end
return give({ taken = true })
`,

  putBack: `
if own('ZSCORE', DUE, arg.key) then own('ZADD', DUE, now - 1, arg.key) end
return give({ done = true })
`,

  nameOn: `
local written = own('HGET', NAMES, arg.name)
return give({ record = written or nil })
`,

  namesOn: `
local flat = own('HGETALL', NAMES)
local found = {}
for i = 1, #flat, 2 do found[#found + 1] = { name = flat[i], record = flat[i + 1] } end
return give({ names = found })
`,

  settle: `
local written = own('HGET', NAMES, arg.name)
local isRecord, other = pcall(cjson.decode, written or 'null')
if isRecord and type(other) == 'table' and type(other.id) == 'string' and other.id ~= arg.seenId and other.id ~= arg.id then
  local lease = arg.key and read(arg.key)
  if lease then
    redis.call('HSET', leaseKey(arg.key), 'id', arg.id)
    schedule(arg.key, now + arg.leaseMs)
    free(lease.slot, arg.key)
  end
  return give({ record = written })
end
own('HSET', NAMES, arg.name, arg.record)
redis.call('PEXPIREAT', NAMES, now + KEPT)
if arg.key then drop(arg.key) end
return give({ record = arg.record })
`,

  setName: `
own('HSET', NAMES, arg.name, arg.record)
redis.call('PEXPIREAT', NAMES, now + KEPT)
return give({ done = true })
`,

  deleteName: `
own('HDEL', NAMES, arg.name)
return give({ done = true })
`,

  lock: `
local LOCK = base .. ':lock'
local isJson, lock = pcall(cjson.decode, own('GET', LOCK) or 'null')
local isLock = isJson and type(lock) == 'table' and type(lock.token) == 'string' and type(lock.since) == 'number'
if isLock and lock.token ~= arg.token then return give({ holder = lock.holder, since = lock.since }) end
local since = isLock and lock.since or now
redis.call('SET', LOCK, cjson.encode({ token = arg.token, holder = arg.holder, since = since }), 'PX', arg.ms)
return give({ done = true })
`,

  unlock: `
local LOCK = base .. ':lock'
local isLock, lock = pcall(cjson.decode, own('GET', LOCK) or 'null')
if isLock and type(lock) == 'table' and lock.token == arg.token then redis.call('DEL', LOCK) end
return give({ done = true })
`,
} as const;

/** A step by its name. */
export type Step = keyof typeof BODIES;

export function scriptOf(step: Step): string {
  return PRELUDE + BODIES[step];
}
