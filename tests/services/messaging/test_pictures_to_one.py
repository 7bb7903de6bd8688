"""Pictures in texts to one person: with an answer, with a coordinator's text, and taken away meanwhile."""

from __future__ import annotations

import uuid
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import event, select

from dialer.carrier.port import NotAccepted
from dialer.domain.carrier_policy import MessagingPolicy
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.money import PriceList
from dialer.domain.phone import PhonePolicy
from dialer.services.messaging.answering import NewReply, preview_reply, reply
from dialer.services.messaging.blasts import change_blast
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.messages import get_message
from dialer.services.messaging.picture_leaving import delete_old_pictures, uses_of, withdraw_picture
from dialer.services.messaging.pictures import add_picture, offered_pictures, retire_picture
from dialer.services.messaging.singles import NewText, preview_text, text_person
from dialer.services.messaging.test_sends import send_test
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from tests.conftest import SetClock
from tests.pictures import png
from tests.texting import SETTLE_S, Blasting, add_people, blast, campaign

AMERICAN, GRACE, GWEN = "+12025550100", "+12025550123", "+447700900123"
PRICES = MessagingPolicy(
    rate_per_sender=10_000,
    settle_s=SETTLE_S,
    currency="USD",
    prices=PriceList(Decimal("0.01"), {"GB": Decimal("0.04")}),
    picture_prices=PriceList(Decimal("0.02"), {}),
    picture_days=30,
)


@pytest.fixture
def blasting(blasting: Blasting, clock: SetClock) -> Blasting:
    """Texts to two countries, at a time of day that suits both."""
    clock.forward(hours=5)
    countries = PhonePolicy(allowed_countries=frozenset({"GB", "US"}), allow_fictional=True)
    blasting.use(messaging=PRICES, phones=countries)
    return blasting


@pytest.fixture
def poster(blasting: Blasting) -> tuple[uuid.UUID, str]:
    """A picture, and where it is seen."""
    view, _ = add_picture(blasting.ctx, BytesIO(png()), "Poster")
    return view.id, view.url


def person(blasting: Blasting, number: str) -> uuid.UUID:
    made = new_id()
    add_people(blasting.ctx, [(made, [number])])
    return made


def writes(blasting: Blasting, number: str, body: str = "Where is it?") -> uuid.UUID:
    """Somebody writes to us; their conversation."""
    receive(blasting.system, InboundText(uuid.uuid4().hex, number, AMERICAN, body, blasting.ctx.now))
    with blasting.ctx.unit() as unit:
        return unit.session.scalars(select(Conversation.id).where(Conversation.number == number)).one()


def waits(blasting: Blasting, number: str) -> bool:
    with blasting.ctx.unit() as unit:
        of_them = select(Conversation.unanswered_since).where(Conversation.number == number)
        return unit.session.scalars(of_them).one() is not None


def test_it_goes_with_the_text_where_it_can_and_by_a_link_elsewhere(
    blasting: Blasting, poster: tuple[uuid.UUID, str]
) -> None:
    picture, address = poster
    of = campaign(blasting.ctx, senders=[AMERICAN]).id
    for number, along in ((GRACE, True), (GWEN, False)):
        body = "Here: {picture_url}\n" + "It is you. " * 20
        wanted = NewText(person(blasting, number), body, of, picture_id=picture)
        told = preview_text(blasting.ctx, wanted)
        made = text_person(blasting.ctx, wanted)
        assert (told.body, told.segments) == (made.body, made.segments)
        assert (told.picture_path, made.picture_path) == ((address[-17:],) * 2 if along else (None, None))
        assert (address in made.body) is not along
        price = Decimal("0.02") if along else Decimal("0.04") * told.segments
        assert (told.segments == 1, told.cost) == (along, price)
        blasting.send()
        assert get_message(blasting.ctx, made.id).cost == price
    sent = {one.to: one.picture_url for one in blasting.judge.asked}
    assert sent == {GRACE: address, GWEN: None}


def test_without_words_of_its_own_or_a_place_for_it_it_goes_by_a_link(
    blasting: Blasting, poster: tuple[uuid.UUID, str]
) -> None:
    picture, address = poster
    campaign(blasting.ctx, senders=[AMERICAN])
    made = text_person(blasting.ctx, NewText(person(blasting, GRACE), "{picture_url}", picture_id=picture))
    assert (made.body, made.picture_path) == (address, None)
    made = text_person(blasting.ctx, NewText(person(blasting, GWEN), "Look!", picture_id=picture))
    assert made.body == f"Look!\n{address}"


