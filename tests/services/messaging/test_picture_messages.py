"""Pictures that go with texts where networks take them, by a link where they don't."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from dialer.carrier.port import CarrierMessage, OutboundMessage, Refused, SendOutcome
from dialer.domain.carrier_action import Action
from dialer.domain.carrier_policy import MessagingPolicy
from dialer.domain.money import PriceList
from dialer.domain.phone import PhonePolicy
from dialer.services.context import Context
from dialer.services.messaging.charging import correct
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.messages import MessageSearch, list_messages
from dialer.services.messaging.pictures import add_picture
from dialer.services.messaging.sender_settings import NewSender, add_sender, change_sender
from dialer.services.messaging.test_sends import send_test
from dialer.services.messaging.views import BlastView
from dialer.services.paging import Page
from dialer.store.models import new_id
from tests.conftest import SetClock
from tests.pictures import png
from tests.texting import SETTLE_S, Blasting, add_people, blast, campaign

AMERICAN, TOLL_FREE, SHORT = "+12025550100", "+18885550100", "20210"
GRACE, BELL, GWEN = "+12025550123", "+14165550123", "+447700900123"
PRICES = MessagingPolicy(
    rate_per_sender=10_000,
    settle_s=SETTLE_S,
    currency="USD",
    prices=PriceList(Decimal("0.01"), {"GB": Decimal("0.04")}),
    picture_prices=PriceList(Decimal("0.02"), {"CA": Decimal("0.03")}),
)


@pytest.fixture
def blasting(blasting: Blasting, clock: SetClock) -> Blasting:
    """Blasts to three countries, at a time of day that suits all of them."""
    clock.forward(hours=5)
    countries = PhonePolicy(allowed_countries=frozenset({"GB", "US", "CA"}), allow_fictional=True)
    blasting.use(messaging=PRICES, phones=countries)
    return blasting


@pytest.fixture
def code(blasting: Blasting) -> str:
    """The picture of all these texts."""
    return picture(blasting.ctx)[1]


def picture(ctx: Context) -> tuple[uuid.UUID, str]:
    view, _ = add_picture(ctx, BytesIO(png()), "Poster")
    return view.id, view.url.rsplit("/", 1)[1]


def draft(blasting: Blasting, *numbers: str, **fields: Any) -> BlastView:
    ctx = blasting.ctx
    whom = [new_id() for _ in numbers]
    add_people(ctx, [(id_, [number]) for id_, number in zip(whom, numbers, strict=True)])
    given = {"body": "Vote, {first_name}.", "senders": [AMERICAN], **fields}
    return blast(ctx, whom, campaign_id=campaign(ctx).id, picture_id=picture(ctx)[0], **given)


def launched(blasting: Blasting, *numbers: str, **fields: Any) -> BlastView:
    made = launch_blast(blasting.ctx, draft(blasting, *numbers, **fields).id)
    blasting.plan(made.id)
    return made


def sent(blasting: Blasting) -> dict[str, OutboundMessage]:
    return {one.to: one for one in blasting.judge.asked}


def test_the_picture_goes_with_the_text_where_it_can_and_a_link_elsewhere(
    blasting: Blasting, code: str
) -> None:
    address = f"{blasting.ctx.public_url}/p/{code}"
    made = draft(blasting, GRACE, BELL, GWEN, body="Look: {picture_url}\n" + "Vote, {first_name}. " * 20)
    told = estimate_blast(blasting.ctx, made.id)
    assert told.picture is not None
    assert (told.picture.with_text, told.picture.by_link, told.picture.is_about) == (2, 1, False)
    assert told.picture.with_text_cost == Decimal("0.05")
    assert told.picture.by_link_cost == Decimal("0.04") * (told.segments - 2)
    assert told.cost == told.picture.with_text_cost + told.picture.by_link_cost
    assert told.parts == {1: 2, told.segments - 2: 1}
    assert sorted(one.has_picture for one in told.samples) == [False, True, True]

    launch_blast(blasting.ctx, made.id)
    blasting.plan(made.id)
    blasting.send()
    found = sent(blasting)
    assert {to: one.picture_url for to, one in found.items()} == {GRACE: address, BELL: address, GWEN: None}
    assert found[GRACE].body == "Look:\n" + ("Vote, Gwen. " * 20).strip()
    assert found[GWEN].body.startswith(f"Look: {address}\nVote, Gwen.")
    rows = {row.number: row for row in blasting.messages(made.id)}
    assert (rows[GRACE].segments, rows[GRACE].cost, rows[BELL].cost) == (1, Decimal("0.02"), Decimal("0.03"))
    assert rows[GWEN].cost == Decimal("0.04") * rows[GWEN].segments
    assert sum(row.segments for row in rows.values()) == told.segments
    assert sum(row.cost or 0 for row in rows.values()) == told.cost
    shown = {
        one.number: one for one in list_messages(blasting.ctx, MessageSearch(blast_id=made.id), Page()).items
    }
    assert (shown[GRACE].picture_path, shown[GWEN].picture_path) == (f"/p/{code}", None)


def test_whoever_wants_links_everywhere_gets_them(blasting: Blasting, code: str) -> None:
    made = launched(blasting, GRACE, picture_by="link")
    blasting.send()
    one = sent(blasting)[GRACE]
    assert (one.picture_url, one.body) == (None, f"Vote, Gwen.\n{blasting.ctx.public_url}/p/{code}")
    told = estimate_blast(blasting.ctx, made.id).picture
    assert told is not None
    assert told.with_text == 0


def test_a_picture_is_never_sent_without_words(blasting: Blasting) -> None:
    launched(blasting, GRACE, body="{picture_url}")
    blasting.send()
    assert sent(blasting)[GRACE].picture_url is None


def test_senders_share_the_pictures_as_they_share_the_people(blasting: Blasting) -> None:
    numbers = [f"+120255501{at:02}" for at in range(100)]
    made = draft(blasting, *numbers, senders=[AMERICAN, SHORT])
    told = estimate_blast(blasting.ctx, made.id).picture
    assert told is not None
    assert told.is_about
    assert told.with_text == len(numbers) // 2

    launch_blast(blasting.ctx, made.id)
    blasting.plan(made.id)
    rows = blasting.messages(made.id)
    assert {row.sender for row in rows if row.picture_code} == {AMERICAN}
    assert {row.sender for row in rows if not row.picture_code} == {SHORT}
    assert abs(sum(row.picture_code is not None for row in rows) - told.with_text) < len(numbers) / 4


def test_a_sender_that_cant_any_more_leads_to_it_instead(blasting: Blasting, code: str) -> None:
    made = launched(blasting, GRACE)
    [row] = blasting.messages(made.id)
    assert (row.picture_code, row.segments) == (code, 1)
    ctx = blasting.ctx
    sender, _ = add_sender(ctx, NewSender(AMERICAN))
    assert change_sender(ctx, sender.id, {"pictures": False}).pictures is False
    blasting.send()
    one = sent(blasting)[GRACE]
    assert (one.picture_url, one.body) == (None, f"Vote, Gwen.\n{ctx.public_url}/p/{code}")
    [row] = blasting.messages(made.id)
    assert (row.state, row.cost) == ("sent", row.segments * Decimal("0.01"))
    assert blasting.judge.accepted_by_number() == {GRACE: 1}


def refusing(code: int, action: Action) -> Callable[[OutboundMessage], SendOutcome | None]:
    return lambda one: Refused(code, "no", action) if one.picture_url else None


@pytest.mark.parametrize(
    ("code_of_carrier", "action", "is_known"),
    [(21621, Action.NO_PICTURE, False), (21612, Action.OTHER_SENDER_ONCE, None)],
)
def test_what_the_carrier_wont_send_with_its_picture_goes_with_a_link(
    blasting: Blasting, code: str, code_of_carrier: int, action: Action, is_known: bool | None
) -> None:
    blasting.judge.answers = refusing(code_of_carrier, action)
    made = launched(blasting, GRACE, BELL)
    for _ in range(3):
        blasting.send()
    assert blasting.counts(made.id) == {"sent": 2}
    assert blasting.judge.accepted_by_number() == {GRACE: 1, BELL: 1}
    assert {one.body for one in blasting.judge.ledger} == {f"Vote, Gwen.\n{blasting.ctx.public_url}/p/{code}"}
    assert blasting.state(made.id) == "running"
    sender, _ = add_sender(blasting.ctx, NewSender(AMERICAN))
    assert sender.pictures is is_known


def test_an_answer_that_was_lost_sends_no_second_picture(blasting: Blasting, clock: SetClock) -> None:
    blasting.judge.answers = lambda _: "lost"
    made = launched(blasting, GRACE)
    blasting.send()
    [listed] = blasting.judge.ledger
    led = replace(listed, body=f"{listed.body}\nhttps://mms.example.net/0a1b2c3d", media=0)
    blasting.judge.ledger = [led]
    for _ in range(4):
        clock.forward(seconds=SETTLE_S)
        blasting.settle()
        blasting.send()
    assert (blasting.counts(made.id), len(blasting.judge.asked)) == ({"sent": 1}, 1)


def test_it_costs_what_the_carrier_says(blasting: Blasting) -> None:
    made = launched(blasting, GRACE)
    blasting.send()
    [listed] = blasting.judge.ledger
    told: CarrierMessage = replace(listed, price=Decimal("0.0265"), currency="USD", segments=1)
    with blasting.ctx.unit() as unit:
        correct(blasting.ctx, unit, [told])
    [row] = blasting.messages(made.id)
    assert (row.cost, row.segments) == (Decimal("0.0265"), 1)


def test_a_test_shows_the_picture_too(blasting: Blasting, code: str) -> None:
    made = draft(blasting, GRACE, senders=[TOLL_FREE])
    texts = send_test(blasting.ctx, made.id, [GRACE, GWEN])
    assert [(one.picture_path, one.segments) for one in texts] == [(f"/p/{code}", 1), (None, 1)]
    blasting.send()
    assert sent(blasting)[GRACE].picture_url == f"{blasting.ctx.public_url}/p/{code}"
