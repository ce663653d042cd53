/** A fence outlives every restart of a run that anyone still waits for. */
export const FENCE_TTL_MS = 7 * 24 * 3_600_000;

/**
 * Joins a rank, or asks again how many have joined.
 *
 * KEYS  1 fence, 2 state, 3.. streams of this rank
 * ARGV  1 generation, 2 rank, 3 world size, 4 nonce, 5 token, 6 TTL in ms, 7 TTL of the fence in ms, 8 transport,
 *       9 where this rank accepts connections or '', 10 a secret, which becomes the generation's if this rank is the first
 * Out   {'ok', joined, abort report or ''}
 *       {'stale', newest}      a newer generation of the run has been joined
 *       {'differs', field, value}   the ranks disagree about world size, transport or token; an empty token disagrees with none
 *       {'taken', ''}          another process holds this rank
 *
 * A rank that comes after the generation was given up is told so and not counted.
 *
 * Streams are made here, empty and with a TTL, so that later writers use NOMKSTREAM and notice when Redis lost them.
 */
export const JOIN = `
local newest = tonumber(redis.call('GET', KEYS[1]) or '0')
if newest > tonumber(ARGV[1]) then return {'stale', tostring(newest), ''} end
local worldSize = redis.call('HGET', KEYS[2], 'worldSize')
if worldSize and worldSize ~= ARGV[3] then return {'differs', 'worldSize', worldSize} end
local transport = redis.call('HGET', KEYS[2], 'transport')
if transport and transport ~= ARGV[8] then return {'differs', 'transport', transport} end
local token = redis.call('HGET', KEYS[2], 'token')
if token and token ~= '' and ARGV[5] ~= '' and token ~= ARGV[5] then return {'differs', 'token', token} end
local field = 'rank:' .. ARGV[2]
local holder = redis.call('HGET', KEYS[2], field)
if holder and holder ~= ARGV[4] then return {'taken', '', ''} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[7])
local abort = redis.call('HGET', KEYS[2], 'abort')
if abort then return {'ok', redis.call('HGET', KEYS[2], 'joined'), abort} end
if not holder then
  redis.call('HSET', KEYS[2], 'worldSize', ARGV[3], 'transport', ARGV[8], field, ARGV[4])
  if ARGV[9] ~= '' then redis.call('HSET', KEYS[2], 'endpoint:' .. ARGV[2], ARGV[9]) end
  redis.call('HSETNX', KEYS[2], 'secret', ARGV[10])
  if ARGV[5] ~= '' or not token then redis.call('HSET', KEYS[2], 'token', ARGV[5]) end
  redis.call('HINCRBY', KEYS[2], 'joined', 1)
  for i = 3, #KEYS do
    redis.call('XADD', KEYS[i], '0-1', 'created', '')
    redis.call('XTRIM', KEYS[i], 'MAXLEN', '0')
  end
end
for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[6]) end
return {'ok', redis.call('HGET', KEYS[2], 'joined'), ''}
`;

/**
 * Heartbeat: says that this rank lives, renews its keys, reads the others' heartbeats.
 *
 * KEYS  1 fence, 2 state, 3 beats, 4.. streams of this rank
 * ARGV  1 generation, 2 rank, 3 nonce, 4 heartbeat (JSON), 5 TTL in ms, 6 TTL of the fence in ms
 * Out   {'ok', abort report or '', rank, heartbeat, rank, heartbeat, ...}
 *       {'stale', newest}   a newer generation of the run has been joined
 *       {'lost', what}      Redis has forgotten the rendezvous or a stream
 */
export const BEAT = `
local newest = tonumber(redis.call('GET', KEYS[1]) or '0')
if newest > tonumber(ARGV[1]) then return {'stale', tostring(newest)} end
if redis.call('HGET', KEYS[2], 'rank:' .. ARGV[2]) ~= ARGV[3] then return {'lost', 'the rendezvous'} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[6])
redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
for i = 4, #KEYS do
  if redis.call('PEXPIRE', KEYS[i], ARGV[5]) == 0 then return {'lost', KEYS[i]} end
end
local out = {'ok', redis.call('HGET', KEYS[2], 'abort') or ''}
local beats = redis.call('HGETALL', KEYS[3])
for i = 1, #beats do out[#out + 1] = beats[i] end
return out
`;

/**
 * Raises the abort flag of the generation and wakes the readers. The first report stays.
 *
 * KEYS  1 state, 2.. inboxes of the peers
 * ARGV  1 report (JSON), 2 message for the inboxes (JSON)
 * Out   1, or 0 when the rendezvous is gone
 */
export const ABORT = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSETNX', KEYS[1], 'abort', ARGV[1])
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('XADD', KEYS[i], '*', 'm', ARGV[2]) end
end
return 1
`;

/**
 * Leaves: deletes the rank's streams, and with the last rank everything. Only the holder of the rank may (a second process that was
 * refused it must not).
 *
 * KEYS  1 state, 2 beats, 3.. streams of this rank
 * ARGV  1 rank, 2 nonce
 * Out   ranks that have left, or -1 when this process does not hold the rank
 */
export const LEAVE = `
if redis.call('HGET', KEYS[1], 'rank:' .. ARGV[1]) ~= ARGV[2] then return -1 end
for i = 3, #KEYS do redis.call('DEL', KEYS[i]) end
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('HSETNX', KEYS[1], 'left:' .. ARGV[1], '1') == 1 then redis.call('HINCRBY', KEYS[1], 'left', 1) end
local left = tonumber(redis.call('HGET', KEYS[1], 'left'))
if left >= tonumber(redis.call('HGET', KEYS[1], 'worldSize')) then redis.call('DEL', KEYS[1], KEYS[2]) end
return left
`;