def test_an_answer_has_one_once_however_often_it_is_sent(
    blasting: Blasting, poster: tuple[uuid.UUID, str]
) -> None:
    campaign(blasting.ctx, senders=[AMERICAN])
    assert [(one.id, one.name) for one in offered_pictures(blasting.ctx)] == [(poster[0], "Poster")]
    talk = writes(blasting, GRACE)
    wanted = NewReply(talk, "Here it is.", uuid.uuid4(), picture_id=poster[0])
    assert preview_reply(blasting.ctx, wanted).picture_path == poster[1][-17:]
    first, again = reply(blasting.ctx, wanted), reply(blasting.ctx, wanted)
    assert (first.id, first.picture_path) == (again.id, poster[1][-17:])
    other = reply(blasting.ctx, NewReply(talk, "Here it is.", wanted.id))
    assert (other.id == first.id, other.picture_path) == (False, None), "the same words without it"
    retire_picture(blasting.ctx, poster[0])
    assert offered_pictures(blasting.ctx) == []
    with pytest.raises(ValidationFailed) as refused:
        reply(blasting.ctx, NewReply(talk, "Once more.", picture_id=poster[0]))
    assert refused.value.errors[0].pointer == "/picture_id"


def test_a_cap_counts_what_it_costs(blasting: Blasting, poster: tuple[uuid.UUID, str]) -> None:
    of = campaign(blasting.ctx, senders=[AMERICAN], cost_cap=Decimal("0.03")).id
    grace = person(blasting, GRACE)
    texts = [
        text_person(blasting.ctx, NewText(grace, f"{nth}", of, picture_id=poster[0])) for nth in range(2)
    ]
    blasting.send()
    assert [get_message(blasting.ctx, one.id).state for one in texts] == ["sent", "queued"]


def test_what_waits_is_left_out_when_it_is_taken_away(
    blasting: Blasting, poster: tuple[uuid.UUID, str]
) -> None:
    picture, _ = poster
    of = campaign(blasting.ctx, senders=[AMERICAN]).id
    draft = blast(blasting.ctx, [], campaign_id=of, senders=[AMERICAN], picture_id=picture)
    tests = send_test(blasting.ctx, draft.id, [GRACE, GWEN])
    answers = [
        reply(blasting.ctx, NewReply(writes(blasting, number), "Look", picture_id=picture))
        for number in (GRACE, GWEN)
    ]
    plain = reply(blasting.ctx, NewReply(writes(blasting, GRACE), "Nothing to look at"))
    assert uses_of(blasting.ctx, picture).waiting == 4
    with pytest.raises(Conflict):
        withdraw_picture(blasting.ctx, picture)
    assert get_message(blasting.ctx, tests[0].id).state == "queued"
    change_blast(blasting.ctx, draft.id, {"picture_id": None})
    withdraw_picture(blasting.ctx, picture)
    for one in (*tests, *answers):
        found = get_message(blasting.ctx, one.id)
        assert (found.state, found.skip_reason) == ("skipped", "picture_withdrawn")
    assert waits(blasting, GRACE)
    assert waits(blasting, GWEN)
    blasting.send()
    assert [one.body for one in blasting.judge.asked] == ["Nothing to look at"]
    assert get_message(blasting.ctx, plain.id).state == "sent"


def test_one_that_came_back_from_the_wire_meets_the_gate(
    blasting: Blasting, clock: SetClock, poster: tuple[uuid.UUID, str]
) -> None:
    campaign(blasting.ctx, senders=[AMERICAN])
    made = reply(blasting.ctx, NewReply(writes(blasting, GRACE), "Look", picture_id=poster[0]))

    def withdrawn_meanwhile(_: object) -> NotAccepted:
        withdraw_picture(blasting.ctx, poster[0])
        return NotAccepted("not_begun")

    blasting.judge.answers = withdrawn_meanwhile
    blasting.send()
    assert get_message(blasting.ctx, made.id).state == "queued"
    blasting.judge.answers = lambda _: None
    clock.forward(minutes=2)
    blasting.send()
    found = get_message(blasting.ctx, made.id)
    assert (found.state, found.skip_reason) == ("skipped", "picture_withdrawn")
    assert len(blasting.judge.asked) == 1
    assert waits(blasting, GRACE)


def test_what_is_deleted_is_never_read(
    blasting: Blasting, clock: SetClock, poster: tuple[uuid.UUID, str]
) -> None:
    retire_picture(blasting.ctx, poster[0])
    clock.forward(days=31)
    said: list[str] = []
    with blasting.ctx.unit() as unit:
        engine = unit.session.get_bind()
    listener = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    try:
        assert delete_old_pictures(blasting.system) == 1
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    assert any("UPDATE picture" in each for each in said)
    assert not [each for each in said if each.startswith("SELECT") and "picture.data" in each]
