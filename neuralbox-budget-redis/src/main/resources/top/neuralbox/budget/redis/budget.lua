-- One step of a budget, all of it or none of it.
--
-- KEYS  1 lines        hash: for each window of a line <key>@<begin>:s spent, :r reserved, :u unsettled, and if the service
--                      has less left :x used elsewhere, :t until when that counts
--       2 ends         sorted set: window of a line by its end
--       3 held         hash: reservation -> what it holds; empty if it was settled a while ago
--       4 unsettled    hash: reservation -> what it holds
--       5 deadlines    sorted set: reservation by the time at which something is to be done about it
-- ARGV  1 step, 2 milliseconds to add to the server's time (tests move it), 3 lease, 4 how long a settled one is kept,
--       then what the step needs
--
-- Amounts are integers of a fixed scale. They are added by HINCRBY, which counts in 64 bits. Lua reads them as doubles,
-- which is exact up to 2^53; the client lets nothing through that is larger.
local lines, ends, held, unsettled, deadlines = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local step, lease, kept = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
local TIDIED = 100
-- How long a window is kept after its end: a clock that is set back by less, as after a failover, finds it again.
local GRACE = 60000
-- How long what the service has left counts if it does not say when it counts anew: only a request can tell.
local UNTIL_ASKED_AGAIN = 600000

local function plain(number)
  return string.format('%.0f', number)
end

-- The window of a line that runs, and where it begins: 0 for a limit that holds for good.
local function window(key, length)
  local begin = length == 0 and 0 or now - now % length
  return key .. '@' .. plain(begin), begin
end

local function counts(name)
  local count = redis.call('HMGET', lines, name .. ':s', name .. ':r', name .. ':u', name .. ':x', name .. ':t')
  local till = tonumber(count[5] or '0')
  return count[1] or '0', count[2] or '0', count[3] or '0', now < till and count[4] or '0', till
end

-- Lets a window count.
local function open(name, begin, length)
  if redis.call('HSETNX', lines, name .. ':s', '0') == 1 and length > 0 then
    redis.call('ZADD', ends, plain(begin + length), name)
  end
end

-- Adds to the count of a window that the reservation was made in, if that window is still known.
local function add(name, field, amount)
  if redis.call('HEXISTS', lines, name .. ':s') == 1 then
    redis.call('HINCRBY', lines, name .. ':' .. field, amount)
  end
end

local function negative(amount)
  return amount == '0' and '0' or '-' .. amount
end

-- Known for a while as settled: its reservation, or this very step, may come late or again.
local function remember_settled(id)
  redis.call('HSET', held, id, '')
  redis.call('ZADD', deadlines, plain(now + kept), id)
end

