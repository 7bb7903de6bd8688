"""A blast that waits for its time, and is changed meanwhile."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dialer.domain.errors import ValidationFailed
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, change_blast
from dialer.services.messaging.launching import start_scheduled
from dialer.services.messaging.progress import blast_progress
from dialer.store.models import new_id
from tests.conftest import SetClock
from tests.phone_bank import landline, mobile
from tests.texting import SENDER, Blasting, add_people, people


def test_its_time_can_be_moved_but_not_taken_away(blasting: Blasting, clock: SetClock) -> None:
    """Without a time it would wait for ever: it can be neither started nor launched again."""
    later = clock.now + dt.timedelta(hours=1)
    waiting = blasting.launch(people(blasting.ctx, 1), send_at=later)
    with pytest.raises(ValidationFailed):
        change_blast(blasting.ctx, waiting.id, BlastFields(send_at=None))
    change_blast(blasting.ctx, waiting.id, BlastFields(send_at=clock.now + dt.timedelta(minutes=5)))
    clock.forward(minutes=6)
    blasting.keep()
    assert blasting.state(waiting.id) == "running"


@pytest.mark.parametrize(("given", "sender"), [([], SENDER), ([landline(7)], landline(7))])
def test_it_goes_out_from_the_senders_it_has_then(
    given: list[str], sender: str, blasting: Blasting, clock: SetClock
) -> None:
    waiting = blasting.launch(people(blasting.ctx, 2), send_at=clock.now + dt.timedelta(minutes=1))
    change_blast(blasting.ctx, waiting.id, BlastFields(senders=given))
    clock.forward(minutes=2)
    blasting.keep()
    blasting.plan(waiting.id)
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(0): 1, mobile(1): 1}
    assert {one.sender for one in blasting.judge.asked} == {sender}


def test_what_was_due_while_all_were_away_starts_with_the_first_that_is_back(
    blasting: Blasting, clock: SetClock
) -> None:
    """Twice at once is one start: the second finds it running. Its rate counts from its own time."""
    waiting = blasting.launch(people(blasting.ctx, 2), send_at=clock.now + dt.timedelta(minutes=30))
    clock.forward(minutes=29, seconds=59)
    assert start_scheduled(blasting.system) == 0
    clock.forward(seconds=1)
    assert [start_scheduled(blasting.system), start_scheduled(blasting.system)] == [1, 0]
    blasting.plan(waiting.id)
    clock.forward(seconds=1)
    blasting.send()
    assert blast_progress(blasting.ctx, waiting.id).rate_per_s == 2.0


@pytest.mark.parametrize(
    ("launched", "number", "waits"),
    [
        ("2026-03-29T07:59:00", mobile(0), True),  # 8:59 in London, an hour earlier by the old time
        ("2026-03-29T08:00:00", mobile(0), False),
        ("2026-10-25T08:59:00", mobile(0), True),
        ("2026-10-25T09:00:00", mobile(0), False),
        ("2026-03-09T12:59:00", "+12125550101", True),  # New York has changed, London not yet: 8:59 there
        ("2026-03-09T13:00:00", "+12125550101", False),
    ],
)
def test_the_morning_comes_by_the_clock_of_campaign_and_number(
    launched: str, number: str, *, waits: bool, ctx: Context, clock: SetClock
) -> None:
    clock.now = dt.datetime.fromisoformat(launched).replace(tzinfo=dt.UTC)
    contact = new_id()
    both = replace(ctx.phones, allowed_countries=frozenset({"GB", "US"}))
    blasting = Blasting(replace(ctx, phones=both), clock)
    add_people(blasting.ctx, [(contact, [number])])
    sent = blasting.launch([contact])
    blasting.plan(sent.id)
    blasting.send()
    assert bool(blasting.judge.asked) is not waits
