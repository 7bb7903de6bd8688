"""Our numbers at the carrier: read, put right, taken from nobody unasked; and who answers a call back."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from dialer.carrier.number_port import CarrierNumber
from dialer.carrier.numbers import TwilioNumbers
from dialer.carrier.port import Carrier
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.domain.own_numbers import Aim, RingBack
from dialer.services.calling.caller_ids import caller_ids, unanswered
from dialer.services.context import Context
from dialer.services.messaging.number_tasks import TaskView, ask_to_put_right, ask_to_read, get_task
from dialer.services.messaging.number_work import AT_WORK, READ_EVERY, TRIES, ask_if_due, run_number_task
from dialer.services.messaging.own_numbers import own_numbers, say_answered_elsewhere
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.messaging.senders import keep_pool
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.own_numbers import NumberTask
from tests.conftest import SetClock
from tests.texting import campaign, system
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, Town

OURS, ANOTHER = "+441632960001", "+441632960002"
SMS = f"{PUBLIC_URL}/webhooks/twilio/messages/inbound"
VOICE = f"{PUBLIC_URL}/webhooks/twilio/voice/inbound"
THEIRS = "https://hooks.example.net/secret/0a1b"


def done(ctx: Context, wire: Carrier, task: TaskView) -> TaskView:
    run_number_task(system(ctx), wire, task.id)
    return get_task(ctx, task.id)


def read(ctx: Context, wire: Carrier) -> None:
    assert done(ctx, wire, ask_to_read(ctx)).state == "done"


def set_at_carrier(town: Town, number: str, **fields: str) -> None:
    """As somebody sets it in the carrier's console."""
    [one] = town.client().incoming_phone_numbers.list(phone_number=number)
    one.update(**fields)


def deeds(ctx: Context, action: str) -> int:
    return len(audited(ctx, action))


def audited(ctx: Context, action: str) -> list[object]:
    """The numbers of such deeds."""
    with ctx.unit() as unit:
        found = unit.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()
        return [entry.changes.get("number") for entry in found]


def test_the_list_is_read_and_says_what_uses_each(ctx: Context, wire: TwilioCarrier) -> None:
    made = campaign(ctx, caller_ids=[OURS, ANOTHER], senders=[OURS])
    assert {one.ring_back for one in caller_ids(ctx, made.id)} == {RingBack.UNKNOWN}
    assert unanswered(ctx, made.id) == []
    read(ctx, wire)
    found = own_numbers(ctx)
    [one] = found.numbers
    assert (one.number, one.voice, one.is_right, found.read_at) == (OURS, True, True, ctx.now)
    assert [(use.way, use.name) for use in one.uses] == [("caller_id", "Texts"), ("sender", "Texts")]
    assert [shown.ring_back for shown in found.shown] == [RingBack.HERE, RingBack.NOT_OURS]
    assert unanswered(ctx, made.id) == [ANOTHER]


def test_what_leads_nowhere_is_put_right_once(ctx: Context, wire: TwilioCarrier, town: Town) -> None:
    set_at_carrier(town, OURS, sms_url="", voice_url=VOICE, voice_method="GET")
    read(ctx, wire)
    [one] = own_numbers(ctx).numbers
    assert (one.texts.aim, one.calls.aim) == (Aim.NOBODY, Aim.ASTRAY)
    task = ask_to_put_right(ctx, OURS)
    assert ask_to_put_right(ctx, OURS).id == task.id, "a second press is the same one"
    assert done(ctx, wire, task).state == "done"
    [one] = own_numbers(ctx).numbers
    assert one.is_right
    [kept] = wire.numbers.ours(OURS)
    mine = f"?o={ctx.organisation_id}"
    assert (kept.texts_to, kept.calls_to) == (f"{SMS}{mine}", f"{VOICE}{mine}")
    assert audited(ctx, "number.put_right") == [OURS]
    assert done(ctx, wire, ask_to_put_right(ctx, OURS)).state == "done", "again changes nothing"
    with pytest.raises(ValidationFailed):
        ask_to_put_right(ctx, ANOTHER)


