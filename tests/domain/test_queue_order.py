"""The place of a number in the queue is that of the person there whose turn comes soonest."""

import datetime as dt

from dialer.domain.queue_order import LINES, Place, Rank, place, rank_of
from dialer.domain.retry import Standing, Turn

T0 = dt.datetime(2026, 4, 1, 18, 0, tzinfo=dt.UTC)
GAP = dt.timedelta(hours=4)
HOME, MOBILE = "+441632960001", "+447700900001"
FRESH = Standing(Turn.FRESH, number=HOME)
DONE = Standing(Turn.FINAL, 1, last_at=T0)


def retry(hours: float) -> Standing:
    return Standing(Turn.RETRY, 1, number=HOME, due_at=T0 + dt.timedelta(hours=hours), last_at=T0)


def test_a_number_never_called_is_fresh() -> None:
    assert place([FRESH, FRESH], HOME, None, GAP) == Place(Rank.FRESH)


def test_nobody_left_is_no_place() -> None:
    assert place([DONE, DONE], HOME, T0, GAP) is None
    assert place([], HOME, None, GAP) is None


def test_a_person_to_be_called_elsewhere_gives_no_place_here() -> None:
    assert place([FRESH], MOBILE, None, GAP) is None


def test_the_next_person_waits_for_the_gap() -> None:
    assert place([DONE, FRESH], HOME, T0, GAP) == Place(Rank.RETRY, T0 + GAP)


def test_a_callback_does_not_wait_for_the_gap() -> None:
    promised = Standing(
        Turn.CALLBACK, 1, number=HOME, due_at=T0 + dt.timedelta(hours=1), asked_by="vic", last_at=T0
    )

    assert place([promised, FRESH], HOME, T0, GAP) == Place(Rank.CALLBACK, T0 + dt.timedelta(hours=1), "vic")


def test_the_soonest_decides() -> None:
    assert place([retry(6), retry(5)], HOME, T0, GAP) == Place(Rank.RETRY, T0 + dt.timedelta(hours=5))


def test_ranks_go_callback_expired_retry_fresh() -> None:
    assert sorted(Rank) == [Rank.CALLBACK, Rank.EXPIRED, Rank.RETRY, Rank.FRESH, Rank.LATER]
    assert [rank_of(line) for line in LINES[3:13]] == [Rank.FRESH] * 10
