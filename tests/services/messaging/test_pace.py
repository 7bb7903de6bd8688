"""Who goes first where the rate is what limits: persons who wait, then each blast alike."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from dialer.carrier.port import Accepted, OutboundMessage, Told
from dialer.domain.limit import Limit, Taken
from dialer.domain.sender import fitted, rate_of
from dialer.services.messaging.holding import even_shares
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.wires import Wires
from dialer.store.models.messaging import Message
from tests.carriers import AtOnceCarrier, tools
from tests.conftest import SetClock
from tests.phone_bank import mobile
from tests.services.messaging.test_told import tell
from tests.texting import SENDER, Blasting, campaign, people


@dataclass
class Scarce:
    """Buckets that give so many in all, and know what was asked of them."""

    left: int
    asked: list[tuple[Sequence[Limit], Sequence[int], bool]] = field(default_factory=list)

    def take(self, limits: Sequence[Limit], costs: Sequence[int], *, urgent: bool = False) -> Taken:
        self.asked.append((limits, costs, urgent))
        given = min(self.left, len(costs))
        self.left -= given
        return Taken(given, 0.01)


def _send(blasting: Blasting, buckets: Scarce) -> None:
    given = replace(tools(blasting.judge, lambda: blasting.ctx.now), buckets=buckets)
    send_due(blasting.system, given, blasting.wires, for_s=0.2)


def test_blasts_of_one_sender_share_it_whatever_their_size(blasting: Blasting) -> None:
    running = campaign(blasting.ctx)
    great = blasting.launch(people(blasting.ctx, 60), campaign_id=running.id)
    small = blasting.launch(people(blasting.ctx, 12, first=100), campaign_id=running.id)
    for blast in (great, small):
        blasting.plan(blast.id)
    _send(blasting, Scarce(20))
    assert [blasting.counts(blast.id)["sent"] for blast in (great, small)] == [10, 10]


def test_a_slow_sender_lets_none_of_many_blasts_starve(blasting: Blasting) -> None:
    """One text a second and four blasts: each run ends before it comes to all of them."""
    blasting.use(messaging=replace(blasting.ctx.messaging, rate_per_sender=1))
    running = campaign(blasting.ctx)
    blasts = [
        blasting.launch(people(blasting.ctx, 9, first=10 * n), campaign_id=running.id).id for n in range(4)
    ]
    for blast_id in blasts:
        blasting.plan(blast_id)
    luck = itertools.cycle([0.0, 0.3, 0.5, 0.99])
    for _ in range(8):
        given = replace(tools(blasting.judge, lambda: blasting.ctx.now), luck=lambda: next(luck))
        send_due(blasting.system, replace(given, buckets=Scarce(1)), blasting.wires, for_s=0.05)
    assert [blasting.counts(blast_id)["sent"] for blast_id in blasts] == [2, 2, 2, 2]


def test_what_a_person_waits_for_goes_before_any_blast(blasting: Blasting) -> None:
    running = campaign(blasting.ctx)
    blast = blasting.launch(people(blasting.ctx, 20), campaign_id=running.id)
    blasting.plan(blast.id)
    with blasting.system.unit() as unit:
        queue_text(unit, blasting.ctx, number=mobile(99), body="123 456", purpose="code")
    buckets = Scarce(5)
    _send(blasting, buckets)
    assert [one.to for one in blasting.judge.asked if one.urgent] == [mobile(99)]
    assert [urgent for _, _, urgent in buckets.asked[:2]] == [True, False]
    assert blasting.counts(blast.id)["sent"] == 4


def test_a_text_asks_for_its_parts_of_the_sender_and_of_the_account(blasting: Blasting) -> None:
    blasting._ctx = replace(
        blasting._ctx, messaging=replace(blasting._ctx.messaging, rate_per_sender=40, rate_per_account=30)
    )
    blast = blasting.launch(people(blasting.ctx, 2), body="x" * 400)
    blasting.plan(blast.id)
    buckets = Scarce(9)
    _send(blasting, buckets)
    limits, costs, _ = buckets.asked[0]
    assert costs == [3, 3]
    assert [limit.rate_per_s for limit in limits] == [30, 30]


def test_rates() -> None:
    pool = ["+447700900001", "+18005550100", "60777"]
    assert rate_of("messaging_service") == 1
    assert rate_of("messaging_service", pool=pool) == 104
    assert rate_of("messaging_service", everyones=100, pool=pool) == 300
    assert rate_of("messaging_service", own=7, pool=pool) == 7
    assert fitted({"a": 3.0, "b": 1.0}, 0) == {"a": 3, "b": 1}
    assert fitted({"a": 3.0, "b": 1.0}, 8) == {"a": 3, "b": 1}
    assert fitted({"a": 3.0, "b": 1.0}, 2) == {"a": 1.5, "b": 0.5}
    assert even_shares([[1, 2, 3], [4], []]) == [1, 4, 2, 3]


class _OneHangs(AtOnceCarrier):
    """A carrier whose answer about one number comes when it is let go."""

    def __init__(self, number: str) -> None:
        self._number = number
        self.let_go = threading.Event()

    def begin_messages(self, messages: Sequence[OutboundMessage], told: Told) -> None:
        for at, message in enumerate(messages):
            if message.to == self._number:
                threading.Thread(target=self._later, args=(message, told)).start()
            else:
                told(message, Accepted(f"SM{at:032x}", "queued"))

    def _later(self, message: OutboundMessage, told: Told) -> None:
        self.let_go.wait(20)
        told(message, Accepted("SM" + "f" * 32, "queued"))


@pytest.mark.slow
def test_an_answer_that_takes_long_holds_up_no_other(blasting: Blasting) -> None:
    carrier, wires = _OneHangs(mobile(3)), Wires()
    blast = blasting.launch(people(blasting.ctx, 10))
    blasting.plan(blast.id)
    given = replace(tools(blasting.judge, lambda: blasting.ctx.now), carrier=carrier)
    send_due(blasting.system, given, wires, for_s=10)
    for _ in range(100):
        if blasting.counts(blast.id) == {"sending": 1, "sent": 9}:
            break
        threading.Event().wait(0.05)
    assert blasting.counts(blast.id) == {"sending": 1, "sent": 9}
    carrier.let_go.set()
    wires.close()
    assert blasting.counts(blast.id) == {"sent": 10}


class _AllHang(AtOnceCarrier):
    """A carrier that answers when it is let go."""

    def __init__(self) -> None:
        self.begun: list[tuple[OutboundMessage, Told]] = []

    def begin_messages(self, messages: Sequence[OutboundMessage], told: Told) -> None:
        self.begun += [(message, told) for message in messages]

    def answer(self) -> None:
        for message, told in self.begun:
            told(message, Accepted(f"SM{message.id.hex}", "queued"))
        self.begun.clear()


@pytest.mark.slow
def test_codes_wait_for_a_place_on_the_wire_before_the_gate(blasting: Blasting) -> None:
    """Behind it they would be late, go back and rest, the longer the more often."""
    carrier, wires = _AllHang(), Wires()
    with blasting.system.unit() as unit:
        for at in range(12):
            queue_text(unit, blasting.ctx, number=mobile(at), body="123 456", purpose="code", sender=SENDER)
    given = replace(tools(blasting.judge, lambda: blasting.ctx.now), carrier=carrier)
    for of_them in (10, 2):
        send_due(blasting.system, given, wires, for_s=0.2)
        assert len(carrier.begun) == of_them
        carrier.answer()
    wires.close()
    with blasting.system.unit() as unit:
        texts = unit.session.query(Message).filter(Message.purpose == "code").all()
        assert {(text.state, text.put_back) for text in texts} == {("sent", 0)}


@pytest.mark.slow
def test_blasts_wait_while_texts_stand_in_the_carriers_queue(blasting: Blasting, clock: SetClock) -> None:
    blast = blasting.launch(people(blasting.ctx, 30))
    blasting.plan(blast.id)
    _send(blasting, Scarce(10))
    first = [text for text in blasting.messages(blast.id) if text.state == "sent"]
    clock.forward(seconds=6)
    tell(blasting, first[:4], "sent")
    tell(blasting, first[4:6], "accepted")  # as a Messaging Service says before it has chosen a number
    _send(blasting, Scarce(5))
    assert blasting.counts(blast.id) == {"queued": 20, "sent": 10}
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == "rate"
    tell(blasting, first[4:6], "sent")
    _send(blasting, Scarce(5))
    assert blasting.counts(blast.id) == {"queued": 15, "sent": 15}
    clock.forward(seconds=6)
    _send(blasting, Scarce(1))
    assert blasting.counts(blast.id) == {"queued": 15, "sent": 15}
    clock.forward(minutes=2)  # its silence says nothing any more
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 30}