def test_what_is_put_right_while_the_list_is_asked_for_stays_right(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_at_carrier(town, OURS, sms_url="")
    read(ctx, wire)
    task, lists = ask_to_put_right(ctx, OURS), TwilioNumbers.ours
    later = ctx.at(clock.forward(seconds=1))

    def meanwhile(numbers: TwilioNumbers, number: str | None = None) -> Sequence[CarrierNumber]:
        listed = lists(numbers, number)
        if number is None:
            assert done(later, wire, task).state == "done"
        return listed

    monkeypatch.setattr(TwilioNumbers, "ours", meanwhile)
    read(ctx, wire)
    assert own_numbers(ctx).numbers[0].is_right


def test_two_who_press_at_once_ask_once(ctx: Context, wire: TwilioCarrier, town: Town) -> None:
    set_at_carrier(town, OURS, sms_url="")
    read(ctx, wire)
    with ThreadPoolExecutor(2) as both:
        asked = list(both.map(lambda _: ask_to_put_right(ctx, OURS).id, range(2)))
    assert len(set(asked)) == 1
    assert deeds(ctx, "number.put_right") == 1


def test_another_systems_number_is_named_and_taken_only_when_that_is_said(
    ctx: Context, wire: TwilioCarrier, town: Town
) -> None:
    set_at_carrier(town, OURS, voice_url=THEIRS)
    read(ctx, wire)
    [one] = own_numbers(ctx).numbers
    assert one.others == ("hooks.example.net",)
    with pytest.raises(Conflict, match=r"hooks\.example\.net") as caught:
        ask_to_put_right(ctx, OURS)
    assert caught.value.extra == {"others": ["hooks.example.net"]}
    assert done(ctx, wire, ask_to_put_right(ctx, OURS, take_over=True)).state == "done"
    assert own_numbers(ctx).numbers[0].is_right


def test_what_is_said_while_the_same_waits_counts(ctx: Context, wire: TwilioCarrier, town: Town) -> None:
    set_at_carrier(town, OURS, voice_url="")
    read(ctx, wire)
    waiting = ask_to_put_right(ctx, OURS)
    set_at_carrier(town, OURS, voice_url=THEIRS)
    read(ctx, wire)
    said = ask_to_put_right(ctx, OURS, take_over=True)
    assert said.id == waiting.id
    assert ask_to_put_right(ctx, OURS, take_over=True).id == waiting.id
    assert audited(ctx, "number.put_right") == [OURS, OURS], "what is said again is no other deed"
    assert done(ctx, wire, said).state == "done"
    assert own_numbers(ctx).numbers[0].is_right


def test_what_is_said_while_a_worker_is_at_it_is_to_be_said_again(
    ctx: Context, wire: TwilioCarrier, town: Town
) -> None:
    set_at_carrier(town, OURS, voice_url="")
    read(ctx, wire)
    waiting = ask_to_put_right(ctx, OURS)
    with ctx.unit() as unit:
        unit.session.get_one(NumberTask, (unit.organisation_id, waiting.id)).state = "running"
    with pytest.raises(Conflict) as caught:
        ask_to_put_right(ctx, OURS, take_over=True)
    assert caught.value.extra == {}


def test_what_became_anothers_since_it_was_shown_is_left_alone(
    ctx: Context, wire: TwilioCarrier, town: Town
) -> None:
    set_at_carrier(town, OURS, voice_url="")
    read(ctx, wire)
    pressed = ask_to_put_right(ctx, OURS)
    set_at_carrier(town, OURS, voice_url=THEIRS)
    found = done(ctx, wire, pressed)
    assert (found.state, found.fault) == ("failed", "another_system")
    assert wire.numbers.ours(OURS)[0].calls_to == THEIRS
    read(ctx, wire)
    said = ask_to_put_right(ctx, OURS, take_over=True)
    set_at_carrier(town, OURS, voice_url="https://third.example.net/")
    assert done(ctx, wire, said).fault == "another_system", "that one nobody saw"


def test_an_application_or_trunk_is_another_system_and_goes_when_taken_over(
    ctx: Context, wire: TwilioCarrier, town: Town
) -> None:
    app = "AP" + "1" * 32
    set_at_carrier(town, OURS, voice_application_sid=app)
    read(ctx, wire)
    assert own_numbers(ctx).numbers[0].others == (app,)
    done(ctx, wire, ask_to_put_right(ctx, OURS, take_over=True))
    assert own_numbers(ctx).numbers[0].is_right


@pytest.mark.parametrize("besides", ["sms_fallback_url", "voice_fallback_url", "status_callback"])
def test_a_system_that_hears_besides_is_named_and_hears_nothing_more(
    ctx: Context, wire: TwilioCarrier, town: Town, besides: str
) -> None:
    set_at_carrier(town, OURS, sms_fallback_url=SMS)
    read(ctx, wire)
    assert own_numbers(ctx).numbers[0].is_right, "our own address is no other system"
    set_at_carrier(town, OURS, **{besides: THEIRS})
    pressed = ask_to_put_right(ctx, OURS)
    assert done(ctx, wire, pressed).fault == "another_system", "that one nobody saw"
    read(ctx, wire)
    [one] = own_numbers(ctx).numbers
    assert (one.others, one.is_right) == (("hooks.example.net",), False)
    with pytest.raises(Conflict):
        ask_to_put_right(ctx, OURS)
    assert done(ctx, wire, ask_to_put_right(ctx, OURS, take_over=True)).state == "done"
    assert own_numbers(ctx).numbers[0].is_right
    assert wire.numbers.ours(OURS)[0].told_too == ()


def test_where_a_messaging_service_decides_is_said_and_left_to_it(
    ctx: Context, wire: TwilioCarrier, town: Town
) -> None:
    service = "MG" + "1" * 32
    add_sender(ctx, NewSender(service))
    with ctx.unit() as unit:
        keep_pool(unit, service, [OURS])
    town.client().messaging.v1.services(service).update(use_inbound_webhook_on_number=False)
    read(ctx, wire)
    [one] = own_numbers(ctx).numbers
    assert (one.texts.aim, one.calls.aim) == (Aim.SERVICE, Aim.HERE)
    assert (one.is_right, one.can_be_put_right) == (False, False)
    set_at_carrier(town, OURS, sms_url=THEIRS)
    read(ctx, wire)
    [one] = own_numbers(ctx).numbers
    assert (one.texts.aim, one.others, one.can_be_put_right) == (Aim.SERVICE, ("hooks.example.net",), True)


def test_a_number_that_is_gone_is_shown_no_more(ctx: Context, wire: TwilioCarrier, town: Town) -> None:
    read(ctx, wire)
    pressed = ask_to_put_right(ctx, OURS)
    town.account(senders=[ANOTHER])
    assert done(ctx, wire, pressed).fault == "not_ours"
    read(ctx, wire)
    assert [one.number for one in own_numbers(ctx).numbers] == [ANOTHER]


def test_who_said_that_it_is_answered_elsewhere_is_kept(
    ctx: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    made = campaign(ctx, caller_ids=[ANOTHER])
    read(ctx, wire)
    say_answered_elsewhere(ctx, ANOTHER, answered=True)
    say_answered_elsewhere(ctx.at(clock.forward(seconds=60)), ANOTHER, answered=True)
    [shown] = own_numbers(ctx).shown
    assert (shown.ring_back, shown.said_by, shown.said_at) == (RingBack.ELSEWHERE, "Carys", ctx.now)
    assert unanswered(ctx, made.id) == []
    assert audited(ctx, "number.answered_elsewhere") == [ANOTHER]
    say_answered_elsewhere(ctx, ANOTHER, answered=False)
    assert unanswered(ctx, made.id) == [ANOTHER]
    with pytest.raises(ValidationFailed):
        say_answered_elsewhere(ctx, "+441632960099", answered=True)


def test_another_organisations_numbers_are_its_own(
    ctx: Context, others: Context, wire: TwilioCarrier, town: Town
) -> None:
    town.account(senders=[OURS, ANOTHER])
    set_at_carrier(town, ANOTHER, sms_url="", voice_url="")
    campaign(others, caller_ids=[ANOTHER])
    read(ctx, wire)
    read(others, wire)
    assert [one.number for one in own_numbers(ctx).numbers] == [OURS]
    assert [one.number for one in own_numbers(others).numbers] == [ANOTHER]
    done(others, wire, ask_to_put_right(others, ANOTHER))
    assert wire.numbers.ours(ANOTHER)[0].calls_to == f"{VOICE}?o={others.organisation_id}"
    assert own_numbers(others).shown[0].ring_back is RingBack.HERE
    with pytest.raises(ValidationFailed):
        ask_to_put_right(ctx, ANOTHER)
    pressed = ask_to_put_right(ctx, OURS)
    set_at_carrier(town, OURS, voice_url=f"{VOICE}?o={others.organisation_id}")
    assert done(ctx, wire, pressed).fault == "another_system"
    with pytest.raises(NotFound):
        get_task(others, pressed.id)


def test_an_address_that_names_nobody_is_the_oldests_whoever_names_the_number(
    ctx: Context, others: Context, wire: TwilioCarrier
) -> None:
    for using in ((), (OURS,)):
        campaign(others, caller_ids=list(using))
        read(others, wire)
        assert own_numbers(others).numbers == []
        with pytest.raises(ValidationFailed):
            ask_to_put_right(others, OURS)
    read(ctx, wire)
    assert [one.number for one in own_numbers(ctx).numbers] == [OURS]


def test_what_one_organisation_had_put_right_stays_its_own_wherever_it_leads_later(
    ctx: Context, others: Context, wire: TwilioCarrier, town: Town
) -> None:
    set_at_carrier(town, OURS, sms_url="", voice_url="")
    read(ctx, wire)
    read(others, wire)
    assert [one.number for one in own_numbers(others).numbers] == [OURS], "it leads to nobody yet"
    late = ask_to_put_right(others, OURS)
    assert done(ctx, wire, ask_to_put_right(ctx, OURS)).state == "done"
    assert done(others, wire, late).fault == "another_system"
    set_at_carrier(town, OURS, sms_url="", voice_url=THEIRS)
    campaign(others, caller_ids=[OURS])
    read(others, wire)
    assert own_numbers(others).numbers == []
    read(ctx, wire)
    assert [one.number for one in own_numbers(ctx).numbers] == [OURS]


def test_one_that_leads_to_two_organisations_is_changed_by_neither(
    ctx: Context, others: Context, wire: TwilioCarrier, town: Town
) -> None:
    sms, voice = f"{SMS}?o={ctx.organisation_id}", f"{VOICE}?o={others.organisation_id}"
    set_at_carrier(town, OURS, sms_url=sms, voice_url=voice)
    for each in (ctx, others):
        read(each, wire)
        assert done(each, wire, ask_to_put_right(each, OURS)).fault == "another_system"
    assert (wire.numbers.ours(OURS)[0].texts_to, wire.numbers.ours(OURS)[0].calls_to) == (sms, voice)


def test_a_carrier_that_is_away_is_asked_again_and_then_given_up(ctx: Context, clock: SetClock) -> None:
    away = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:9")
    task = ask_to_read(ctx)
    for _ in range(TRIES):
        run_number_task(system(ctx).at(clock.now), away, task.id)
        run_number_task(system(ctx).at(clock.now), away, task.id)
        clock.forward(seconds=AT_WORK.total_seconds())
    away.close()
    found = get_task(ctx, task.id)
    assert (found.state, found.fault) == ("failed", "unreachable")
    assert own_numbers(ctx).read_at is None


def test_what_a_killed_worker_had_begun_is_done_by_another(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock
) -> None:
    set_at_carrier(town, OURS, sms_url="")
    read(ctx, wire)
    task = ask_to_put_right(ctx, OURS)
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, task.id))
        row.state, row.tries, row.due_at = "running", 1, ctx.now + AT_WORK
    assert done(ctx, wire, task).state == "running", "whoever has it may be at it still"
    later = ctx.at(clock.forward(seconds=AT_WORK.total_seconds()))
    assert done(later, wire, task).state == "done"
    assert own_numbers(ctx).numbers[0].is_right


def test_half_an_answer_changes_nothing(ctx: Context, wire: TwilioCarrier, town: Town) -> None:
    read(ctx, wire)
    town.faults(list_error=1.0)
    assert done(ctx, wire, ask_to_read(ctx)).state == "running"
    assert [one.number for one in own_numbers(ctx).numbers] == [OURS]


def test_the_list_is_read_every_quarter_of_an_hour(
    ctx: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    def plan(when: Context) -> list[NumberTask]:
        ask_if_due(system(when))
        with when.unit() as unit:
            return list(unit.session.scalars(select(NumberTask).order_by(NumberTask.id)))

    [first] = plan(ctx)
    assert len(plan(ctx)) == 1
    assert ask_to_read(ctx).id == first.id
    run_number_task(system(ctx), wire, first.id)
    for _ in range(3):
        later = ctx.at(clock.forward(seconds=READ_EVERY.total_seconds()))
        task = plan(later)[-1]
        assert own_numbers(later).read_at is not None, "what was read last is kept until another is"
        run_number_task(system(later), wire, task.id)
    assert len(plan(later)) <= 2
