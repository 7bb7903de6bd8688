"""What is set for our Messaging Services is read with our numbers, and told where it isn't what we need."""

from __future__ import annotations

import pytest

from dialer.carrier.numbers import TwilioNumbers
from dialer.carrier.port import CarrierError
from dialer.carrier.twilio import TwilioCarrier
from dialer.cli.doctor_numbers import services_set_wrongly
from dialer.domain.messaging_service import Flaw
from dialer.domain.own_numbers import Aim
from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.own_numbers import own_numbers
from dialer.services.messaging.sender_settings import NewSender, add_sender, get_sender, list_services
from dialer.services.messaging.senders import keep_pool
from dialer.services.messaging.views import ServiceView
from tests.conftest import SetClock
from tests.services.messaging.test_own_numbers import OURS, SMS, THEIRS, read
from tests.texting import campaign, system
from tests.towns import PUBLIC_URL, Town

SERVICE = "MG" + "1" * 32


def set_for_it(town: Town, **fields: object) -> None:
    """As somebody sets it in the carrier's console."""
    town.client().messaging.v1.services(SERVICE).update(**fields)


def seen(ctx: Context) -> ServiceView:
    [one] = list_services(ctx)
    assert one.service is not None
    return one.service


def test_one_is_read_as_soon_as_it_is_known_and_every_time(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock
) -> None:
    made = add_sender(ctx, NewSender(SERVICE))[0]
    assert own_numbers(ctx).is_reading
    assert get_sender(ctx, made.id).service is None
    read(ctx, wire)
    assert (seen(ctx).flaws, seen(ctx).texts, seen(ctx).read_at) == ((), None, ctx.now)
    set_for_it(town, friendly_name="Ring round", sticky_sender=False, status_callback=THEIRS)
    later = ctx.at(clock.forward(seconds=900))
    read(later, wire)
    told = seen(later)
    assert (told.name, told.flaws, told.read_at) == ("Ring round", (Flaw.NOT_STICKY,), later.now)
    assert told.status_to == "hooks.example.net", "a path may hold a secret"


def test_one_that_a_campaign_names_is_read_before_its_first_text(ctx: Context, wire: TwilioCarrier) -> None:
    campaign(ctx, senders=[SERVICE])
    assert list_services(ctx) == []
    read(ctx, wire)
    assert seen(ctx).flaws == ()


@pytest.mark.parametrize(
    ("fields", "aims"),
    [
        ({"use_inbound_webhook_on_number": True}, (None, Aim.HERE)),
        ({"inbound_request_url": SMS}, (Aim.HERE, Aim.HERE)),
        ({}, (Aim.NOBODY, Aim.SERVICE)),
        ({"inbound_request_url": THEIRS}, (Aim.OTHER, Aim.SERVICE)),
    ],
)
def test_its_numbers_say_where_it_has_their_texts_go(
    ctx: Context,
    wire: TwilioCarrier,
    town: Town,
    fields: dict[str, object],
    aims: tuple[Aim | None, Aim],
) -> None:
    add_sender(ctx, NewSender(SERVICE))
    with ctx.unit() as unit:
        keep_pool(unit, SERVICE, [OURS])
    set_for_it(town, **{"use_inbound_webhook_on_number": False, **fields})
    read(ctx, wire)
    [one] = own_numbers(ctx).numbers
    assert (seen(ctx).texts, one.texts.aim) == aims
    assert one.is_right is (one.texts.aim is Aim.HERE)
    assert not one.can_be_put_right, "there is nothing to set at the number"


def test_one_that_cant_be_read_now_keeps_what_was_read(
    ctx: Context, wire: TwilioCarrier, monkeypatch: pytest.MonkeyPatch, town: Town
) -> None:
    add_sender(ctx, NewSender(SERVICE))
    set_for_it(town, friendly_name="Ring round")
    read(ctx, wire)

    def away(_numbers: TwilioNumbers, _sid: str) -> None:
        raise CarrierError("unreachable", permanent=False)

    monkeypatch.setattr(TwilioNumbers, "service", away)
    read(ctx, wire)
    assert seen(ctx).name == "Ring round"
    assert [one.number for one in own_numbers(ctx).numbers] == [OURS]


def test_one_that_is_gone_is_said_and_the_doctor_names_what_is_wrong(
    ctx: Context, wire: TwilioCarrier, town: Town
) -> None:
    [none] = services_set_wrongly([ctx], PUBLIC_URL)
    assert (none.ok, none.detail) == (True, "none is used")
    made = add_sender(ctx, NewSender(SERVICE))[0]
    [unread] = services_set_wrongly([ctx], PUBLIC_URL)
    assert (unread.ok, unread.detail) == (True, "1 haven't been read yet")
    set_for_it(town, sticky_sender=False)
    read(ctx, wire)
    [slight] = services_set_wrongly([ctx], PUBLIC_URL)
    assert slight.ok
    assert "not sticky" in slight.detail
    town.account(services={"MG" + "2" * 32: [OURS]})
    read(ctx, wire)
    [grave] = services_set_wrongly([ctx], PUBLIC_URL)
    assert (grave.ok, grave.remedy.endswith(f"/senders/{made.id}")) == (False, True)
    assert "unknown service" in grave.detail


def test_that_it_answers_a_stop_itself_is_known_by_the_stop(ctx: Context, wire: TwilioCarrier) -> None:
    add_sender(ctx, NewSender(SERVICE))
    read(ctx, wire)
    assert seen(ctx).opt_outs_answered_at is None
    for sid, said in (("1", None), ("2", "HELP")):
        text = InboundText("SM" + sid * 32, "+447700900123", OURS, "HELP", ctx.now, said, service=SERVICE)
        receive(system(ctx), text)
        assert (seen(ctx).opt_outs_answered_at is None) == (said is None)
