"""A number that people saw is set at the carrier, rung back, and says who called."""

from __future__ import annotations

from dialer.carrier.port import Carrier
from dialer.domain.own_numbers import RingBack
from dialer.services.calling.caller_ids import unanswered
from dialer.services.context import Context
from dialer.services.messaging.number_tasks import ask_to_put_right, ask_to_read
from dialer.services.messaging.number_work import run_number_task
from dialer.services.messaging.own_numbers import own_numbers
from tests.phone_bank import Voter, landline, running_campaign
from tests.texting import system
from tests.towns import Town

GWEN, OURS = landline(123), landline(900)


def test_a_caller_id_is_put_right_and_tells_who_called(
    ctx: Context,
    carrier: Carrier,
    town: Town,
    told: None,
) -> None:
    town.account(senders=[OURS])
    [one] = town.client().incoming_phone_numbers.list(phone_number=OURS)
    one.update(voice_url="https://demo.twilio.com/welcome/voice/")
    bank = running_campaign(ctx, [Voter("Gwen", [GWEN])], caller_ids=[OURS])
    run_number_task(system(ctx), carrier, ask_to_read(ctx).id)
    assert unanswered(ctx, bank.id) == [OURS]
    run_number_task(system(ctx), carrier, ask_to_put_right(ctx, OURS).id)
    assert [shown.ring_back for shown in own_numbers(ctx).shown] == [RingBack.HERE]
    town.ring_in(GWEN, OURS)
    town.advance(120)
    assert town.troubles() == []
    (call,) = town.calls()
    assert "Common Ground" in call["heard"]
    assert unanswered(ctx, bank.id) == []
