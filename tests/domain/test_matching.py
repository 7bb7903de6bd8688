"""Who is put through to whom, and for whom a promised callback is kept."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.matching import Waiting, Wish, in_order, is_kept
from dialer.domain.queue_order import CALLBACK_GRACE

NOW = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)
VOLUNTEERS = [uuid.UUID(int=each) for each in range(1, 5)]


@given(st.permutations(VOLUNTEERS), st.sampled_from([None, *VOLUNTEERS, uuid.UUID(int=9)]))
def test_the_promiser_comes_first_then_who_has_waited_longest(
    by_wait: list[uuid.UUID], promised_to: uuid.UUID | None
) -> None:
    waiting = [Waiting(who, NOW - dt.timedelta(seconds=60 - at)) for at, who in enumerate(by_wait)]
    ordered = [one.account_id for one in in_order(reversed(waiting), Wish(promised_to))]
    assert ordered == sorted(by_wait, key=lambda who: who != promised_to)
    spared = Wish(promised_to, avoided_by=frozenset(by_wait[:2]))
    assert [one.account_id for one in in_order(waiting, spared)] == [
        who for who in ordered if who not in by_wait[:2]
    ]


@pytest.mark.parametrize(
    ("late", "there", "ready", "kept"),
    [
        (dt.timedelta(0), True, False, True),
        (CALLBACK_GRACE, True, False, True),
        (CALLBACK_GRACE + dt.timedelta(seconds=1), True, False, False),
        (dt.timedelta(0), True, True, False),
        (dt.timedelta(0), False, False, False),
    ],
)
def test_a_callback_is_kept_for_who_promised_it(
    late: dt.timedelta, *, there: bool, ready: bool, kept: bool
) -> None:
    assert is_kept(NOW - late, NOW, there=there, ready=ready) is kept
