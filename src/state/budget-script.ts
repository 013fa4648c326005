/**
 * One account of a budget as replicas share it: what each has spent in all, and what each holds on lease, to spend without
 * asking. Spent and leased together never pass the cap, so neither does what is spent from leases.
 *
 * A replica says its sums, not what was added to them, so that nothing is counted twice however often it is said.
 */
import { scriptOf } from './shared-store.ts'

/**
 * ARGV: time (below zero: the store's own), the replica, what it has spent in all (empty where it does not know, for
 * it has only just come to the account), what it has reserved, what it needs beyond that, the lease that it would like,
 * the cap, the life of a lease in ms, and when the account ends (empty: never).
 *
 * Answers the replica's lease, what it has spent, and what all have spent.
 *
 * A lease covers what is reserved and needed, or only what is reserved where there is not so much; beyond that it takes
 * a sixteenth of what is free, so that little lies idle at one replica when money runs out. The lease of a replica that
 * is not heard of for its life is free again; what it spent is kept, a day later under no name.
 */
export const leaseScript = scriptOf(`
local now = tonumber(ARGV[1])
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local account, replica = KEYS[1], ARGV[2]
local held, need, want, cap = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local life, ends = tonumber(ARGV[8]), tonumber(ARGV[9])
local function whole(number) return string.format('%.0f', number) end

local spent, leased, until_ = {}, {}, {}
local fields = redis.call('HGETALL', account)
for i = 1, #fields, 2 do
  local of = ({ s = spent, l = leased, u = until_ })[string.sub(fields[i], 1, 1)]
  of[string.sub(fields[i], 3)] = tonumber(fields[i + 1])
end

local own = spent[replica] or 0
if ARGV[3] ~= '' then own = math.max(own, tonumber(ARGV[3])) end
local total, lent = own, 0
for other, sum in pairs(spent) do
  if other ~= replica then
    total = total + sum
    if other ~= '' and (until_[other] or 0) + 86400000 < now then
      redis.call('HDEL', account, 's:' .. other, 'l:' .. other, 'u:' .. other)
      spent[''] = (spent[''] or 0) + sum
      redis.call('HSET', account, 's:', whole(spent['']))
    end
  end
end
for other, lease in pairs(leased) do
  if other ~= replica and (until_[other] or 0) > now then lent = lent + lease end
end

local free = cap - total - lent
local lease = held
if free >= held + need then
  lease = math.max(held, math.min(want, held + need + math.floor((free - held - need) / 16)))
end
redis.call('HSET', account, 's:' .. replica, whole(own), 'l:' .. replica, whole(lease), 'u:' .. replica, whole(now + life))
if ends then redis.call('PEXPIRE', account, whole(math.max(0, ends - now) + 86400000)) end
return { lease, own, total }
`)
