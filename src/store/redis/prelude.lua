-- Precedes each step. A step gets:
--   KEYS[1]  `prefix:{page}`: all keys of a Page share a hash slot of a cluster.
--            It never exists, so that a cluster which moves the slot to another
--            node answers TRYAGAIN, instead of running a step on half of the keys
--   KEYS[2]  `prefix:{page}:due`, as it does so only for two or more keys
--   ARGV[1]  its arguments as JSON; `args` below
-- and returns its result as JSON; `broken` there names a key whose value was not
-- ours. Under KEYS[1]:
--   :lease:KEY  a hash: slot, name, picture, id, deleting (by whom), and until
--               when, in ms, `use:USE` counts, `fence:USE` refuses renewals, and
--               uses may not be `recovered` since Redis had lost the lease
--   :slot:SLOT  the KEY of the lease that the slot's next user acquires
--   :due        a sorted set: each KEY by when its lease expires
--   :names      a hash: the records of names, as JSON
--   :epoch      while it stays the same, all personas created for names are recorded
-- The lease of a name is its record; its key is `name:NAME ID`.
local base = KEYS[1]
local args = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- How long keys outlive their leases, for a bot that was down.
local KEPT_MS = 30 * 24 * 3600 * 1000
local DUE = base .. ':due'
local NAMES = base .. ':names'
local EPOCH = base .. ':epoch'

local function leaseKey(key) return base .. ':lease:' .. key end
local function slotKey(slot) return base .. ':slot:' .. slot end

-- Deletes a value of another type in the place of ours, as if ours had been lost.
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

local function result(answer)
  answer.broken = broken
  return cjson.encode(answer)
end

-- A time, or 0 where someone else has written something else, such as `inf`.
local function timeOf(text)
  local time = tonumber(text)
  return time and time > 0 and time < 1e15 and time or 0
end

-- Whether a claim holds. One that lasts longer than a claim was made before Redis's
-- clock was set back, and its process renews it.
local function isClaimed(ends)
  return ends > now and ends <= now + args.claimMs + 1000
end

-- Returns nil where there is no lease, and false where the value is no lease.
local function read(key)
  local flat = redis.pcall('HGETALL', leaseKey(key))
  if flat.err then return false end
  if #flat == 0 then return nil end
  local lease = { uses = {}, fences = {} }
  for i = 1, #flat, 2 do
    local kind, use = string.match(flat[i], '^(%a+):(.+)$')
    if kind == 'use' then lease.uses[use] = timeOf(flat[i + 1])
    elseif kind == 'fence' then lease.fences[use] = timeOf(flat[i + 1])
    elseif flat[i] ~= 'uses' and flat[i] ~= 'fences' then lease[flat[i]] = flat[i + 1] end
  end
  if lease.id and not string.match(lease.id, '^%d+$') then return false end
  return lease
end

local function usedUntil(lease)
  local last = 0
  for _, ends in pairs(lease.uses) do
    if ends > last then last = ends end
  end
  return last
end

local function setExpiry(key, at)
  own('ZADD', DUE, at, key)
  redis.call('PEXPIREAT', leaseKey(key), at + KEPT_MS)
  if redis.call('PTTL', DUE) < at + KEPT_MS - now then
    redis.call('PEXPIREAT', DUE, at + KEPT_MS)
  end
end

local function keepSlot(slot)
  redis.call('PEXPIREAT', slotKey(slot), now + args.leaseMs + KEPT_MS)
end

local function free(slot, key)
  if redis.pcall('GET', slotKey(slot)) == key then redis.call('DEL', slotKey(slot)) end
end

local function forget(key)
  local lease = read(key)
  redis.call('DEL', leaseKey(key))
  own('ZREM', DUE, key)
  if lease and lease.slot then free(lease.slot, key) end
end

local function changeEpoch(epoch)
  redis.call('SET', EPOCH, epoch, 'PXAT', now + KEPT_MS)
end

-- The record of a slot's name, and the name. Another value than a record is none.
local function named(slot)
  local name = string.match(slot, '^name:(.*)$')
  if not name then return nil end
  local isJson, record = pcall(cjson.decode, own('HGET', NAMES, name) or 'null')
  local id = isJson and type(record) == 'table' and record.id
  local isRecord = type(id) == 'string' and string.match(id, '^%d+$')
  return isRecord and record or nil, name
end

-- Records a use and extends its lease, unless another process deletes the persona.
local function renew(use)
  local lease = read(use.key)
  if lease == false then
    redis.call('DEL', leaseKey(use.key))
    lease = nil
  end
  if lease and lease.deleting and lease.deleting ~= use.use then return end
  if lease and lease.fences[use.use] then return end
  local forMs = use.id and args.leaseMs or args.claimMs
  redis.call('HSET', leaseKey(use.key), 'slot', use.slot, 'name', use.name, 'picture', use.picture, 'use:' .. use.use, now + forMs)
  if use.id then redis.call('HSET', leaseKey(use.key), 'id', use.id) end
  if not lease then redis.call('HSET', leaseKey(use.key), 'recovered', now + args.leaseMs) end
  setExpiry(use.key, math.max(lease and usedUntil(lease) or 0, now + args.leaseMs))
  if redis.pcall('GET', slotKey(use.slot)) == use.key then keepSlot(use.slot) end
end
