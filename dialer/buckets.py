"""Token buckets in Valkey: how fast something may go, whoever of us does it (design §4).

One script takes what is there, so that no two processes take the same token. A bucket that isn't there
starts empty: after a flush nothing bursts. Where Valkey is away nothing is given, and the asker waits:
slower than the rate is safe, faster is not.
"""

from __future__ import annotations

from typing import Final

import redis

from dialer.logs import get_logger

PREFIX: Final = "dialer:bucket:"
BURST_S: Final = 0.5
"""At most this many seconds of rate lie in a bucket."""
FORGOTTEN_AFTER_MS: Final = 60_000

_TAKE: Final = """
local rate, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or 0, tonumber(kept[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local given = math.min(want, math.floor(tokens + 0.000001))
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - given), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return given
"""
"""Tokens are kept with their fractions. The server's own clock counts, which all processes share."""

log = get_logger(__name__)


class RedisBuckets:
    """The `Buckets` of `services/messaging/tools`, on Redis or Valkey."""

    def __init__(self, client: redis.Redis) -> None:
        self._take = client.register_script(_TAKE)

    def take(self, name: str, want: int, rate_per_s: float) -> int:
        """Take up to `want` tokens, as many as are there: 0 to `want`."""
        burst = max(1.0, rate_per_s * BURST_S)
        try:
            given = self._take(
                keys=[PREFIX + name], args=[repr(rate_per_s), repr(burst), want, FORGOTTEN_AFTER_MS]
            )
        except redis.RedisError as error:
            log.warning("no tokens while the queue is away", kind=type(error).__name__)
            return 0
        return int(given)
