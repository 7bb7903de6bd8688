"""Texts of a stopped sender go out from the others of their blasts: all of them, each once."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dialer.carrier.port import NotAccepted
from dialer.domain.errors import InvalidTransition
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.gate import LEASE, claim_texts, new_lease, pass_gate
from dialer.services.messaging.handing_over import HandOver, ask_to_move, hand_over, move_some
from dialer.services.messaging.keeping import finish_blast
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.sender_settings import get_sender, pause_sender, resume_sender
from dialer.services.messaging.senders import sender_rows
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from tests.conftest import SetClock
from tests.phone_bank import landline, mobile
from tests.texting import Blasting, blast, people

NEAR, FAR, THIRD = landline(900), landline(901), landline(902)
EVERYBODY = 30


@pytest.fixture
def ids(blasting: Blasting) -> dict[str, uuid.UUID]:
    """The senders' ids by address."""
    with blasting.ctx.unit() as unit:
        return {address: row.id for address, row in sender_rows(unit, [NEAR, FAR, THIRD]).items()}


def waiting_from(blasting: Blasting, blast_id: uuid.UUID, *states: str) -> Counter[str | None]:
    wanted = states or ("queued",)
    return Counter(one.sender for one in blasting.messages(blast_id) if one.state in wanted)


def planned(blasting: Blasting, *senders: str) -> uuid.UUID:
    """A blast to everybody that is written down, of which nothing has gone out."""
    run = blasting.launch(people(blasting.ctx, EVERYBODY), senders=list(senders))
    blasting.plan(run.id)
    return run.id


def move_all(blasting: Blasting) -> None:
    while move_some(blasting.system):
        pass


def test_what_waits_goes_out_once_from_the_others(blasting: Blasting, ids: dict[str, uuid.UUID]) -> None:
    blast_id = planned(blasting, NEAR, FAR, THIRD)
    far = waiting_from(blasting, blast_id)[FAR]
    assert far > 0
    pause_sender(blasting.ctx, ids[FAR])
    blasting.send()
    assert waiting_from(blasting, blast_id) == {FAR: far}
    told = hand_over(blasting.ctx, ids[FAR])
    assert told == HandOver(ids[FAR], texts=far, blasts=1, in_conversation=0, staying=0, singles=0)
    assert get_sender(blasting.ctx, ids[FAR]).handed_over_at == blasting.ctx.now
    move_all(blasting)
    assert hand_over(blasting.ctx, ids[FAR]).texts == 0, "asking again is about what waits by then"
    blasting.send()
    assert blasting.counts(blast_id) == {"sent": EVERYBODY}
    assert set(blasting.judge.accepted_by_number().values()) == {1}
    shared = Counter(one.sender for one in blasting.judge.ledger)
    assert (shared[FAR], min(shared[NEAR], shared[THIRD]) > 0) == (0, True)
    assert finish_blast(blasting.system, blast_id)


def test_who_knows_one_of_the_others_hears_from_that_one(
    blasting: Blasting, ids: dict[str, uuid.UUID]
) -> None:
    blast_id = planned(blasting, NEAR, FAR, THIRD)
    of_far = sorted(one.number or "" for one in blasting.messages(blast_id) if one.sender == FAR)
    with blasting.ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id, "created_at": blasting.ctx.now}
        know = dict(zip(of_far, [THIRD, NEAR, FAR], strict=False))
        for number, sender in know.items():
            unit.session.add(Conversation(**of, id=new_id(), number=number, sender=sender))
    pause_sender(blasting.ctx, ids[FAR])
    assert hand_over(blasting.ctx, ids[FAR]).in_conversation == 1
    move_all(blasting)
    now = {one.number: one.sender for one in blasting.messages(blast_id)}
    assert (now[of_far[0]], now[of_far[1]]) == (THIRD, NEAR)
    assert now[of_far[2]] in {THIRD, NEAR}, "who knows only the stopped one hears from another"


