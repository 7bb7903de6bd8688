"""When several bounces that pass mean that nobody reads at an address any more."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.bounces import IN_A_ROW, OVER, SETTLED, Past, is_abandoned
from dialer.domain.mail_report import BOUNCES, PASSING, Fate

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
FULL, SOFT, HARD, BLOCKED, OTHER = Fate.FULL, Fate.SOFT, Fate.HARD, Fate.BLOCKED, Fate.OTHER
ARRIVED = "arrived"


def past(*told: tuple[float, object]) -> list[Past]:
    """Emails by how many days ago they went, newest first, each with why it came back."""
    return [
        Past(
            NOW - dt.timedelta(days=days),
            why if isinstance(why, Fate) else None,
            why == ARRIVED,
            "4.4.1 connection timed out" if why is SOFT else "",
        )
        for days, why in told
    ]


@pytest.mark.parametrize(
    ("told", "abandoned"),
    [
        ((), False),
        (((0, FULL),), False),
        (((0, FULL), (20, FULL)), False),
        (((0, FULL), (7, SOFT), (14, FULL)), True),
        (((0, FULL), (7, SOFT), (13.9, FULL)), False),
        (((0, FULL), (0.1, FULL), (0.2, FULL), (20, FULL)), False),
        (((0, FULL), (1, FULL), (2, FULL)), False),
        (((0, FULL), (1, FULL), (2, FULL), (15, FULL)), True),
        (((0, FULL), (7, ARRIVED), (14, FULL), (21, FULL), (35, FULL)), False),
        (((0, FULL), (7, None), (14, FULL), (21, FULL), (35, FULL)), False),
        (((0, FULL), (2, None), (14, FULL), (21, FULL)), True),
        (((0, None), (1, FULL), (14, FULL), (21, FULL)), True),
        (((0, ARRIVED), (1, FULL), (14, FULL), (21, FULL)), False),
        (((0, FULL), (5, BLOCKED), (14, FULL), (15, OTHER), (21, FULL)), True),
        (((0, BLOCKED), (14, BLOCKED), (28, BLOCKED)), False),
        (((0, OTHER), (14, HARD), (28, OTHER)), False),
    ],
)
def test_three_in_a_row_over_two_weeks_on_different_days(told, abandoned):
    assert is_abandoned(past(*told), NOW) is abandoned


_HISTORY = st.lists(
    st.tuples(st.floats(0, 100), st.sampled_from([None, ARRIVED, *sorted(BOUNCES)])), max_size=20
).map(lambda told: past(*sorted(told, key=lambda one: one[0])))


@given(_HISTORY)
def test_it_takes_so_many_bounces_that_pass_and_so_long(history):
    if is_abandoned(history, NOW):
        passing = [one.at for one in history if one.bounce in PASSING]
        assert len({at.date() for at in passing}) >= IN_A_ROW
        assert max(passing) - min(passing) >= OVER


@pytest.mark.parametrize("said", ["450 4.7.1 unusual rate of mail from your IP", "451 4.3.0 Try again"])
@pytest.mark.parametrize("why", [SOFT, FULL, BLOCKED])
def test_whoever_puts_us_off_ends_no_address(why, said):
    if why is FULL and "your IP" not in said:
        said = "550 5.4.5 Daily user sending quota exceeded"
    each = [Past(NOW - dt.timedelta(days=days), why, said=said) for days in (0, 10, 20, 30)]
    assert not is_abandoned(each, NOW)


@given(_HISTORY, st.floats(0, 100))
def test_one_that_arrived_ends_the_row(history, days):
    arrived = NOW - dt.timedelta(days=days)
    later = [one for one in history if one.at > arrived]
    assert not is_abandoned([*later[: IN_A_ROW - 1], Past(arrived - SETTLED, None, True), *history], NOW)