-- Reserved credits become unsettled, until their last window has ended. Reserved requests are spent.
local function leave_unsettled(id, text)
  local holding = cjson.decode(text)
  local left = {}
  for _, entry in ipairs(holding.entries) do
    add(entry.name, 'r', negative(entry.amount))
    if entry.request then
      add(entry.name, 's', entry.amount)
    else
      add(entry.name, 'u', entry.amount)
      left[#left + 1] = entry
    end
  end
  if #left == 0 then
    remember_settled(id)
    return
  end
  redis.call('HDEL', held, id)
  redis.call('HSET', unsettled, id, cjson.encode({ entries = left, ends = holding.ends }))
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
    redis.call('HDEL', lines, name .. ':s', name .. ':r', name .. ':u', name .. ':x', name .. ':t')
    redis.call('ZREM', ends, name)
  end
end

-- reservation, then for each line: key, 1 if it counts requests or 0, limit, length of its window or 0, amount.
-- Answers the place of the first line that has not enough left, counted from 1, and how long until it has; or 0.
local function reserve(anyway)
  local id = ARGV[5]
  tidy()
  if redis.call('HEXISTS', held, id) == 1 or redis.call('HEXISTS', unsettled, id) == 1 then
    return { 0, '0' }
  end
  local asked = {}
  for i = 6, #ARGV, 5 do
    local line = {
      request = ARGV[i + 1] == '1', limit = tonumber(ARGV[i + 2]), length = tonumber(ARGV[i + 3]), amount = ARGV[i + 4]
    }
    line.name, line.begin = window(ARGV[i], line.length)
    local spent, reserved, left_over, elsewhere, till = counts(line.name)
    local own = spent + reserved + left_over + line.amount
    if not anyway and own + elsewhere > line.limit then
      local ending = own > line.limit and line.begin + line.length or till
      return { (i - 6) / 5 + 1, plain(line.length == 0 and -1 or ending - now) }
    end
    asked[#asked + 1] = line
  end
  local holding = { ends = '0', entries = {} }
  local counted = {}
  for _, line in ipairs(asked) do
    -- Two lines of one name have one count.
    if not counted[line.name] then
      counted[line.name] = true
      open(line.name, line.begin, line.length)
      redis.call('HINCRBY', lines, line.name .. ':r', line.amount)
      holding.entries[#holding.entries + 1] = { name = line.name, amount = line.amount, request = line.request }
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

-- reservation, and to settle it, credits
local function settle(sent)
  local id, credits = ARGV[5], ARGV[6]
  local field, text = 'r', redis.call('HGET', held, id)
  if not text then
    field, text = 'u', redis.call('HGET', unsettled, id)
  end
  if text and text ~= '' then
    local holding = cjson.decode(text)
    for _, entry in ipairs(holding.entries) do
      add(entry.name, field, negative(entry.amount))
      if sent then
        add(entry.name, 's', entry.request and entry.amount or credits)
      end
    end
    redis.call('HDEL', unsettled, id)
  end
  if text ~= '' then
    remember_settled(id)
  end
end

-- reservation
local function unsettle()
  local text = redis.call('HGET', held, ARGV[5])
  if text and text ~= '' then
    leave_unsettled(ARGV[5], text)
  end
end

-- key, limit, length of its window, what is left, until when or 0 if that is not known
local function lower()
  local length = tonumber(ARGV[7])
  local name, begin = window(ARGV[5], length)
  local till = tonumber(ARGV[9])
  local untold = till == 0
  if untold then
    till = now + UNTIL_ASKED_AGAIN
  end
  if till > begin + length then
    till = begin + length
  end
  local spent, reserved, left_over, elsewhere, known = counts(name)
  local more = math.max(0, ARGV[6] - ARGV[8] - spent - reserved - left_over)
  -- The answers of one count of the service know only of what had arrived: the one that lowers most is nearest to the truth.
  -- Without a time, two answers cannot be told to be of one count; one that lowers less does not prolong the other.
  local newer = not untold and till > known or untold and more == tonumber(elsewhere)
  if till > now and (newer or more > tonumber(elsewhere)) then
    if untold then
      till = math.max(till, known)
    end
    open(name, begin, length)
    redis.call('HSET', lines, name .. ':x', plain(more), name .. ':t', plain(till))
  end
end

-- key, length of its window or 0
local function usage()
  local name = window(ARGV[5], tonumber(ARGV[6]))
  local spent, reserved, left_over, elsewhere = counts(name)
  return { spent, reserved, left_over, elsewhere }
end

-- Answers each unsettled reservation and its credits, in turn. Each line of credits has the same amount.
local function all_unsettled()
  -- Each round does a little, so that Redis is not held up for long.
  for _ = 1, 50 do
    tidy()
    if not redis.call('ZRANGEBYSCORE', deadlines, '-inf', plain(now), 'LIMIT', 0, 1)[1] then
      break
    end
  end
  local all = redis.call('HGETALL', unsettled)
  for i = 2, #all, 2 do
    all[i] = cjson.decode(all[i]).entries[1].amount
  end
  return all
end

if step == 'reserve' then
  return reserve(false)
elseif step == 'reserveAnyway' then
  return reserve(true)
elseif step == 'settle' then
  return settle(true)
elseif step == 'release' then
  return settle(false)
elseif step == 'leaveUnsettled' then
  return unsettle()
elseif step == 'lower' then
  return lower()
elseif step == 'usage' then
  return usage()
elseif step == 'unsettled' then
  return all_unsettled()
end
return redis.error_reply('no such step: ' .. step)
