"""Where postal voting stands, by the days of the timetable."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.postal_votes import PostalPhase, postal_phase
from dialer.domain.timetable import Due, Source

ZONE = "Europe/London"
OUT = Due(dt.date(2026, 4, 22), None, Source.ESTIMATE)
LAST = Due(dt.date(2026, 5, 1), None, Source.ESTIMATE)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


CLOSES = utc("2026-05-07T21:00:00")


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        ("2026-04-01T12:00:00", "before"),
        ("2026-04-22T22:59:59", "before"),
        ("2026-04-22T23:00:00", "by_post"),  # midnight in London: the first may land
        ("2026-05-01T22:59:59", "by_post"),
        ("2026-05-01T23:00:00", "by_hand"),
        ("2026-05-07T20:59:59", "by_hand"),
        ("2026-05-07T21:00:00", "over"),
    ],
)
def test_the_phases_follow_one_another(now: str, phase: str) -> None:
    assert postal_phase(OUT, LAST, CLOSES, ZONE, utc(now)) == phase


@pytest.mark.parametrize(
    ("out", "last", "closes", "phase"),
    [
        (None, None, None, "unknown"),
        (None, None, CLOSES, "unknown"),
        (None, LAST, CLOSES, "unknown"),
        (OUT, None, None, "by_post"),
    ],
)
def test_what_is_not_known_is_not_guessed(
    out: Due | None, last: Due | None, closes: dt.datetime | None, phase: str
) -> None:
    assert postal_phase(out, last, closes, ZONE, utc("2026-04-25T12:00:00")) == phase


days = st.dates(dt.date(2026, 4, 1), dt.date(2026, 5, 7)).map(lambda on: Due(on, None, Source.HAND))
moments = st.integers(0, 45 * 24).map(lambda hours: utc("2026-04-01T00:00:00") + dt.timedelta(hours=hours))


@given(st.none() | days, st.none() | days, st.lists(moments, min_size=2, max_size=2).map(sorted))
def test_it_never_goes_back(out: Due | None, last: Due | None, when: list[dt.datetime]) -> None:
    earlier, later = (tuple(PostalPhase).index(postal_phase(out, last, CLOSES, ZONE, at)) for at in when)
    assert earlier <= later
