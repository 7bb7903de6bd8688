"""A first wave: exactly so many go, drawn by lot from all, and then the blast waits to be let go on."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from dialer.carrier.port import Unknown
from dialer.domain.errors import Conflict, InvalidTransition, ValidationFailed
from dialer.domain.first_wave import Wanted, WaveState
from dialer.services.messaging.blasts import change_blast
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.handing_over import hand_over, move_some
from dialer.services.messaging.launching import cancel_blast, launch_blast, pause_blast, resume_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sender_settings import pause_sender, resume_sender
from dialer.services.messaging.views import BlastView
from dialer.services.messaging.wave_views import WaveProgressView
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models import new_id
from dialer.store.models.first_waves import FirstWaveText
from dialer.store.models.messaging import Message
from tests.conftest import SetClock
from tests.services.messaging.test_breakers import ONE, OTHER, sender
from tests.services.messaging.test_told import tell
from tests.texting import SENDER, SETTLE_S, Blasting, blast, people


def launched(blasting: Blasting, count: int, wanted: Wanted, size: int = 10_000, **fields: Any) -> BlastView:
    """A blast to so many people with a first wave, written down in chunks of this size."""
    draft = blast(blasting.ctx, people(blasting.ctx, count), **fields)
    found = launch_blast(blasting.ctx, draft.id, first_wave=wanted)
    blasting.plan(found.id, size)
    return found


def wave_of(blasting: Blasting, blast_id: uuid.UUID) -> WaveProgressView:
    found = blast_progress(blasting.ctx, blast_id).first_wave
    assert found is not None
    return found


def run(blasting: Blasting, clock: SetClock, rounds: int = 3) -> None:
    """Send what may go and look after it, a few seconds long."""
    for _ in range(rounds):
        blasting.send()
        clock.forward(seconds=2)
        blasting.keep()


def deliver(blasting: Blasting, count: int) -> None:
    """Have the networks tell of so many more texts that they arrived."""
    with blasting.ctx.unit() as unit:
        sent = unit.session.query(Message).filter(Message.state == "sent").limit(count).all()
    tell(blasting, sent, "delivered")


def test_so_many_go_and_the_rest_once_somebody_says_so(blasting: Blasting, clock: SetClock) -> None:
    sent = launched(blasting, 12, Wanted(5), size=5)
    assert wave_of(blasting, sent.id).wave.state is WaveState.GOING
    run(blasting, clock)
    assert len(blasting.judge.asked) == 5
    progress = blast_progress(blasting.ctx, sent.id)
    assert (progress.state, progress.pause_reason, progress.eta_s) == ("paused", "first_wave", None)
    wave = wave_of(blasting, sent.id)
    assert (wave.wave.state, wave.left, wave.figures.went, wave.goes_on_at) == (WaveState.HELD, 7, 5, None)
    clock.forward(days=1)
    run(blasting, clock)
    assert len(blasting.judge.asked) == 5, "it waits as long as nobody says so"

    assert resume_blast(blasting.ctx, sent.id).state == "running"
    resume_blast(blasting.ctx, sent.id)  # a double press
    run(blasting, clock)
    assert len({one.to for one in blasting.judge.asked}) == len(blasting.judge.asked) == 12
    assert blasting.counts(sent.id) == {"sent": 12}
    assert blasting.state(sent.id) == "completed"
    assert wave_of(blasting, sent.id).wave.state is WaveState.PASSED


def test_they_are_drawn_from_all_of_it_in_no_order_of_theirs(blasting: Blasting, clock: SetClock) -> None:
    """Not before all is written down, else the first of the list would be the wave."""
    draft = blast(blasting.ctx, people(blasting.ctx, 200))
    sent = launch_blast(blasting.ctx, draft.id, first_wave=Wanted(20))
    blasting.keep()
    assert wave_of(blasting, sent.id).wave.state is WaveState.DRAWING
    blasting.plan(sent.id, size=50)
    run(blasting, clock)
    reached = {one.to for one in blasting.judge.asked}
    places = [at for at, one in enumerate(blasting.messages(sent.id)) if one.number in reached]
    assert len(places) == 20
    assert min(places) < 100 <= max(places), "from the first half of the list and from the second"
    assert places != list(range(places[0], places[0] + 20))


def test_who_is_left_out_at_the_last_moment_is_replaced(blasting: Blasting, clock: SetClock) -> None:
    sent = launched(blasting, 12, Wanted(5))
    ctx, holder = blasting.system, new_id()
    claimed = claim_texts(ctx, SENDER, sent.id, new_lease(ctx, holder), 50, of_wave=True)
    assert len(claimed) == 5, "only its own texts are handed out"
    of = {one.id: one.contact_id for one in blasting.messages(sent.id)}
    for one in claimed[:2]:
        contact_id = of[one.id]
        assert contact_id is not None
        add_opt_out(blasting.ctx, contact_id, "sms")
    clock.forward(seconds=11)
    run(blasting, clock)
    assert len(blasting.judge.asked) == 5
    assert blasting.skipped(sent.id) == {"opted_out": 2}
    wave = wave_of(blasting, sent.id)
    assert (wave.figures.went, wave.left, wave.is_held) == (5, 5, True)


def test_the_gate_lets_none_of_the_others_through_whoever_claimed_them(
    blasting: Blasting, clock: SetClock
) -> None:
    """As a sender does that knows nothing of waves, or had its claim before."""
    sent = launched(blasting, 6, Wanted(2))
    ctx, holder = blasting.system, new_id()
    claimed = claim_texts(ctx, SENDER, sent.id, new_lease(ctx, holder), 50)
    assert len(claimed) == 6
    assert len(pass_gate(ctx, holder, claimed)) == 2
    assert blasting.counts(sent.id) == {"queued": 4, "sending": 2}


def refused_silently(blasting: Blasting, which: int) -> None:
    """Let the carrier not get the text of one try, and nobody know."""
    blasting.judge.answers = lambda _: Unknown("timeout") if len(blasting.judge.asked) == which else None


def test_what_the_carrier_turns_out_not_to_have_goes_again_as_one_of_the_wave(
    blasting: Blasting, clock: SetClock
) -> None:
    sent = launched(blasting, 12, Wanted(5))
    refused_silently(blasting, 3)
    run(blasting, clock)
    assert blasting.counts(sent.id) == {"queued": 7, "sent": 4, "unknown": 1}
    assert wave_of(blasting, sent.id).wave.state is WaveState.GOING, "nobody knows yet whether it has gone"
    for _ in range(2):
        clock.forward(seconds=SETTLE_S + 1)
        blasting.settle()
    run(blasting, clock)
    assert wave_of(blasting, sent.id).is_held
    assert blasting.counts(sent.id) == {"queued": 7, "sent": 5}
    assert len(blasting.judge.ledger) == 5, "exactly so many have it"


def test_what_nobody_asks_about_any_more_holds_it_up_no_longer(blasting: Blasting, clock: SetClock) -> None:
    sent = launched(blasting, 12, Wanted(5))
    blasting.judge.answers = lambda one: Unknown("timeout") if one.to == blasting.judge.asked[0].to else None
    run(blasting, clock)
    for _ in range(6):
        clock.forward(seconds=SETTLE_S + 1)
        blasting.settle()
        run(blasting, clock, 1)
    assert wave_of(blasting, sent.id).is_held
    assert blasting.counts(sent.id) == {"queued": 7, "sent": 4, "unknown": 1}
    assert len(blasting.judge.asked) == 6, "it was tried twice, and given up"


def test_a_pause_in_the_middle_of_the_wave_changes_nothing_of_it(blasting: Blasting, clock: SetClock) -> None:
    sent = launched(blasting, 8, Wanted(4))
    pause_blast(blasting.ctx, sent.id)
    run(blasting, clock)
    assert blasting.judge.asked == []
    resume_blast(blasting.ctx, sent.id)
    run(blasting, clock)
    assert len(blasting.judge.asked) == 4
    assert blast_progress(blasting.ctx, sent.id).pause_reason == "first_wave"
    pause_blast(blasting.ctx, sent.id)  # another tab
    assert blast_progress(blasting.ctx, sent.id).pause_reason == "first_wave"


def test_who_meant_to_carry_on_with_the_wave_does_not_let_the_rest_go(
    blasting: Blasting, clock: SetClock
) -> None:
    """A page that showed a wave on its way, pressed when that had gone."""
    sent = launched(blasting, 8, Wanted(4))
    run(blasting, clock)
    with pytest.raises(Conflict):
        resume_blast(blasting.ctx, sent.id, past_wave=False)
    assert blasting.state(sent.id) == "paused"
    run(blasting, clock)
    assert len(blasting.judge.asked) == 4


@pytest.mark.parametrize("count", [1, 4])
def test_one_that_nobody_waits_behind_is_never_held(blasting: Blasting, clock: SetClock, count: int) -> None:
    sent = launched(blasting, count, Wanted(4))
    run(blasting, clock)
    assert blasting.counts(sent.id) == {"sent": count}
    assert blasting.state(sent.id) == "completed"
    assert wave_of(blasting, sent.id).wave.state is WaveState.PASSED


def test_it_goes_on_by_itself_where_that_was_wanted_and_it_came_back_well(
    blasting: Blasting, clock: SetClock
) -> None:
    sent = launched(blasting, 8, Wanted(4, goes_on_after_s=600))
    run(blasting, clock)
    wave = wave_of(blasting, sent.id)
    assert wave.wave.held_at is not None
    assert wave.goes_on_at == wave.wave.held_at + dt.timedelta(seconds=600)
    deliver(blasting, 4)
    clock.forward(seconds=500)
    run(blasting, clock)
    assert len(blasting.judge.asked) == 4
    clock.forward(seconds=100)
    run(blasting, clock)
    assert len(blasting.judge.asked) == 8
    assert blasting.state(sent.id) == "completed"


def test_it_does_not_go_on_by_itself_while_nobody_knows_whether_it_arrived(
    blasting: Blasting, clock: SetClock
) -> None:
    """The networks tell nothing, or swallow all of it: that looks like no trouble."""
    sent = launched(blasting, 8, Wanted(4, goes_on_after_s=600))
    run(blasting, clock)
    deliver(blasting, 1)
    clock.forward(seconds=900)
    run(blasting, clock)
    wave = wave_of(blasting, sent.id)
    assert (wave.figures.troubled, wave.awaits_delivery, wave.stays) == (0, True, False)
    assert wave.goes_on_at is not None
    assert len(blasting.judge.asked) == 4
    deliver(blasting, 1)
    assert not wave_of(blasting, sent.id).awaits_delivery
    run(blasting, clock)
    assert len(blasting.judge.asked) == 8, "half of it has arrived"


def test_it_stays_where_it_came_back_badly(blasting: Blasting, clock: SetClock) -> None:
    sent = launched(blasting, 8, Wanted(4, goes_on_after_s=600))
    run(blasting, clock)
    reached = {one.to for one in blasting.judge.asked}
    said_no = next(one for one in blasting.messages(sent.id) if one.number in reached)
    assert said_no.contact_id is not None
    add_opt_out(blasting.ctx, said_no.contact_id, "sms")
    clock.forward(seconds=900)
    run(blasting, clock)
    wave = wave_of(blasting, sent.id)
    assert (wave.figures.opt_outs, wave.goes_on_at, wave.stays) == (1, None, True)
    assert len(blasting.judge.asked) == 4
    resume_blast(blasting.ctx, sent.id)
    run(blasting, clock)
    assert len(blasting.judge.asked) == 8


def test_texts_of_a_stopped_sender_do_not_keep_it_from_being_held(
    blasting: Blasting, clock: SetClock
) -> None:
    sent = launched(blasting, 200, Wanted(20), senders=[ONE, OTHER])
    pause_sender(blasting.ctx, sender(blasting, ONE).id)
    run(blasting, clock)
    wave = wave_of(blasting, sent.id)
    assert wave.is_held
    stands = wave.figures.counts["queued"]
    assert 0 < stands < 20
    assert len(blasting.judge.asked) == wave.figures.went == 20 - stands


def test_what_is_handed_over_to_other_senders_is_waited_for(blasting: Blasting, clock: SetClock) -> None:
    sent = launched(blasting, 200, Wanted(20), senders=[ONE, OTHER])
    pause_sender(blasting.ctx, sender(blasting, ONE).id)
    hand_over(blasting.ctx, sender(blasting, ONE).id)
    run(blasting, clock, 1)
    assert wave_of(blasting, sent.id).wave.state is WaveState.GOING
    while move_some(blasting.system):
        pass
    run(blasting, clock)
    wave = wave_of(blasting, sent.id)
    assert (wave.is_held, wave.figures.went, len(blasting.judge.asked)) == (True, 20, 20)


def test_it_says_why_where_all_of_it_waits_for_a_stopped_sender(blasting: Blasting, clock: SetClock) -> None:
    """Though the rest of the blast has another sender."""
    sent = launched(blasting, 200, Wanted(1), senders=[ONE, OTHER])
    with blasting.ctx.unit() as unit:
        drawn = unit.session.query(Message).join(FirstWaveText, FirstWaveText.message_id == Message.id).one()
        address = drawn.sender
    assert address is not None
    pause_sender(blasting.ctx, sender(blasting, address).id)
    run(blasting, clock)
    assert blasting.judge.asked == []
    assert blast_progress(blasting.ctx, sent.id).waiting_reason == "senders_stopped"
    resume_sender(blasting.ctx, sender(blasting, address).id)
    run(blasting, clock)
    assert (len(blasting.judge.asked), wave_of(blasting, sent.id).is_held) == (1, True)


def test_the_last_safe_moment_to_go_on_is_reckoned_for_what_is_left(
    blasting: Blasting, clock: SetClock
) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 8), deadline_at=clock.now + dt.timedelta(hours=1))
    sent = launch_blast(blasting.ctx, draft.id, first_wave=Wanted(4))
    blasting.plan(sent.id)
    run(blasting, clock)
    wave = wave_of(blasting, sent.id)
    assert wave.last_safe_start_at is not None
    assert wave.must_end_at is not None
    assert clock.now < wave.last_safe_start_at < wave.must_end_at
    clock.forward(hours=1)
    blasting.keep()
    blasting.clear(sent.id)
    blasting.keep()
    assert blasting.skipped(sent.id) == {"deadline": 4}, "whoever waits past it gets nothing"
    assert blasting.state(sent.id) == "completed"


def test_stopping_there_is_the_end_of_it(blasting: Blasting, clock: SetClock) -> None:
    sent = launched(blasting, 8, Wanted(4))
    run(blasting, clock)
    cancel_blast(blasting.ctx, sent.id)
    blasting.clear(sent.id)
    assert blasting.counts(sent.id) == {"sent": 4, "cancelled": 4}
    with pytest.raises(InvalidTransition):
        resume_blast(blasting.ctx, sent.id)


@pytest.mark.parametrize(
    ("wanted", "fields"), [(Wanted(0), {}), (Wanted(50), {"mode": "by_hand"}), (Wanted(50, 1), {})]
)
def test_what_cannot_be_wanted_launches_nothing(
    blasting: Blasting, wanted: Wanted, fields: dict[str, str]
) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 2), **fields)
    with pytest.raises(ValidationFailed):
        launch_blast(blasting.ctx, draft.id, first_wave=wanted)
    assert blasting.state(draft.id) == "draft"


def test_one_set_for_later_keeps_its_wave_and_is_not_given_to_hands(
    blasting: Blasting, clock: SetClock
) -> None:
    later = clock.now + dt.timedelta(minutes=10)
    draft = blast(blasting.ctx, people(blasting.ctx, 6), send_at=later)
    sent = launch_blast(blasting.ctx, draft.id, first_wave=Wanted(2))
    assert sent.state == "scheduled"
    change_blast(blasting.ctx, sent.id, {"name": "Later"})
    with pytest.raises(ValidationFailed):
        change_blast(blasting.ctx, sent.id, {"mode": "by_hand"})
    clock.forward(minutes=11)
    blasting.keep()
    blasting.plan(sent.id)
    run(blasting, clock)
    assert len(blasting.judge.asked) == 2
    assert blast_progress(blasting.ctx, sent.id).pause_reason == "first_wave"
