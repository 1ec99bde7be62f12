-- One step of a budget, all of it or none of it.
--
-- KEYS  1 lines        hash: for each window of a line <key>@<begin>:s spent, :r reserved, :u unsettled
--       2 ends         sorted set: window of a line by its end
--       3 held         hash: reservation -> what it holds; empty if it was settled a while ago
--       4 unsettled    hash: reservation -> what it holds
--       5 deadlines    sorted set: reservation by the time at which something is to be done about it
-- ARGV  1 step, 2 milliseconds to add to the server's time (tests move it), 3 lease, 4 how long a settled one is kept,
--       then what the step needs
--
-- Credits are integers of a fixed scale. They are added by HINCRBY, which counts in 64 bits. Lua reads them as doubles,
-- which is exact up to 2^53; the client lets nothing through that is larger.
local lines, ends, held, unsettled, deadlines = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local step, lease, kept = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
local TIDIED = 100
-- How long a window is kept after its end: a clock that is set back by less, as after a failover, finds it again.
local GRACE = 60000

local function plain(number)
  return string.format('%.0f', number)
end

-- The window of a line that runs, and where it begins: 0 for a limit that holds for good.
local function window(key, length)
  local begin = length == 0 and 0 or now - now % length
  return key .. '@' .. plain(begin), begin
end

local function counts(name)
  local count = redis.call('HMGET', lines, name .. ':s', name .. ':r', name .. ':u')
  return count[1] or '0', count[2] or '0', count[3] or '0'
end

-- Lets a window count.
local function open(name, begin, length)
  if redis.call('HSETNX', lines, name .. ':s', '0') == 1 and length > 0 then
    redis.call('ZADD', ends, plain(begin + length), name)
  end
end

-- Adds to the count of each window that the reservation was made in, where that window is still known.
local function add(holding, field, credits)
  for _, name in ipairs(holding.windows) do
    if redis.call('HEXISTS', lines, name .. ':s') == 1 then
      redis.call('HINCRBY', lines, name .. ':' .. field, credits)
    end
  end
end

local function negative(credits)
  return credits == '0' and '0' or '-' .. credits
end

-- What was reserved becomes unsettled, until its last window has ended.
local function leave_unsettled(id, text)
  local holding = cjson.decode(text)
  add(holding, 'r', negative(holding.credits))
  add(holding, 'u', holding.credits)
  redis.call('HDEL', held, id)
  redis.call('HSET', unsettled, id, text)
  if holding.ends == '' then
    redis.call('ZREM', deadlines, id)
  else
    redis.call('ZADD', deadlines, holding.ends, id)
  end
end

-- Does what is due: a little at each reservation, so that none waits for it.
local function tidy()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', plain(now), 'LIMIT', 0, TIDIED)) do
    local text = redis.call('HGET', held, id)
    if text and text ~= '' then
      leave_unsettled(id, text)
    else
      redis.call('HDEL', held, id)
      redis.call('HDEL', unsettled, id)
      redis.call('ZREM', deadlines, id)
    end
  end
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', plain(now - GRACE), 'LIMIT', 0, TIDIED)) do
    redis.call('HDEL', lines, name .. ':s', name .. ':r', name .. ':u')
    redis.call('ZREM', ends, name)
  end
end

-- reservation, credits, then for each line: key, limit, length of its window or 0.
-- Answers the place of the first line that has not enough left, counted from 1, and how long until it has; or 0.
local function reserve(anyway)
  local id, credits = ARGV[5], ARGV[6]
  tidy()
  if redis.call('HEXISTS', held, id) == 1 or redis.call('HEXISTS', unsettled, id) == 1 then
    return { 0, '0' }
  end
  local asked = {}
  for i = 7, #ARGV, 3 do
    local line = { limit = tonumber(ARGV[i + 1]), length = tonumber(ARGV[i + 2]) }
    line.name, line.begin = window(ARGV[i], line.length)
    local spent, reserved, left_over = counts(line.name)
    if not anyway and spent + reserved + left_over + credits > line.limit then
      local renewal = line.length == 0 and -1 or line.begin + line.length - now
      return { (i - 7) / 3 + 1, plain(renewal) }
    end
    asked[#asked + 1] = line
  end
  local holding = { credits = credits, ends = '0', windows = {} }
  local counted = {}
  for _, line in ipairs(asked) do
    -- Two lines of one name have one count.
    if not counted[line.name] then
      counted[line.name] = true
      open(line.name, line.begin, line.length)
      redis.call('HINCRBY', lines, line.name .. ':r', credits)
      holding.windows[#holding.windows + 1] = line.name
    end
    if line.length == 0 then
      holding.ends = ''
    elseif holding.ends ~= '' and line.begin + line.length > tonumber(holding.ends) then
      holding.ends = plain(line.begin + line.length)
    end
  end
  redis.call('HSET', held, id, cjson.encode(holding))
  redis.call('ZADD', deadlines, plain(now + lease), id)
  return { 0, '0' }
end

-- reservation, credits
local function settle()
  local id, credits = ARGV[5], ARGV[6]
  local field, text = 'r', redis.call('HGET', held, id)
  if not text then
    field, text = 'u', redis.call('HGET', unsettled, id)
  end
  if text and text ~= '' then
    local holding = cjson.decode(text)
    add(holding, field, negative(holding.credits))
    add(holding, 's', credits)
    redis.call('HDEL', unsettled, id)
  end
  if text ~= '' then
    -- Known for a while as settled: its reservation, or this very step, may come late or again.
    redis.call('HSET', held, id, '')
    redis.call('ZADD', deadlines, plain(now + kept), id)
  end
end

-- reservation
local function unsettle()
  local text = redis.call('HGET', held, ARGV[5])
  if text and text ~= '' then
    leave_unsettled(ARGV[5], text)
  end
end

-- key, length of its window or 0
local function usage()
  local name = window(ARGV[5], tonumber(ARGV[6]))
  return { counts(name) }
end

-- Answers each unsettled reservation and its credits, in turn.
local function all_unsettled()
  tidy()
  local all = redis.call('HGETALL', unsettled)
  for i = 2, #all, 2 do
    all[i] = cjson.decode(all[i]).credits
  end
  return all
end

if step == 'reserve' then
  return reserve(false)
elseif step == 'reserveAnyway' then
  return reserve(true)
elseif step == 'settle' then
  return settle()
elseif step == 'leaveUnsettled' then
  return unsettle()
elseif step == 'usage' then
  return usage()
elseif step == 'unsettled' then
  return all_unsettled()
end
return redis.error_reply('no such step: ' .. step)
