"""Polling hours are wall times in the election's own zone."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.domain.election import Phase, PollingDay, check_polling_day
from dialer.domain.errors import ValidationFailed

LONDON = PollingDay(dt.date(2026, 5, 7), dt.time(7), dt.time(22), "Europe/London")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        ("2026-05-07T05:59:59", Phase.BEFORE),
        ("2026-05-07T06:00:00", Phase.OPEN),
        ("2026-05-07T20:59:59", Phase.OPEN),
        ("2026-05-07T21:00:00", Phase.CLOSED),
    ],
)
def test_polls_open_by_the_local_clock(now: str, phase: Phase) -> None:
    assert LONDON.phase(utc(now)) is phase


def test_an_election_without_a_day_has_no_hours() -> None:
    undated = PollingDay(None, dt.time(7), dt.time(22), "Europe/London")
    assert undated.at(dt.time(9, 15)) is None
    assert undated.phase(utc("2026-05-07T12:00:00")) is Phase.UNDATED


def test_a_time_alone_is_on_polling_day_in_its_zone() -> None:
    assert LONDON.at(dt.time(9, 15)) == utc("2026-05-07T08:15:00")
    winter = PollingDay(dt.date(2019, 12, 12), dt.time(7), dt.time(22), "Europe/London")
    assert winter.at(dt.time(9, 15)) == utc("2019-12-12T09:15:00")


@pytest.mark.parametrize(
    ("day", "pointer"),
    [
        (PollingDay(None, dt.time(7), dt.time(22), "Europe/Aber"), "/timezone"),
        (PollingDay(None, dt.time(7), dt.time(22), "../etc/passwd"), "/timezone"),
        (PollingDay(None, dt.time(7), dt.time(22), ""), "/timezone"),
        (PollingDay(None, dt.time(22), dt.time(7), "Europe/London"), "/closes_at"),
        (PollingDay(None, dt.time(7), dt.time(7), "Europe/London"), "/closes_at"),
    ],
)
def test_refuses_a_day_that_cannot_be(day: PollingDay, pointer: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        check_polling_day(day)
    assert [fault.pointer for fault in refusal.value.errors] == [pointer]
