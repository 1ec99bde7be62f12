-- One step of a budget, all of it or none of it.
--
-- KEYS  1 lines        hash: for each line <key>:w the begin of its window, :s spent, :r reserved, :u unsettled
--       2 ends         sorted set: line by the end of its window
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

local function plain(number)
  return string.format('%.0f', number)
end

-- Where the window begins that runs; 0 for a limit that holds for good. A clock that goes back opens no window again.
local function window(key, length)
  if length == 0 then
    return 0
  end
  local begin = now - now % length
  local known = redis.call('HGET', lines, key .. ':w')
  if known and tonumber(known) > begin then
    return tonumber(known)
  end
  return begin
end

local function counts(key, begin)
  local count = redis.call('HMGET', lines, key .. ':w', key .. ':s', key .. ':r', key .. ':u')
  if not count[1] or tonumber(count[1]) ~= begin then
    return '0', '0', '0'
  end
  return count[2], count[3], count[4]
end

-- Lets a line count in the window that begins there.
local function open(key, begin, length)
  local known = redis.call('HGET', lines, key .. ':w')
  if not known or tonumber(known) ~= begin then
    redis.call('HSET', lines, key .. ':w', plain(begin), key .. ':s', '0', key .. ':r', '0', key .. ':u', '0')
    if length > 0 then
      redis.call('ZADD', ends, plain(begin + length), key)
    end
  end
end

-- Adds to the count of each window that the reservation was made in, where that window still counts.
local function add(holding, field, credits)
  for _, line in ipairs(holding.lines) do
    if redis.call('HGET', lines, line.key .. ':w') == line.begin then
      redis.call('HINCRBY', lines, line.key .. ':' .. field, credits)
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
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', plain(now), 'LIMIT', 0, TIDIED)) do
    redis.call('HDEL', lines, key .. ':w', key .. ':s', key .. ':r', key .. ':u')
    redis.call('ZREM', ends, key)
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
    local line = { key = ARGV[i], limit = tonumber(ARGV[i + 1]), length = tonumber(ARGV[i + 2]) }
    line.begin = window(line.key, line.length)
    local spent, reserved, left_over = counts(line.key, line.begin)
    if not anyway and spent + reserved + left_over + credits > line.limit then
      local renewal = line.length == 0 and -1 or line.begin + line.length - now
      return { (i - 7) / 3 + 1, plain(renewal) }
    end
    asked[#asked + 1] = line
  end
  local holding = { credits = credits, ends = '0', lines = {} }
  for i, line in ipairs(asked) do
    open(line.key, line.begin, line.length)
    redis.call('HINCRBY', lines, line.key .. ':r', credits)
    holding.lines[i] = { key = line.key, begin = plain(line.begin) }
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
  local spent, reserved, left_over = counts(ARGV[5], window(ARGV[5], tonumber(ARGV[6])))
  return { spent, reserved, left_over }
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
