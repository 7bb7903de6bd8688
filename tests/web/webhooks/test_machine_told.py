"""What the carrier heard of who answered, told early, late, twice or never: by hand, without a town."""

from __future__ import annotations

import io
import uuid

from dialer.services.calling.dial_tick import tick
from dialer.services.calling.machine_settings import MachineFields, change_machine_settings
from dialer.services.calling.pacing_view import pacing_of
from dialer.services.calling.sounds import add_sound
from dialer.services.context import Context
from dialer.services.people.no_contact import add_opt_out
from tests.hang_ups import END_CALL, LEAVE_MESSAGE, calls_queue
from tests.sounds import wav
from tests.web.webhooks.conftest import Signer
from tests.web.webhooks.test_dialled_answers import (  # noqa: F401 - fixtures
    Exchange,
    exchange,
    people,
    sid_of,
)

AMD = "/webhooks/twilio/voice/amd"


def _tells(exchange: Exchange, call_id: uuid.UUID, heard: str, index: int = 0) -> None:  # noqa: F811
    path = f"{AMD}?o={exchange.room.organisation_id}&c={call_id}"
    form = {"CallSid": sid_of(index), "AnsweredBy": heard}
    assert Signer(exchange.app.test_client()).post(path, form).status_code == 204


def _switch_on(ctx: Context, exchange: Exchange, *, message: bool) -> None:  # noqa: F811
    fields = MachineFields(machine_detection=True)
    if message:
        fields |= {"voicemail": add_sound(ctx, io.BytesIO(wav()), "Thursday")[0].id, "lawful": True}
    change_machine_settings(ctx, exchange.room.campaign_id, fields)


def _jobs(ctx: Context) -> list[str]:
    return [job.func_name for job in calls_queue(ctx).get_jobs()]


def test_a_machine_with_nobody_there_is_hung_up_on_and_counted(ctx: Context, exchange: Exchange) -> None:  # noqa: F811
    _switch_on(ctx, exchange, message=False)
    call_id = exchange.dial()
    assert "Just a moment" in exchange.answers(call_id)
    _tells(exchange, call_id, "machine_start")
    _tells(exchange, call_id, "machine_start")
    assert _jobs(ctx).count(END_CALL) == 1
    exchange.sit_down()
    assert "<Conference" not in exchange.answers(call_id), "nobody is joined to a machine"
    exchange.ends(call_id, CallDuration="5")
    assert exchange.room.results() == [("answering_machine", None)]
    assert exchange.room.call(call_id).state == "completed"
    assert exchange.room.heard()[-1] == "call_ended:machine"
    found = pacing_of(ctx, exchange.room.campaign_id)
    assert (found.machines.cut, found.machines.cut_people.low) == (1, 0)
    assert found.figures.abandoned_bound is not None
    assert found.figures.abandoned_bound > 0, "they may have been a person"
    _tells(exchange, call_id, "human")
    assert exchange.room.call(call_id).machine is True
    assert exchange.room.results() == [("answering_machine", None)], "too late to matter"


def test_whoever_opted_out_gets_no_message(ctx: Context, exchange: Exchange) -> None:  # noqa: F811
    _switch_on(ctx, exchange, message=True)
    call_id = exchange.dial()
    exchange.answers(call_id)
    add_opt_out(ctx, exchange.voters[0].id, "voice")
    _tells(exchange, call_id, "machine_end_beep")
    assert LEAVE_MESSAGE not in _jobs(ctx)
    assert END_CALL in _jobs(ctx)


def test_whoever_hears_that_nobody_was_free_hears_it_out(ctx: Context, exchange: Exchange) -> None:  # noqa: F811
    """The carrier takes some people for machines: they keep the number and the key."""
    _switch_on(ctx, exchange, message=True)
    calls = [exchange.dial(index) for index in range(3)]
    for index, call_id in enumerate(calls):
        exchange.answers(call_id, index)
    exchange.clock.forward(seconds=2)
    for index, (call_id, told) in enumerate(zip(calls, ("machine_end_beep", "fax", "human"), strict=True)):
        assert "then=message&amp;times=100</Redirect>" in exchange.answers(call_id, index)
        for _ in range(2):
            _tells(exchange, call_id, told, index)
    assert not {LEAVE_MESSAGE, END_CALL} & set(_jobs(ctx)), "nobody is cut off"
    end = "&then=message&times=100"
    for _ in range(2):
        after = [exchange.answers(call_id, index, then=end) for index, call_id in enumerate(calls)]
        assert ["<Play>" in each for each in after] == [True, False, False]
        assert all("<Hangup" in each for each in after)
    assert {exchange.room.call(each).state for each in calls} == {"abandoned"}


def test_who_stopped_our_calls_by_the_key_gets_no_message(ctx: Context, exchange: Exchange) -> None:  # noqa: F811
    _switch_on(ctx, exchange, message=True)
    call_id = exchange.dial()
    exchange.answers(call_id)
    exchange.clock.forward(seconds=2)
    exchange.answers(call_id)
    _tells(exchange, call_id, "machine_end_other")
    exchange.answers(call_id, then="&then=key", Digits="9")
    assert "<Play>" not in exchange.answers(call_id, then="&then=message&times=100")


def test_the_same_request_is_answered_the_same_and_no_other(ctx: Context, exchange: Exchange) -> None:  # noqa: F811
    _switch_on(ctx, exchange, message=True)
    call_id = exchange.dial()
    exchange.answers(call_id)
    _tells(exchange, call_id, "machine_end_beep")
    assert LEAVE_MESSAGE in _jobs(ctx)
    first = exchange.answers(call_id, then="&then=message&times=100")
    assert "<Play>" in first
    assert exchange.answers(call_id, then="&then=message&times=100") == first
    assert "<Play>" not in exchange.answers(call_id, then="&then=message&times=0")
    exchange.ends(call_id, CallDuration="12")
    assert exchange.room.results() == [("left_message", None)]


def test_figures_are_counted_outside_the_lease_and_not_by_who_looks(ctx: Context, exchange: Exchange) -> None:  # noqa: F811
    tick(exchange.room.system(), exchange.room.campaign_id, "a pacer")
    call_id = exchange.dial()
    exchange.answers(call_id)
    exchange.clock.forward(seconds=2)
    exchange.answers(call_id)
    exchange.clock.forward(seconds=40)
    assert pacing_of(ctx, exchange.room.campaign_id).machines.information_messages == 0, "as it was kept"
    tick(exchange.room.system(), exchange.room.campaign_id, "a pacer")
    assert pacing_of(ctx, exchange.room.campaign_id).machines.information_messages == 1
