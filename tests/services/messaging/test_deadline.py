"""Nothing of a blast arrives after its deadline: what would is skipped, planned or claimed as it may be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dialer.domain.errors import InvalidTransition, ValidationFailed
from dialer.services.messaging.blasts import BlastFields, change_blast
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.launching import launch_blast, pause_blast
from dialer.services.messaging.progress import blast_progress
from dialer.store.models import new_id
from tests.conftest import SetClock
from tests.texting import SENDER, Blasting, blast, people


def seconds(count: float) -> dt.timedelta:
    return dt.timedelta(seconds=count)


def test_the_carrier_is_told_to_drop_what_it_would_deliver_late(blasting: Blasting, clock: SetClock) -> None:
    """Twenty seconds are kept for the way to the phone, and quiet hours bound it as before."""
    bounds = {600: 580, 30: 10, 12 * 3600: 9 * 3600 - 3600}
    for index, left in enumerate(bounds):
        sent = blasting.launch(people(blasting.ctx, 1, first=index), deadline_at=clock.now + seconds(left))
        blasting.plan(sent.id)
        blasting.send()
    assert [one.validity_s for one in blasting.judge.asked] == list(bounds.values())


def test_what_still_waits_is_skipped_whoever_holds_it_and_the_blast_is_done(
    blasting: Blasting, clock: SetClock
) -> None:
    sent = blasting.launch(people(blasting.ctx, 3), deadline_at=clock.now + seconds(60))
    blasting.plan(sent.id)
    ctx, holder = blasting.system, new_id()
    held = claim_texts(ctx, SENDER, sent.id, new_lease(ctx, holder), 2)
    first = pass_gate(ctx, holder, held[:1])
    assert len(first) == 1
    clock.forward(seconds=31)
    assert pass_gate(blasting.system, holder, held[1:]) == [], "its lease has run out"
    blasting.clear(sent.id)
    assert blasting.skipped(sent.id) == {"deadline": 2}
    assert blasting.counts(sent.id) == {"sending": 1, "skipped": 2}


def test_the_gate_skips_what_was_claimed_in_time_and_comes_too_late(
    blasting: Blasting, clock: SetClock
) -> None:
    sent = blasting.launch(people(blasting.ctx, 1), deadline_at=clock.now + seconds(34))
    blasting.plan(sent.id)
    ctx, holder = blasting.system, new_id()
    held = claim_texts(ctx, SENDER, sent.id, new_lease(ctx, holder), 2)
    clock.forward(seconds=5)
    assert pass_gate(blasting.system, holder, held) == []
    blasting.keep()
    assert blasting.skipped(sent.id) == {"deadline": 1}
    assert blasting.state(sent.id) == "completed"


@pytest.mark.parametrize("paused", [False, True])
def test_who_is_planned_too_late_is_skipped_at_once_and_nobody_follows(
    blasting: Blasting, clock: SetClock, *, paused: bool
) -> None:
    ctx = blasting.ctx
    everybody = [*people(ctx, 2), *people(ctx, 1)]  # the last shares the first one's number
    sent = blasting.launch(everybody, deadline_at=clock.now + seconds(60))
    blasting.plan(sent.id)
    if paused:
        pause_blast(blasting.ctx, sent.id)
    late = blasting.launch(people(ctx, 2, first=5), deadline_at=clock.now + seconds(60))
    clock.forward(seconds=45)
    blasting.plan(late.id)
    blasting.keep()
    blasting.clear(sent.id)
    blasting.keep()
    assert blasting.skipped(sent.id) == {"deadline": 2, "duplicate_number": 1}
    assert blasting.skipped(late.id) == {"deadline": 2}
    assert {blasting.state(one.id) for one in (sent, late)} == {"completed"}
    assert blasting.judge.asked == []


def test_polls_may_be_kept_open_longer_or_close_sooner(blasting: Blasting, clock: SetClock) -> None:
    """On the day only this can still be changed; what was skipped already stays so."""
    sent = blasting.launch(people(blasting.ctx, 2), deadline_at=clock.now + seconds(60))
    blasting.plan(sent.id)
    later = clock.now + seconds(600)
    assert change_blast(blasting.ctx, sent.id, BlastFields(deadline_at=later)).deadline_at == later
    with pytest.raises(InvalidTransition):
        change_blast(blasting.ctx, sent.id, BlastFields(deadline_at=later, name="Other"))
    with pytest.raises(InvalidTransition):
        change_blast(blasting.ctx, sent.id, BlastFields())
    clock.forward(seconds=300)
    blasting.clear(sent.id)
    assert blasting.counts(sent.id) == {"queued": 2}
    change_blast(blasting.ctx, sent.id, BlastFields(deadline_at=clock.now + seconds(31)))
    clock.forward(seconds=2)
    blasting.clear(sent.id)
    blasting.keep()
    assert blasting.skipped(sent.id) == {"deadline": 2}
    with pytest.raises(InvalidTransition):
        change_blast(blasting.ctx, sent.id, BlastFields(deadline_at=later))


@pytest.mark.parametrize(
    ("send_in", "deadline_in", "pointers"),
    [
        (None, 60, []),
        (None, 30, []),
        (None, 29, ["/deadline_at"]),
        (None, -60, ["/deadline_at"]),
        (0, None, []),
        (-3599, 600, []),
        (-3600, 600, ["/send_at"]),
        (60, 90, []),
        (60, 89, ["/send_at"]),
        (600, 60, ["/send_at"]),
        (-3600, -60, ["/send_at", "/deadline_at"]),
    ],
)
def test_times_must_fit_the_clock_and_each_other(
    send_in: float | None, deadline_in: float | None, pointers: list[str], blasting: Blasting, clock: SetClock
) -> None:
    given = {"send_at": send_in, "deadline_at": deadline_in}
    times: dict[str, Any] = {
        name: clock.now + seconds(left) for name, left in given.items() if left is not None
    }
    found: list[str] = []
    try:
        blast(blasting.ctx, [], **times)
    except ValidationFailed as error:
        found = [fault.pointer for fault in error.errors]
    assert found == pointers


@pytest.mark.parametrize("name", ["send_at", "deadline_at"])
def test_a_draft_that_lay_too_long_is_not_launched(name: str, blasting: Blasting, clock: SetClock) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 1), **{name: clock.now + seconds(60)})
    clock.forward(seconds=3660)
    with pytest.raises(ValidationFailed) as refused:
        launch_blast(blasting.ctx, draft.id)
    assert [fault.pointer for fault in refused.value.errors] == [f"/{name}"]
    change_blast(blasting.ctx, draft.id, BlastFields(name="Later"))
    change_blast(blasting.ctx, draft.id, BlastFields(**{name: None}))  # type: ignore[misc]
    assert launch_blast(blasting.ctx, draft.id).state == "running"


def test_its_progress_names_the_late_also_where_there_are_none(blasting: Blasting, clock: SetClock) -> None:
    with_one = blasting.launch([], deadline_at=clock.now + seconds(60))
    without = blasting.launch([])
    assert blast_progress(blasting.ctx, with_one.id).skipped_by["deadline"] == 0
    assert "deadline" not in blast_progress(blasting.ctx, without.id).skipped_by
