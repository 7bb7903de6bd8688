"""What may be done to a blast, and when it is over."""

import pytest

from dialer.domain.blast import (
    BLAST_STATES,
    Deed,
    after,
    check_editable,
    check_expected,
    eta_s,
)
from dialer.domain.errors import AudienceChanged, InvalidTransition

ALLOWED = {
    (Deed.SCHEDULE, "draft"): "scheduled",
    (Deed.SCHEDULE, "scheduled"): "scheduled",
    (Deed.SCHEDULE, "running"): "running",
    (Deed.SCHEDULE, "paused"): "paused",
    (Deed.SCHEDULE, "completed"): "completed",
    (Deed.LAUNCH, "draft"): "running",
    (Deed.LAUNCH, "scheduled"): "scheduled",
    (Deed.LAUNCH, "running"): "running",
    (Deed.LAUNCH, "paused"): "paused",
    (Deed.LAUNCH, "completed"): "completed",
    (Deed.START, "scheduled"): "running",
    (Deed.START, "running"): "running",
    (Deed.PAUSE, "running"): "paused",
    (Deed.PAUSE, "paused"): "paused",
    (Deed.RESUME, "paused"): "running",
    (Deed.RESUME, "running"): "running",
    (Deed.CANCEL, "draft"): "cancelled",
    (Deed.CANCEL, "scheduled"): "cancelled",
    (Deed.CANCEL, "running"): "cancelled",
    (Deed.CANCEL, "paused"): "cancelled",
    (Deed.CANCEL, "cancelled"): "cancelled",
    (Deed.COMPLETE, "running"): "completed",
    (Deed.COMPLETE, "paused"): "completed",
    (Deed.COMPLETE, "completed"): "completed",
}


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("state", BLAST_STATES)
def test_transitions(deed, state):
    wanted = ALLOWED.get((deed, state))
    if wanted is not None:
        assert after(state, deed) == wanted
        return
    with pytest.raises(InvalidTransition) as refused:
        after(state, deed)
    assert refused.value.extra["state"] == state


def test_what_has_begun_is_kept():
    check_editable("scheduled")
    with pytest.raises(InvalidTransition):
        check_editable("running")


@pytest.mark.parametrize(
    ("expected", "found", "fits"),
    [
        (None, 5, True),
        (100, 101, True),
        (100, 99, True),
        (100, 102, False),
        (0, 1, False),
        (6318, 6381, True),
    ],
)
def test_the_number_that_somebody_saw(expected, found, fits):
    if fits:
        check_expected(expected, found)
        return
    with pytest.raises(AudienceChanged) as refused:
        check_expected(expected, found)
    assert refused.value.extra["recipients"] == found


def test_how_long_it_takes():
    assert eta_s(100, 4) == 25
    assert eta_s(100, 0) is None
