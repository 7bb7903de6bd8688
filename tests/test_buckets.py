"""Buckets give no more than their rates, whoever asks, and start empty."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from dialer.buckets import PREFIX, RedisBuckets
from dialer.domain.limit import BURST_S, Limit
from dialer.queueing import connect


@pytest.fixture
def buckets(queue_client: redis.Redis) -> RedisBuckets:
    return RedisBuckets(queue_client)


def _filled(client: redis.Redis, name: str, seconds_ago: float, tokens: float = 0) -> None:
    clock = client.time()
    at = clock[0] + clock[1] / 1e6 - seconds_ago  # type: ignore[index]
    client.hset(PREFIX + name, mapping={"tokens": tokens, "at": at})


def _tokens(client: redis.Redis, name: str) -> float:
    return float(client.hget(PREFIX + name, "tokens") or 0)  # type: ignore[arg-type]


def test_a_missing_bucket_starts_empty(buckets: RedisBuckets, queue_client: redis.Redis) -> None:
    new = Limit("new", 1.0)
    assert buckets.take([new], [1] * 10).count == 0
    queue_client.flushdb()
    taken = buckets.take([new], [1] * 10)
    assert taken.count == 0
    assert 0.9 <= taken.again_in_s <= 1.0


def test_it_holds_no_more_than_a_part_of_a_second_of_rate(
    buckets: RedisBuckets, queue_client: redis.Redis
) -> None:
    _filled(queue_client, "full", seconds_ago=60)
    full = Limit("full", 100.0)
    assert buckets.take([full], [1] * 200).count == 100 * BURST_S
    assert buckets.take([full], [1] * 200).count <= 1


def test_a_slow_rate_gives_whole_tokens(buckets: RedisBuckets, queue_client: redis.Redis) -> None:
    slow = Limit("slow", 1.0)
    _filled(queue_client, "slow", seconds_ago=0.5)
    assert buckets.take([slow], [1] * 5).count == 0
    _filled(queue_client, "slow", seconds_ago=1.01)
    assert [buckets.take([slow], [1] * 5).count for _ in range(2)] == [1, 0]


def test_a_text_takes_the_time_of_its_parts(buckets: RedisBuckets, queue_client: redis.Redis) -> None:
    """One that is more than the bucket can hold goes too, and the next waits until it is paid for."""
    _filled(queue_client, "long", seconds_ago=60)
    ten = Limit("long", 10.0)
    assert buckets.take([ten], [2, 2, 2]).count == 2
    _filled(queue_client, "long", seconds_ago=60)
    taken = buckets.take([ten], [12, 1])
    assert taken.count == 1
    assert 0.7 <= taken.again_in_s <= 0.8  # 7 are owed and 1 is wanted
    assert queue_client.pttl(PREFIX + "long") > 60_000


def test_both_limits_give_or_neither(buckets: RedisBuckets, queue_client: redis.Redis) -> None:
    own, all_of_them = Limit("own", 100.0), Limit("account", 10.0)
    for limit in (own, all_of_them):
        _filled(queue_client, limit.name, seconds_ago=60)
    assert buckets.take([own, all_of_them], [1] * 20).count == 5
    assert _tokens(queue_client, "own") == 45
    _filled(queue_client, "account", seconds_ago=0, tokens=-3)
    assert buckets.take([own, all_of_them], [1]).count == 0
    assert _tokens(queue_client, "own") >= 45


def test_others_step_back_for_somebody_urgent(buckets: RedisBuckets, queue_client: redis.Redis) -> None:
    sender = Limit("pressed", 4.0)
    _filled(queue_client, "pressed", seconds_ago=0)
    assert buckets.take([sender], [1], urgent=True).count == 0
    queue_client.hset(PREFIX + "pressed", "tokens", 2)
    assert buckets.take([sender], [1]).count == 0
    assert buckets.take([sender], [1], urgent=True).count == 1
    assert buckets.take([sender], [1]).count == 1


def test_a_clock_that_is_set_back_holds_nobody_up(buckets: RedisBuckets, queue_client: redis.Redis) -> None:
    sender = Limit("back", 100.0)
    _filled(queue_client, "back", seconds_ago=-3600, tokens=1)
    seconds, _ = queue_client.time()  # type: ignore[misc]
    queue_client.hset(PREFIX + "back", "pressed", seconds + 3600)
    assert buckets.take([sender], [1] * 3).count == 1


@pytest.mark.slow
def test_many_at_once_get_the_rate_and_no_more(buckets: RedisBuckets) -> None:
    rate, seconds = Limit("shared", 400.0), 1.0
    buckets.take([rate], [1])
    begun = time.monotonic()

    def grab(_: int) -> int:
        taken = 0
        while time.monotonic() < begun + seconds:
            taken += buckets.take([rate], [1] * 7).count
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(grab, range(4)))
    elapsed = time.monotonic() - begun
    assert 0.5 * rate.rate_per_s * seconds <= taken <= rate.rate_per_s * elapsed + 1


def test_without_the_server_nothing_is_given() -> None:
    taken = RedisBuckets(connect("redis://127.0.0.1:1/0")).take([Limit("any", 100.0)], [1])
    assert taken.count == 0
    assert taken.again_in_s > 0
