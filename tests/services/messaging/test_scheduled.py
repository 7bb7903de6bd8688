"""A blast that waits for its time, and is changed meanwhile."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.domain.errors import ValidationFailed
from dialer.services.messaging.blasts import BlastFields, change_blast
from tests.conftest import SetClock
from tests.phone_bank import landline, mobile
from tests.texting import SENDER, Blasting, people


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