@pytest.mark.slow
def test_what_has_no_other_sender_stays_and_is_told(blasting: Blasting, ids: dict[str, uuid.UUID]) -> None:
    alone = planned(blasting, FAR)
    with blasting.ctx.unit() as unit:
        queue_text(unit, blasting.ctx, number=mobile(99), body="Hello", purpose="single", sender=FAR)
    pause_sender(blasting.ctx, ids[FAR])
    assert hand_over(blasting.ctx, ids[FAR]) == HandOver(ids[FAR], 0, 0, 0, staying=EVERYBODY, singles=1)
    move_all(blasting)
    assert waiting_from(blasting, alone) == {FAR: EVERYBODY}
    both = planned(blasting, FAR, NEAR)
    pause_sender(blasting.ctx, ids[NEAR])
    move_all(blasting)
    assert FAR not in waiting_from(blasting, both), "it was stopped before this was written down"
    resume_sender(blasting.ctx, ids[FAR])
    blasting.send()
    assert blasting.counts(alone) == {"sent": EVERYBODY}
    assert set(blasting.judge.accepted_by_number().values()) == {1}


def test_one_that_sends_by_itself_gives_nothing_away(blasting: Blasting, ids: dict[str, uuid.UUID]) -> None:
    with pytest.raises(InvalidTransition):
        hand_over(blasting.ctx, ids[FAR])
    pause_sender(blasting.ctx, ids[FAR])
    hand_over(blasting.ctx, ids[FAR])
    resume_sender(blasting.ctx, ids[FAR])
    blast_id = planned(blasting, NEAR, FAR)
    pause_sender(blasting.ctx, ids[FAR])
    move_all(blasting)
    assert waiting_from(blasting, blast_id)[FAR] > 0, "stopped again is another time"


def test_whoever_had_them_claimed_loses_them(blasting: Blasting, ids: dict[str, uuid.UUID]) -> None:
    blast_id = planned(blasting, NEAR, FAR)
    ctx, holder = blasting.system, new_id()
    claimed = claim_texts(ctx, FAR, blast_id, new_lease(ctx, holder), 100)
    assert claimed
    pause_sender(blasting.ctx, ids[FAR])
    hand_over(blasting.ctx, ids[FAR])
    move_all(blasting)
    assert pass_gate(ctx, holder, claimed) == []
    blasting.send()
    assert Counter(one.sender for one in blasting.judge.ledger) == {NEAR: EVERYBODY}
    assert set(blasting.judge.accepted_by_number().values()) == {1}


@pytest.mark.slow
def test_what_comes_back_into_the_line_follows(blasting: Blasting, ids: dict[str, uuid.UUID]) -> None:
    blast_id = planned(blasting, NEAR, FAR)
    blasting.judge.answers = lambda message: NotAccepted("429") if message.sender == FAR else None
    blasting.send()
    assert waiting_from(blasting, blast_id)[FAR] > 0
    pause_sender(blasting.ctx, ids[FAR])
    hand_over(blasting.ctx, ids[FAR])
    ask_to_move(blasting.system)
    move_all(blasting)
    assert waiting_from(blasting, blast_id).keys() == {NEAR}


@pytest.mark.slow
def test_given_away_while_everything_sends_nobody_hears_twice(
    blasting: Blasting, ids: dict[str, uuid.UUID], clock: SetClock
) -> None:
    blast_id = planned(blasting, NEAR, FAR, THIRD)

    def stop_and_give() -> None:
        for _ in range(5):
            pause_sender(blasting.ctx, ids[FAR])
            hand_over(blasting.ctx, ids[FAR])
            move_all(blasting)
            resume_sender(blasting.ctx, ids[FAR])

    with ThreadPoolExecutor(2) as threads:
        given = threads.submit(stop_and_give)
        threads.submit(blasting.send).result()
        given.result()
    clock.now += LEASE  # what was claimed and then given away comes back when its lease is over
    blasting.send()
    assert blasting.counts(blast_id) == {"sent": EVERYBODY}
    assert set(blasting.judge.accepted_by_number().values()) == {1}


def test_the_estimate_takes_as_long_as_the_sender_that_most_people_know(blasting: Blasting) -> None:
    everybody = people(blasting.ctx, 6)
    of = blast(blasting.ctx, everybody, senders=[NEAR, FAR])
    blasting.use(messaging=replace(blasting.ctx.messaging, rate_per_sender=2))
    assert estimate_blast(blasting.ctx, of.id).duration_s == 1.5
    with blasting.ctx.unit() as unit:
        for nth in range(5):
            unit.session.add(
                Conversation(
                    organisation_id=unit.organisation_id,
                    id=new_id(),
                    number=mobile(nth),
                    sender=NEAR,
                    created_at=blasting.ctx.now,
                )
            )
    assert estimate_blast(blasting.ctx, of.id).duration_s == 2.8, "five of one, and half of the sixth"
