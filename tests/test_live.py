"""Notices of changes: gathered, told by ids alone, and never waited for."""

from __future__ import annotations

import time
import uuid

import pytest
import redis

from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.live_topics import Topic, parse_topic, read_topics
from dialer.live import CHANNEL, RedisNotices

BLAST, CAMPAIGN = Topic("blast", uuid.UUID(int=1)), Topic("campaign", uuid.UUID(int=2))


def test_what_changes_a_thousand_times_in_a_moment_is_told_once_or_twice(
    queue_client: redis.Redis, redis_url: str
) -> None:
    ours = {str(Topic("blast", uuid.uuid4())), str(Topic("campaign", uuid.uuid4()))}
    topics = [topic for name in ours if (topic := parse_topic(name)) is not None]
    with queue_client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(CHANNEL)
        heard.get_message(timeout=1)
        notices = RedisNotices(redis_url)
        for _ in range(1000):
            notices(topics)
        notices.flush()
        told, until = [], time.monotonic() + 0.3
        while (left := until - time.monotonic()) > 0:
            message = heard.get_message(timeout=left)
            if message is not None and ours & set(message["data"].decode().split()):
                told.append(set(message["data"].decode().split()))
    assert 1 <= len(told) <= 3
    assert set.union(*told) == ours


def test_nobody_waits_for_a_server_that_is_away() -> None:
    notices = RedisNotices("redis://127.0.0.1:1/0")
    began = time.monotonic()
    for _ in range(1000):
        notices([BLAST])
    assert time.monotonic() - began < 0.5


def test_topics_are_read_each_once_in_the_spelling_that_is_written() -> None:
    assert read_topics(f"{CAMPAIGN},{BLAST},{CAMPAIGN}") == (CAMPAIGN, BLAST)
    for text, refusal in (
        ("", ValidationFailed),
        ("blast", ValidationFailed),
        ("organisation:1", ValidationFailed),
        (f"{BLAST},", ValidationFailed),
        ("blast:1", NotFound),
        (str(BLAST).replace("-", ""), NotFound),
    ):
        with pytest.raises(refusal):
            read_topics(text)
