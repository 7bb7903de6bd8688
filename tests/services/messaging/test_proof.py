"""Nothing is sent again while there is, or could still be, proof that the carrier has it."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from dialer.carrier.errors import action_of
from dialer.carrier.port import OutboundMessage, SendOutcome, Unknown
from dialer.domain.carrier_action import Action
from dialer.services.context import Context
from dialer.services.messaging.carrier_events import StatusOfText, apply_statuses, record_status
from dialer.services.messaging.sending import BEGIN_WITHIN_S
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
    blast_id, lost_one = lost(blasting)
    record_status(blasting.system, StatusOfText(SID, "sent", lost_one.id))
    look_twice(blasting, clock)
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(0): 1}
    apply_statuses(blasting.system, Codes())  # type: ignore[arg-type]
    blasting.settle()
    [settled] = blasting.messages(blast_id)
    assert (settled.state, settled.carrier_sid) == ("sent", SID)


def test_so_it_is_at_the_gate(blasting: Blasting, clock: SetClock) -> None:
    """The callback comes when two looks have put the text back already."""
    blast_id, lost_one = lost(blasting)
    look_twice(blasting, clock)
    assert blasting.counts(blast_id) == {"queued": 1}
    record_status(blasting.system, StatusOfText(SID, "delivered", lost_one.id))
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


@pytest.mark.slow
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


class Punctual(Judge):
    """Notes how much time was left to post each text."""

    left: list[float]

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        self.left = [(one.begin_before or 0.0) - time.monotonic() for one in messages]
        return super().send_messages(messages)


@pytest.mark.slow
def test_the_second_before_the_wire_begins_with_the_gate(
    ctx: Context, clock: SetClock, engine: Engine
) -> None:
    """Whoever was held up while the gate was committed posts nothing: others may have settled it since."""
    judge = Punctual(clock)
    blasting = Blasting(ctx, clock, judge)
    blasting.plan(blasting.launch(people(blasting.ctx, 1)).id)
    with engine.connect() as other:
        other.execute(text("LOCK TABLE counter IN SHARE MODE"))
        held_up = threading.Timer(BEGIN_WITHIN_S + 0.2, other.rollback)
        held_up.start()
        blasting.send()
        held_up.join()
    assert [left < 0 for left in judge.left] == [True]
