"""What is to happen in the town, happens in its order and at its speed."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.town.clock import TICK_S, Clock
from tests.towns import run_apart

NOON = dt.datetime(2026, 5, 7, 12, 0, tzinfo=dt.UTC)
delays = st.lists(st.integers(0, 500).map(lambda tenths: tenths / 10), max_size=30)


def noting(happened: list[float], what: float) -> Callable[[], Awaitable[None]]:
    async def note() -> None:
        happened.append(what)

    return note


def telling(happened: asyncio.Queue[float], what: float) -> Callable[[], Awaitable[None]]:
    async def tell() -> None:
        happened.put_nowait(what)

    return tell


@given(delays, st.integers(1, 600).map(lambda tenths: tenths / 10))
def test_a_clock_moved_by_hand_runs_what_is_due_in_order(seconds, until):
    async def run() -> None:
        clock, happened = Clock(starts_at=NOON), []
        for after in seconds:
            clock.after(after, noting(happened, after))
        count = await clock.advance(until)
        due = sorted(after for after in seconds if NOON.timestamp() + after <= NOON.timestamp() + until)
        assert happened == due
        assert count == len(due)
        assert clock.now() == NOON + dt.timedelta(seconds=until)

    run_apart(run())


def test_what_happens_may_cause_more_within_the_time():
    async def run() -> None:
        clock, happened = Clock(starts_at=NOON), []

        async def again() -> None:
            happened.append(clock.timestamp() - NOON.timestamp())
            clock.after(10, again)

        clock.after(10, again)
        await clock.advance(35)
        assert happened == pytest.approx([10, 20, 30], abs=TICK_S)

    run_apart(run())


def test_what_was_cancelled_doesnt_happen():
    async def run() -> None:
        clock, happened = Clock(starts_at=NOON), []
        clock.after(1, noting(happened, 1)).cancel()
        clock.after(2, noting(happened, 2))
        await clock.advance(3)
        assert happened == [2]

    run_apart(run())


def test_a_clock_that_runs_by_itself_is_as_fast_as_it_is_told():
    async def run() -> None:
        clock, happened = Clock(speed=1000), asyncio.Queue()
        began = time.monotonic()
        for after in (300, 100, 200):
            clock.after(after, telling(happened, after))
        assert [await happened.get() for _ in range(3)] == [100, 200, 300]
        assert 0.25 < time.monotonic() - began < 10
        assert abs(clock.timestamp() - time.time()) < 5, "the time of day is everybody's"

    run_apart(run())


def test_what_is_under_way_hurries_when_the_clock_does():
    async def run() -> None:
        clock, happened = Clock(speed=1), asyncio.Queue()
        clock.after(3600, telling(happened, 3600))
        clock.run_at(100_000)
        await happened.get()

    run_apart(asyncio.wait_for(run(), 10))


@pytest.mark.parametrize("starts_at", [NOON, None])
def test_a_bug_in_one_thing_doesnt_stop_the_others(starts_at, caplog):
    async def broken() -> None:
        raise ZeroDivisionError

    async def run() -> None:
        clock, happened = Clock(speed=1000, starts_at=starts_at), asyncio.Queue()
        clock.after(1, broken)
        clock.after(2, telling(happened, 2))
        if starts_at:
            await clock.advance(3)
        await happened.get()

    run_apart(asyncio.wait_for(run(), 10))
    assert "went wrong" in caplog.text


def test_setting_it_back_forgets_what_was_to_come():
    async def run() -> None:
        clock, happened = Clock(speed=1000), []
        clock.after(5, noting(happened, 5))
        clock.set_to(NOON)
        assert await clock.advance(60) == 0
        assert clock.by_hand

    run_apart(run())
