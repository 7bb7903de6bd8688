"""When a first wave waits, is filled up, is held, and lets the rest follow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.first_texts import AUTOMATIC, BY_HAND
from dialer.domain.first_wave import (
    GOES_ON_LEAST_S,
    GOES_ON_MOST_S,
    MOST,
    Standing,
    Step,
    Wanted,
    came_back_well,
    faults_of_wave,
    has_arrived,
    next_step,
)

SOME = st.integers(0, 3)
STANDINGS = st.builds(
    Standing, went=SOME, on_the_wire=SOME, due=SOME, later=SOME, behind=st.sampled_from([0, 1])
)


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing(due=5, behind=1), Step.WAIT),
        (Standing(went=3, on_the_wire=2, behind=1), Step.WAIT),
        (Standing(went=3, on_the_wire=1, due=1, behind=1), Step.WAIT),
        (Standing(went=5, behind=1), Step.HOLD),
        (Standing(went=4, behind=1), Step.DRAW),
        (Standing(behind=1), Step.DRAW),
        (Standing(went=3, later=2, behind=1), Step.HOLD),
        (Standing(later=5, behind=1), Step.WAIT),
        (Standing(went=5), Step.PASS),
        (Standing(went=2, due=3), Step.PASS),
        (Standing(), Step.PASS),
    ],
)
def test_what_follows_for_a_wave_of_five(standing: Standing, step: Step) -> None:
    assert next_step(5, standing) is step


@given(size=st.integers(1, 12), standing=STANDINGS)
def test_nothing_is_held_that_could_still_go_and_nothing_passes_that_others_wait_for(
    size: int, standing: Standing
) -> None:
    step = next_step(size, standing)
    if step is Step.HOLD:
        assert standing.went
        assert not standing.due
        assert not standing.on_the_wire
        assert standing.living >= size
    if step is Step.PASS:
        assert not standing.behind
    if step is Step.DRAW:
        assert standing.living < size


@given(size=st.integers(1, 20), people=st.integers(0, 60), left_out=st.lists(st.booleans(), max_size=200))
def test_filled_up_it_is_held_with_exactly_as_many_as_were_wanted(
    size: int, people: int, left_out: list[bool]
) -> None:
    """However many are left out at the gate: a wave goes, is filled up, and goes again, until it is whole or
    nobody is left; never is one more drawn than is wanted.
    """
    fates = iter(left_out)
    drawn = min(size, people)
    behind, went, due = people - drawn, 0, drawn
    for _ in range(people + 2):
        step = next_step(size, Standing(went=went, due=due, behind=min(behind, 1)))
        if step is Step.DRAW:
            more = min(size - went - due, behind)
            behind, due = behind - more, due + more
        elif step is Step.WAIT:
            went += sum(not next(fates, False) for _ in range(due))
            due = 0
        else:
            break
    assert step in {Step.HOLD, Step.PASS}
    assert went <= size
    assert (step is Step.HOLD) == (behind > 0)
    if step is Step.HOLD:
        assert went == size


@pytest.mark.parametrize(
    ("went", "troubled", "well"), [(50, 0, True), (50, 5, True), (50, 6, False), (1, 0, True), (0, 0, False)]
)
def test_one_in_ten_may_come_back_badly(went: int, troubled: int, *, well: bool) -> None:
    assert came_back_well(went, troubled) is well


@pytest.mark.parametrize(
    ("went", "delivered", "enough"),
    [(50, 50, True), (50, 25, True), (50, 24, False), (1, 1, True), (0, 0, False)],
)
def test_half_of_it_must_be_known_to_have_arrived(went: int, delivered: int, *, enough: bool) -> None:
    assert has_arrived(went, delivered) is enough


@pytest.mark.parametrize(
    ("wanted", "mode", "pointers"),
    [
        (Wanted(), AUTOMATIC, []),
        (Wanted(1, GOES_ON_LEAST_S), AUTOMATIC, []),
        (Wanted(MOST, GOES_ON_MOST_S), AUTOMATIC, []),
        (Wanted(0), AUTOMATIC, ["/first_wave/size"]),
        (Wanted(MOST + 1, 59), AUTOMATIC, ["/first_wave/size", "/first_wave/goes_on_after_s"]),
        (Wanted(50, GOES_ON_MOST_S + 1), AUTOMATIC, ["/first_wave/goes_on_after_s"]),
        (Wanted(), BY_HAND, ["/first_wave"]),
    ],
)
def test_what_can_be_wanted(wanted: Wanted, mode: str, pointers: list[str]) -> None:
    assert [fault.pointer for fault in faults_of_wave(wanted, mode)] == pointers
