"""A bucket gives no more than its rate, whoever asks, and starts empty."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import redis

from dialer.buckets import BURST_S, PREFIX, RedisBuckets
from dialer.queueing import connect


def _filled(client: redis.Redis, name: str, seconds_ago: float, tokens: float = 0) -> None:
    clock = client.time()
    at = clock[0] + clock[1] / 1e6 - seconds_ago  # type: ignore[index]
    client.hset(PREFIX + name, mapping={"tokens": tokens, "at": at})


def test_a_missing_bucket_starts_empty(queue_client: redis.Redis) -> None:
    buckets = RedisBuckets(queue_client)
    assert buckets.take("new", 10, 1.0) == 0
    queue_client.flushdb()
    assert buckets.take("new", 10, 1.0) == 0


def test_it_holds_no_more_than_half_a_second_of_rate(queue_client: redis.Redis) -> None:
    _filled(queue_client, "full", seconds_ago=60)
    buckets = RedisBuckets(queue_client)
    assert buckets.take("full", 1000, 100.0) == 100 * BURST_S
    assert buckets.take("full", 1000, 100.0) <= 1


def test_a_slow_rate_gives_whole_tokens(queue_client: redis.Redis) -> None:
    buckets = RedisBuckets(queue_client)
    _filled(queue_client, "slow", seconds_ago=0.5)
    assert buckets.take("slow", 5, 1.0) == 0
    _filled(queue_client, "slow", seconds_ago=1.01)
    assert [buckets.take("slow", 5, 1.0) for _ in range(2)] == [1, 0]


def test_many_at_once_get_the_rate_and_no_more(queue_client: redis.Redis) -> None:
    rate, seconds = 400.0, 1.0
    buckets = RedisBuckets(queue_client)
    buckets.take("shared", 1, rate)
    begun = time.monotonic()

    def grab(_: int) -> int:
        taken = 0
        while time.monotonic() < begun + seconds:
            taken += buckets.take("shared", 7, rate)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(grab, range(4)))
    elapsed = time.monotonic() - begun
    assert 0.5 * rate * seconds <= taken <= rate * elapsed + 1


def test_without_the_server_nothing_is_given() -> None:
    assert RedisBuckets(connect("redis://127.0.0.1:1/0")).take("any", 5, 100.0) == 0
