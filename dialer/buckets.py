"""Token buckets in Valkey: how fast something may go, whoever of us does it (design §4).

One script takes from all buckets that something needs, or from none, so that no two processes take the same
token, and nobody holds one limit's tokens while waiting for another's. A bucket that isn't there starts
empty: after a flush nothing bursts. Where Valkey is away nothing is given, and the asker waits: slower than
the rate is safe, faster is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import redis

from dialer.domain.limit import Limit, Taken
from dialer.logs import get_logger

PREFIX: Final = "dialer:bucket:"
KEPT_MS: Final = 60_000
"""A bucket that nobody asks is forgotten after so long; one that owes, when it has paid and as long again."""
PRESSED_S: Final = 0.3
"""For how long others step back for somebody urgent that found too little."""
AWAY_S: Final = 0.25
"""When to ask again where Valkey is away."""

_TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local urgent, kept_ms, pressed_s = ARGV[1] == '1', tonumber(ARGV[2]), tonumber(ARGV[3])
local buckets, wait = {}, 0
for i, key in ipairs(KEYS) do
    local rate, burst = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
    local kept = redis.call('HMGET', key, 'tokens', 'at', 'pressed')
    local tokens, at = tonumber(kept[1]) or 0, tonumber(kept[2]) or now
    tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
    buckets[i] = {key = key, rate = rate, burst = burst, tokens = tokens}
    local pressed = (tonumber(kept[3]) or now) - now
    if not urgent and pressed > 0 and pressed <= pressed_s then
        wait = math.max(wait, pressed)
    end
end
local first, given = 4 + 2 * #KEYS, 0
while wait == 0 and ARGV[first + given] do
    local cost = tonumber(ARGV[first + given])
    for _, bucket in ipairs(buckets) do
        local lacking = math.min(cost, bucket.burst) - bucket.tokens
        if lacking > 0.000001 then
            bucket.lacking = true
            wait = math.max(wait, lacking / bucket.rate)
        end
    end
    if wait == 0 then
        given = given + 1
        for _, bucket in ipairs(buckets) do
            bucket.tokens = bucket.tokens - cost
        end
    end
end
for _, bucket in ipairs(buckets) do
    redis.call('HSET', bucket.key, 'tokens', tostring(bucket.tokens), 'at', string.format('%.6f', now))
    if urgent and bucket.lacking then
        redis.call('HSET', bucket.key, 'pressed', string.format('%.6f', now + pressed_s))
    elseif urgent and wait == 0 then
        redis.call('HDEL', bucket.key, 'pressed')
    end
    local owed_ms = math.max(0, -bucket.tokens / bucket.rate) * 1000
    redis.call('PEXPIRE', bucket.key, math.ceil(owed_ms + kept_ms))
end
return {given, tostring(wait)}
"""
"""Tokens are kept with their fractions. The server's own clock counts, which all processes share; it may be
set back, so that a moment kept lies far ahead: nothing is gained by that, nor is anybody held up for it.

What costs more than a bucket can hold goes when it is full, and leaves it owing: the rate holds over time.
"""

log = get_logger(__name__)


class RedisBuckets:
    """The `Buckets` of `services/messaging/tools`, on Redis or Valkey."""

    def __init__(self, client: redis.Redis) -> None:
        self._take = client.register_script(_TAKE)

    def take(self, limits: Sequence[Limit], costs: Sequence[int], *, urgent: bool = False) -> Taken:
        """Take what each of these costs, in their order, from every limit: as many of them as may go now.

        Where somebody `urgent` found too little, others get nothing for a moment.
        """
        rates = [repr(number) for limit in limits for number in (limit.rate_per_s, limit.burst)]
        keys = [PREFIX + limit.name for limit in limits]
        try:
            given, wait = self._take(keys=keys, args=[int(urgent), KEPT_MS, repr(PRESSED_S), *rates, *costs])
        except redis.RedisError as error:
            log.warning("no tokens while the queue is away", kind=type(error).__name__)
            return Taken(0, AWAY_S)
        return Taken(int(given), float(wait))
