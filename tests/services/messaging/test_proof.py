"""Nothing is sent again while there is, or could still be, proof that the carrier has it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace

import pytest

from dialer.carrier.errors import action_of
from dialer.carrier.port import OutboundMessage, SendOutcome, Unknown
from dialer.domain.carrier_action import Action
from dialer.services.context import Context
from dialer.services.messaging.carrier_events import StatusOfText, apply_statuses, record_status
from dialer.store.models.messaging import Message
from tests.carriers import Judge
from tests.conftest import SetClock
from tests.phone_bank import mobile
from tests.texting import SETTLE_S, Blasting, people

SID = "SM" + "1" * 32


class Codes:
    """All that applying events asks of a carrier."""

    def action_of(self, code: int) -> Action:
        return action_of(code)


def lost(blasting: Blasting) -> tuple[uuid.UUID, Message]:
    """A blast to one person whose text the carrier accepted without an answer; its list doesn't show it."""
    blasting.judge.answers = lambda _: "lost"
    blasting.judge.hidden = True
    blast_id = blasting.launch(people(blasting.ctx, 1)).id
    blasting.plan(blast_id)
    blasting.send()
    return blast_id, blasting.messages(blast_id)[0]


def look_twice(blasting: Blasting, clock: SetClock) -> None:
    for _ in range(2):
        clock.forward(seconds=SETTLE_S + 1)
        blasting.settle()


def test_a_callback_that_is_kept_but_not_applied_yet_is_proof(blasting: Blasting, clock: SetClock) -> None:
    _, text = lost(blasting)
    record_status(blasting.system, StatusOfText(SID, "sent", text.id))
    look_twice(blasting, clock)
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(0): 1}
    apply_statuses(blasting.system, Codes())  # type: ignore[arg-type]
    blasting.settle()
    [settled] = blasting.messages(text.blast_id)  # type: ignore[arg-type]
    assert (settled.state, settled.carrier_sid) == ("sent", SID)


def test_so_it_is_at_the_gate(blasting: Blasting, clock: SetClock) -> None:
    """The callback comes when two looks have put the text back already."""
    blast_id, text = lost(blasting)
    look_twice(blasting, clock)
    assert blasting.counts(blast_id) == {"queued": 1}
    record_status(blasting.system, StatusOfText(SID, "delivered", text.id))
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(0): 1}
    apply_statuses(blasting.system, Codes())  # type: ignore[arg-type]
    assert blasting.counts(blast_id) == {"delivered": 1}


class Slow(Judge):
    """Answers after ten seconds, with nothing."""

    clock: SetClock

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        self.clock.forward(seconds=10)
        return super().send_messages(messages)


def test_the_list_may_lag_for_as_long_after_the_end_of_an_attempt(ctx: Context, clock: SetClock) -> None:
    """A request that hangs may be accepted in its last second, so the time to settle begins there."""
    judge = Slow(clock, answers=lambda _: "lost", hidden=True)
    judge.clock = clock
    blasting = Blasting(ctx, clock, judge)
    blast_id = blasting.launch(people(blasting.ctx, 1)).id
    blasting.plan(blast_id)
    blasting.send()
    ended_at = clock.now
    while clock.now < ended_at + dt.timedelta(seconds=SETTLE_S - 2):
        clock.forward(seconds=1)
        blasting.settle()
    judge.hidden = False
    clock.forward(seconds=2)
    blasting.settle()
    blasting.send()
    assert blasting.counts(blast_id) == {"sent": 1}
    assert judge.accepted_by_number() == {mobile(0): 1}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Vote today.\r\nPolls close at ten. ", "Vote today.\nPolls close at ten."),
        ("Caf\u0065\u0301 at noon", "Caf\u00e9 at noon"),
        ("Vote today", "Sent from your Twilio trial account - Vote today"),
    ],
)
def test_the_carriers_own_way_to_write_a_text_is_no_other_text(
    ours: str, theirs: str, blasting: Blasting, clock: SetClock
) -> None:
    blasting.judge.answers = lambda _: "lost"
    blast_id = blasting.launch(people(blasting.ctx, 1), body=ours).id
    blasting.plan(blast_id)
    blasting.send()
    [kept] = blasting.judge.ledger
    blasting.judge.ledger[:] = [replace(kept, body=theirs)]
    look_twice(blasting, clock)
    blasting.send()
    assert blasting.counts(blast_id) == {"sent": 1}
    assert len(blasting.judge.asked) == 1


def test_one_that_was_given_up_holds_up_no_other(blasting: Blasting, clock: SetClock) -> None:
    """The same words to the same number in another blast are settled though the first never were."""
    blasting.judge.answers = lambda _: Unknown("timeout")
    who = people(blasting.ctx, 1)
    first = blasting.launch(who).id
    blasting.plan(first)
    for _ in range(2):
        blasting.send()
        look_twice(blasting, clock)
    blasting.keep()
    assert blasting.counts(first) == {"unknown": 1}
    second = blasting.launch(who).id
    blasting.plan(second)
    blasting.send()
    look_twice(blasting, clock)
    assert blasting.counts(second) == {"queued": 1}
