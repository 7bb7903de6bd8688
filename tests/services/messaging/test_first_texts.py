"""Texts sent by hand: one press, one text; whoever presses, however often, and whatever dies meanwhile."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, RateLimited
from dialer.domain.first_texts import HOLD
from dialer.domain.limit import Limit, Taken
from dialer.services.calling.campaigns import end_campaign
from dialer.services.calling.pause_all import pause_all, resume_all
from dialer.services.context import Context
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.first_texts import (
    BatchView,
    FirstText,
    blasts_to_send,
    give_back_batch,
    leave_text,
    my_batch,
    press,
    take_batch,
)
from dialer.services.messaging.gate import claim_pressed, claim_texts, new_lease, pass_gate
from dialer.services.messaging.hand_progress import by_hand
from dialer.services.messaging.lanes import has_work
from dialer.services.messaging.launching import cancel_blast, pause_blast, resume_blast
from dialer.services.messaging.messages import MessageSearch, list_messages
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.pictures import add_picture
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.text_ends import texts_over
from dialer.services.paging import Page
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models import new_id
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.store.session import UnitFactory
from tests.carriers import tools
from tests.conftest import SetClock
from tests.people import Person, make_person
from tests.phone_bank import landline, mobile
from tests.pictures import png
from tests.texting import SENDER, Blasting, blast, campaign, people


@dataclass
class Tokens:
    """So many texts may go and no more."""

    left: int

    def take(self, limits: Sequence[Limit], costs: Sequence[int], *, urgent: bool = False) -> Taken:
        count = min(self.left, len(costs))
        self.left -= count
        return Taken(count, 0.0)


@dataclass
class Hands:
    """A blast that is sent by hand, and two volunteers of its campaign."""

    blasting: Blasting
    clock: SetClock
    people: list[uuid.UUID]
    blast_id: uuid.UUID
    sian: Person
    vic: Person

    def ctx(self, who: Person) -> Context:
        return self.blasting.ctx.as_actor(who.actor)

    def take(self, who: Person) -> BatchView:
        return take_batch(self.ctx(who), self.blast_id)

    def press(self, who: Person, text: FirstText) -> FirstText:
        """A press, a second after the one before."""
        self.clock.forward(seconds=1)
        return press(self.ctx(who), text.id)

    def went_with(self, tokens: int) -> list[str]:
        """To whom texts have gone once the senders have had so many tokens more."""
        given = replace(tools(self.blasting.judge, self.clock), buckets=Tokens(tokens))
        send_due(self.blasting.system, given, self.blasting.wires, for_s=0.3)
        self.clock.forward(seconds=11)  # what was claimed and didn't go is given back
        return [one.to for one in self.blasting.judge.asked]

    def send(self) -> dict[str, int]:
        self.blasting.send()
        return self.blasting.counts(self.blast_id)


@pytest.fixture
def hands(blasting: Blasting, clock: SetClock, units: UnitFactory) -> Callable[..., Hands]:
    def make(count: int = 6, **fields: object) -> Hands:
        who = people(blasting.ctx, count)
        of = blasting.ctx.organisation_id
        running = fields.pop("campaign_id", None) or campaign(blasting.ctx).id
        found = blasting.launch(who, mode="by_hand", campaign_id=running, **{"batch_size": 3, **fields})
        blasting.plan(found.id)
        sian, vic = (
            make_person(units, of, Role.VOLUNTEER, name, campaign_ids=(running,)) for name in ("Siân", "Vic")
        )
        return Hands(blasting, clock, who, found.id, sian, vic)

    return make


def test_nothing_goes_before_somebody_presses_and_then_exactly_that(hands: Callable[..., Hands]) -> None:
    room = hands()
    assert room.send() == {"queued": 6}
    assert not has_work(room.blasting.system)
    assert blast_progress(room.blasting.ctx, room.blast_id).waiting_reason == "press"
    mine = room.take(room.sian)
    assert [(one.first_name, one.body) for one in mine.open] == [("Gwen", "Hello Gwen, polls are open.")] * 3
    room.press(room.sian, mine.open[0])
    assert has_work(room.blasting.system)
    assert room.send() == {"queued": 5, "sent": 1}
    assert room.blasting.judge.asked[0].urgent
    told = by_hand(room.blasting.ctx, room.blast_id)
    assert told is not None
    assert (told.unpressed, told.held, told.pressed) == (5, 2, 0)
    assert [(one.name, one.sent) for one in told.by_whom] == [("Siân", 1)]


@pytest.mark.slow
def test_all_pressed_for_is_the_end_of_it(hands: Callable[..., Hands]) -> None:
    room = hands(2)
    for text in room.take(room.vic).open:
        room.press(room.vic, text)
    assert room.send() == {"sent": 2}
    room.blasting.keep()
    assert room.blasting.state(room.blast_id) == "completed"
    assert blasts_to_send(room.ctx(room.vic)) == []
    assert room.take(room.vic).waiting_reason == "completed"


@pytest.mark.slow
def test_two_at_once_never_hold_the_same_text_nor_one_two_batches(hands: Callable[..., Hands]) -> None:
    room = hands(12)
    callers = [room.ctx(who) for who in (room.sian, room.vic) * 4]
    with ThreadPoolExecutor(8) as pool:
        views = list(pool.map(lambda ctx: take_batch(ctx, room.blast_id), callers))
    held = {view.id: {one.id for one in view.open} for view in views}
    assert len(held) == 2
    first, second = held.values()
    assert (len(first), len(second)) == (3, 3)
    assert not first & second


@pytest.mark.slow
def test_a_double_press_sends_once_also_at_the_same_instant(hands: Callable[..., Hands]) -> None:
    room = hands()
    text = room.take(room.sian).open[0]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: press(room.ctx(room.sian), text.id), range(4)))
    assert {one.pressed_at for one in told} == {room.clock.now}
    assert room.send() == {"queued": 5, "sent": 1}
    assert room.press(room.sian, text).state == "sent"
    assert room.send() == {"queued": 5, "sent": 1}
    assert by_hand(room.blasting.ctx, room.blast_id).by_whom[0].sent == 1  # type: ignore[union-attr]


def test_a_key_that_is_held_sends_one(hands: Callable[..., Hands]) -> None:
    """The page shows the next text, and the key presses that as well, thirty times a second."""
    room = hands()
    first, second, third = room.take(room.sian).open
    room.press(room.sian, first)
    me = room.ctx(room.sian)
    for _ in range(20):
        room.clock.forward(seconds=0.03)
        with pytest.raises(RateLimited):
            press(me.at(room.clock.now), second.id)
    assert room.send() == {"queued": 5, "sent": 1}
    room.press(room.sian, second)
    room.press(room.sian, third)
    assert room.send() == {"queued": 3, "sent": 3}


def test_who_says_stop_between_batch_and_press_gets_nothing(hands: Callable[..., Hands]) -> None:
    room = hands(2)
    texts = room.take(room.sian).open
    for who in room.people:
        add_opt_out(room.blasting.ctx, who, "sms")
        break
    for text in texts:
        room.press(room.sian, text)
    assert room.send() == {"skipped": 1, "sent": 1}
    assert room.blasting.judge.accepted_by_number() == {mobile(1): 1}
    assert {one.skip_reason for one in my_batch(room.ctx(room.sian), room.blast_id).texts} == {
        None,
        "opted_out",
    }


def test_the_gate_holds_what_nobody_pressed_for_whoever_claims_it(hands: Callable[..., Hands]) -> None:
    room = hands(2)
    holder, system = new_id(), room.blasting.system
    claimed = claim_texts(system, SENDER, room.blast_id, new_lease(system, holder), 9)
    assert len(claimed) == 2
    assert pass_gate(system, holder, claimed) == []
    assert room.send() == {"queued": 2}


def test_a_worker_that_dies_with_a_pressed_text_sends_it_no_second_time(hands: Callable[..., Hands]) -> None:
    room = hands(3)
    text, other, _ = room.take(room.sian).open
    room.press(room.sian, text)
    room.press(room.sian, other)
    system = room.blasting.system
    [claimed, *_] = claim_pressed(system, SENDER, [room.blast_id], new_lease(system, new_id()), 1)
    assert room.send() == {"queued": 2, "sent": 1}, "the other one; that of the dead worker is still leased"
    room.clock.forward(seconds=11)
    assert room.send() == {"queued": 1, "sent": 2}
    assert pass_gate(room.blasting.system, new_id(), [claimed]) == []


@pytest.mark.slow
def test_what_somebody_walks_away_from_goes_back(hands: Callable[..., Hands]) -> None:
    room = hands(3)
    mine = room.take(room.sian)
    assert room.take(room.vic).empty == "nothing_left"
    room.clock.forward(minutes=10)
    room.press(room.sian, mine.open[0])
    room.clock.forward(seconds=HOLD.total_seconds() - 1)
    assert room.take(room.vic).open == (), "each press gives them more time"
    room.clock.forward(seconds=2)
    assert my_batch(room.ctx(room.sian), room.blast_id).open == ()
    room.press(room.sian, mine.open[1])
    theirs = room.take(room.vic)
    assert [one.id for one in theirs.open] == [mine.open[2].id]
    with pytest.raises(Conflict):
        room.press(room.sian, theirs.open[0])
    give_back_batch(room.ctx(room.vic), room.blast_id)
    assert [one.id for one in room.take(room.sian).open] == [mine.open[2].id]


@pytest.mark.slow
def test_a_text_left_to_somebody_else_isnt_offered_again(hands: Callable[..., Hands]) -> None:
    room = hands(1)
    [text] = room.take(room.sian).open
    leave_text(room.ctx(room.sian), text.id)
    assert room.take(room.sian).empty == "nothing_left"
    assert [one.id for one in room.take(room.vic).open] == [text.id]


@pytest.mark.slow
def test_a_volunteer_sends_no_more_than_the_limit(hands: Callable[..., Hands]) -> None:
    room = hands(6, volunteer_limit=4)
    for _ in range(2):
        for text in room.take(room.sian).open:
            room.press(room.sian, text)
    assert room.take(room.sian).empty == "your_limit"
    assert my_batch(room.ctx(room.sian), room.blast_id).sent_by_me == 4
    assert len(room.take(room.vic).open) == 2


@pytest.mark.slow
def test_a_number_sends_no_more_in_a_day_than_is_safe(hands: Callable[..., Hands]) -> None:
    room = hands(12, senders=[landline(1), landline(2)])
    policy = replace(room.blasting.ctx.messaging, first_texts_a_day={"long_code": 2})
    room.blasting.use(messaging=policy)
    given = 0
    while texts := room.take(room.sian).open:
        given += len(texts)
        for text in texts:
            room.press(room.sian, text)
    assert (given, room.take(room.sian).empty) == (4, "senders_used_up")
    assert room.send() == {"queued": 8, "sent": 4}
    assert Counter(one.sender for one in room.blasting.judge.asked) == {landline(1): 2, landline(2): 2}
    room.clock.forward(days=1, minutes=16)
    assert room.take(room.sian).open


def test_what_went_by_itself_counts_to_what_a_number_may_send(
    hands: Callable[..., Hands], blasting: Blasting
) -> None:
    room = hands(6, senders=[landline(1)], batch_size=6)
    blasting.use(messaging=replace(blasting.ctx.messaging, first_texts_a_day={"long_code": 5}))
    others = blasting.launch(people(blasting.ctx, 3, first=50), senders=[landline(1)])
    blasting.plan(others.id)
    blasting.send()
    first, *_ = room.take(room.sian).open
    assert len(room.take(room.sian).open) == 2
    room.press(room.sian, first)
    blasting.send()
    give_back_batch(room.ctx(room.sian), room.blast_id)
    assert len(room.take(room.vic).open) == 1, "three by themselves and one by hand"
    give_back_batch(room.ctx(room.vic), room.blast_id)
    room.clock.forward(days=1, minutes=16)
    assert len(room.take(room.sian).open) == 5


def test_once_its_campaign_has_ended_it_says_so(hands: Callable[..., Hands], blasting: Blasting) -> None:
    room = hands(3)
    text = room.take(room.sian).open[0]
    room.press(room.sian, text)
    campaign_id = my_batch(room.ctx(room.sian), room.blast_id).campaign_id
    assert texts_over(room.ctx(room.sian)) is None
    end_campaign(blasting.ctx, campaign_id)
    assert my_batch(room.ctx(room.sian), room.blast_id).waiting_reason == "ended"
    over = texts_over(room.ctx(room.sian))
    assert over is not None
    assert (len(over.campaigns), over.sent_by_me) == (1, 1)
    room.clock.forward(hours=13)
    assert texts_over(room.ctx(room.sian)) is None


def test_the_estimate_says_what_the_numbers_may_send(blasting: Blasting) -> None:
    policy = replace(blasting.ctx.messaging, first_texts_a_day={"long_code": 2})
    blasting.use(messaging=policy)
    soon = blasting.ctx.now + dt.timedelta(hours=30)
    draft = blast(blasting.ctx, people(blasting.ctx, 9), mode="by_hand", deadline_at=soon)
    found = estimate_blast(blasting.ctx, draft.id)
    assert found.capacity is not None
    assert (found.capacity.senders, found.capacity.a_day, found.capacity.days) == (1, 2, 5)
    warned = {one.code: one.count for one in found.warnings}
    assert (warned["capacity"], warned["deadline"]) == (7, 5)
    assert found.last_safe_start_at is None
    assert estimate_blast(blasting.ctx, blast(blasting.ctx, []).id).capacity is None


def test_it_says_the_name_of_whoever_sends_it(hands: Callable[..., Hands]) -> None:
    """Also where it went back and somebody else sends it: in their language, with its links."""
    body = "Hi {first_name}, it’s {caller_name|one of us}. {opt_out_url}"
    room = hands(1, body=body, bodies={"cy": "Helo {first_name}, {caller_name} sydd yma."})
    [planned] = [one.body for one in room.blasting.messages(room.blast_id)]
    assert "it’s one of us." in planned
    [mine] = room.take(room.sian).open
    assert mine.body == planned.replace("one of us", "Siân")
    assert mine.segments == 1
    give_back_batch(room.ctx(room.sian), room.blast_id)
    room.press(room.vic, room.take(room.vic).open[0])
    room.blasting.send()
    assert [one.body for one in room.blasting.judge.asked] == [planned.replace("one of us", "Vic")]
    [row] = list_messages(room.blasting.ctx, MessageSearch(blast_id=room.blast_id), Page()).items
    assert (row.pressed_by, row.pressed_at) == (room.vic.id, room.clock.now)
    draft = blast(room.blasting.ctx, room.people, body="Hi, {caller_name} here.", mode="by_hand")
    assert "empty_placeholder" not in {
        one.code for one in estimate_blast(room.blasting.ctx, draft.id).warnings
    }


@pytest.mark.slow
def test_a_pause_holds_what_was_pressed_for_and_refuses_a_press(hands: Callable[..., Hands]) -> None:
    room = hands(3)
    one, two, three = room.take(room.sian).open
    room.press(room.sian, one)
    pause_blast(room.blasting.ctx, room.blast_id)
    assert room.send() == {"queued": 3}
    with pytest.raises(InvalidTransition):
        room.press(room.sian, two)
    resume_blast(room.blasting.ctx, room.blast_id)
    pause_all(room.blasting.ctx, "The wording is wrong")
    with pytest.raises(Conflict) as refused:
        room.press(room.sian, two)
    assert refused.value.extra == {"reason": "organisation_paused"}
    resume_all(room.blasting.ctx)
    room.press(room.sian, two)
    assert room.send() == {"queued": 1, "sent": 2}
    cancel_blast(room.blasting.ctx, room.blast_id)
    with pytest.raises(InvalidTransition):
        room.press(room.sian, three)
    room.blasting.clear(room.blast_id)
    assert room.send() == {"cancelled": 1, "sent": 2}
    assert room.press(room.sian, three).state == "cancelled"


@pytest.mark.slow
def test_at_night_nobody_presses_and_nothing_is_given_out(hands: Callable[..., Hands]) -> None:
    room = hands(3)
    text = room.take(room.sian).open[0]
    room.clock.now = dt.datetime(2026, 5, 7, 20, 30, tzinfo=dt.UTC)  # half past nine in London
    with pytest.raises(Conflict) as refused:
        room.press(room.sian, text)
    assert refused.value.extra == {"reason": "quiet_hours"}
    assert room.take(room.vic).waiting_reason == "quiet_hours"
    assert room.take(room.vic).open == ()


@pytest.mark.slow
def test_nobody_presses_for_whose_postcode_it_is_night(hands: Callable[..., Hands]) -> None:
    room = hands(2)
    one, two = room.take(room.sian).open
    with room.blasting.ctx.unit() as unit:
        contact_id = unit.session.scalar(select(Message.contact_id).where(Message.id == one.id))
        row = unit.session.scalars(select(Contact).where(Contact.id == contact_id)).one()
        row.postcode = "90210-1234"
    room.clock.now = room.clock.now.replace(hour=12)  # five in the morning in Los Angeles
    with pytest.raises(Conflict):
        room.press(room.sian, one)
    room.press(room.sian, two)
    assert room.send() == {"queued": 1, "sent": 1}


@pytest.mark.slow
def test_past_the_deadline_a_press_sends_nothing(hands: Callable[..., Hands], clock: SetClock) -> None:
    room = hands(2, deadline_at=clock.now + dt.timedelta(minutes=5))
    text = room.take(room.sian).open[0]
    clock.forward(minutes=5)
    room.press(room.sian, text)
    assert room.send() == {"queued": 1, "skipped": 1}
    room.blasting.clear(room.blast_id)
    room.blasting.keep()
    assert room.blasting.skipped(room.blast_id) == {"deadline": 2}
    assert room.blasting.state(room.blast_id) == "completed"


@pytest.mark.slow
def test_what_was_pressed_for_goes_before_what_goes_by_itself_and_after_a_code(
    hands: Callable[..., Hands],
) -> None:
    room = hands(1)
    many = room.blasting.launch(people(room.blasting.ctx, 5, first=50))
    room.blasting.plan(many.id)
    room.press(room.sian, room.take(room.sian).open[0])
    with room.blasting.system.unit() as unit:
        queue_text(unit, room.blasting.ctx, number=mobile(90), body="123456", purpose="code")
    assert room.went_with(1) == [mobile(90)]
    assert room.went_with(1) == [mobile(90), mobile(0)]
    assert len(room.went_with(9)) == 7


@pytest.mark.slow
def test_a_lost_answer_is_settled_as_ever(hands: Callable[..., Hands], clock: SetClock) -> None:
    room = hands(1)
    room.blasting.judge.answers = lambda _: "lost"
    room.press(room.sian, room.take(room.sian).open[0])
    assert room.send() == {"unknown": 1}
    clock.forward(seconds=6)
    room.blasting.settle()
    assert room.send() == {"sent": 1}
    assert set(room.blasting.judge.accepted_by_number().values()) == {1}


@pytest.mark.slow
def test_of_two_blasts_by_hand_each_number_gets_its_own_text_once(hands: Callable[..., Hands]) -> None:
    """A second first text of one blast to a number can't be written down, so it can't be pressed for."""
    room = hands(2)
    again = room.blasting.launch(room.people, mode="by_hand", campaign_id=_campaign_of(room))
    room.blasting.plan(again.id)
    for _ in range(2):
        for text in room.take(room.vic).open:
            room.press(room.vic, text)
    room.blasting.send()
    assert room.blasting.judge.accepted_by_number() == {mobile(0): 1, mobile(1): 1}


def _campaign_of(room: Hands) -> uuid.UUID:
    return my_batch(room.ctx(room.vic), room.blast_id).campaign_id


def test_the_picture_stays_as_the_name_is_put_in(hands: Callable[..., Hands], blasting: Blasting) -> None:
    shown, _ = add_picture(blasting.ctx, io.BytesIO(png()), "Poster")
    room = hands(1, body="Hi, {caller_name|us} here. {opt_out_url}", picture_id=shown.id)
    [mine] = room.take(room.sian).open
    assert mine.body.startswith(f"Hi, {room.sian.actor.name.split()[0]} here. ")
    assert mine.body.endswith(shown.url)


@pytest.mark.slow
def test_a_stranger_to_the_campaign_finds_nothing(hands: Callable[..., Hands], mallory: Person) -> None:
    room = hands()
    text = room.take(room.sian).open[0]
    assert blasts_to_send(room.ctx(mallory)) == []
    for deed in (
        lambda: take_batch(room.ctx(mallory), room.blast_id),
        lambda: press(room.ctx(mallory), text.id),
        lambda: leave_text(room.ctx(mallory), text.id),
        lambda: press(room.ctx(room.sian), uuid.uuid4()),
    ):
        with pytest.raises(NotFound):
            deed()
    with pytest.raises(Conflict):
        press(room.ctx(room.vic), text.id)
