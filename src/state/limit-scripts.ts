/**
 * Limits as scripts that the shared store runs in one step: the arithmetic of `gcra.ts`, and places as leases that run
 * out unless they are renewed, so that a process that dies gives its own back.
 *
 * Times are the store's own, so that replicas need not agree on one; a caller may give another (tests do). Every key has
 * the hash tag `policyc`, since a script may touch only keys of one slot of a cluster.
 */
import { scriptOf } from './shared-store.ts'

const prologue = `
local now = tonumber(ARGV[1])
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function whole(number) return string.format('%.0f', number) end
local function cellOf(key, amount)
  local cell = redis.call('HMGET', key, 'debt', 'at', 'refunded')
  local debt, at, refunded = tonumber(cell[1]) or 0, tonumber(cell[2]) or 0, tonumber(cell[3]) or 0
  return math.max(0, debt - amount * math.max(0, now - at)), math.max(now, at), refunded
end
local function keep(key, amount, debt, at, refunded)
  redis.call('HSET', key, 'debt', whole(debt), 'at', whole(at), 'refunded', whole(refunded))
  redis.call('PEXPIRE', key, whole(math.ceil(debt / amount) + at - now + 60000))
end
`

/**
 * Takes every charge or none. ARGV: time, id of the hold (empty to look only), life of a lease in ms; then for each key
 * amount, perMs (0 for places), burst, cost. Answers whether all were taken, the time, and for each key debt, time and
 * refunds, or the places in use: after the charge where all were taken.
 */
export const takeScript = scriptOf(`${prologue}
local id, life = ARGV[2], tonumber(ARGV[3])
local function charge(i)
  local at = 3 + (i - 1) * 4
  return tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
end
local cells, taken = {}, id ~= ''
for i, key in ipairs(KEYS) do
  local amount, perMs, burst, cost = charge(i)
  if perMs == 0 then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', whole(now))
    cells[i] = { redis.call('ZCARD', key), now, 0 }
    if cells[i][1] >= amount then taken = false end
  else
    cells[i] = { cellOf(key, amount) }
    if amount <= 0 or cost > burst or cells[i][1] + cost * perMs > burst * perMs then taken = false end
  end
end
local answer = { taken and 1 or 0, now }
for i, key in ipairs(KEYS) do
  local amount, perMs, burst, cost = charge(i)
  local cell = cells[i]
  if taken and perMs == 0 then
    redis.call('ZADD', key, whole(now + life), id)
    redis.call('PEXPIRE', key, whole(life + 60000))
    cell[1] = cell[1] + 1
  elseif taken then
    cell[1] = cell[1] + cost * perMs
    keep(key, amount, cell[1], cell[2], cell[3])
  end
  for part = 1, 3 do table.insert(answer, cell[part]) end
end
return answer
`)

/**
 * Corrects charges and gives places back. ARGV: time, id of the hold; then for each key amount, perMs (0 for places), what
 * was charged too much, and time, debt and refunds right after the charge.
 */
export const settleScript = scriptOf(`${prologue}
local id = ARGV[2]
for i, key in ipairs(KEYS) do
  local first = 2 + (i - 1) * 6
  local function number(part) return tonumber(ARGV[first + part]) end
  local amount, perMs, surplus = number(1), number(2), number(3)
  if perMs == 0 then
    redis.call('ZREM', key, id)
  else
    local debt, at, refunded = cellOf(key, amount)
    if surplus <= 0 then
      debt = debt - surplus * perMs
    else
      local left = number(5) - amount * (at - number(4)) - (refunded - number(6))
      local refund = math.max(0, math.min(surplus * perMs, left, debt))
      debt, refunded = debt - refund, refunded + refund
    end
    keep(key, amount, debt, at, refunded)
  end
end
`)

/** Renews the leases of places. ARGV: time, life in ms, then for each key the id of the hold. One that ran out is not taken again. */
export const renewScript = scriptOf(`${prologue}
local life = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, 'XX', whole(now + life), ARGV[2 + i])
  redis.call('PEXPIRE', key, whole(life + 60000))
end
`)
