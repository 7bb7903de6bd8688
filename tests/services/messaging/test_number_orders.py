"""Numbers looked for, bought once whatever happens on the way, and given back when nothing uses them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from dialer.carrier.number_port import Purchase, Webhooks
from dialer.carrier.numbers import TwilioNumbers
from dialer.carrier.port import CarrierError
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.errors import Conflict, Forbidden, RateLimited, ValidationFailed
from dialer.services.calling.campaigns import change_campaign
from dialer.services.context import Context
from dialer.services.messaging.number_orders import Looked, Order, ask_to_buy, ask_to_release, ask_to_search
from dialer.services.messaging.number_tasks import TaskView, ask_to_put_right, ask_to_read
from dialer.services.messaging.number_work import AT_WORK, TRIES, run_number_task
from dialer.services.messaging.outgoing import any_sender, queue_text, sender_to
from dialer.services.messaging.own_numbers import own_numbers
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.own_numbers import NumberTask
from dialer.store.queries.own_numbers import going
from tests.conftest import SetClock
from tests.people import Person
from tests.phone_bank import mobile
from tests.services.messaging.test_own_numbers import (
    ANOTHER,
    OURS,
    SMS,
    VOICE,
    audited,
    deeds,
    done,
    read,
    set_at_carrier,
)
from tests.services.messaging.test_shared_numbers import wait_until_somebody_waits
from tests.texting import campaign, system
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, Town

BRITISH = Looked("gb", "local", "07")


def found(ctx: Context, wire: TwilioCarrier, looked: Looked = BRITISH) -> TaskView:
    return done(ctx, wire, ask_to_search(ctx, looked))


def order(search: TaskView, nth: int = 0, **given: str) -> Order:
    number = search.found["offers"][nth]["number"]
    return Order(search.id, number, number[-4:], **given)


def test_one_is_found_bought_once_and_given_back(ctx: Context, wire: TwilioCarrier) -> None:
    search = found(ctx, wire)
    assert (search.found["price"], search.found["currency"]) == ("1.15", "USD")
    wanted = order(search)
    task = ask_to_buy(ctx, wanted)
    assert ask_to_buy(ctx, wanted).id == task.id
    assert done(ctx, wire, task).state == "done"
    assert ask_to_buy(ctx, wanted).id == task.id, "also when it is ours"
    [one] = own_numbers(ctx).numbers
    assert (one.number, one.is_right) == (wanted.number, True)
    assert deeds(ctx, "number.buy") == 1
    using = campaign(ctx, caller_ids=[wanted.number], name="Ring round")
    with pytest.raises(Conflict, match="Ring round") as caught:
        ask_to_release(ctx, wanted.number, wanted.confirm)
    assert caught.value.extra == {"used_by": ["Ring round"]}
    end(ctx, using.id)
    assert done(ctx, wire, ask_to_release(ctx, wanted.number, wanted.confirm)).state == "done"
    assert own_numbers(ctx).numbers == []
    assert audited(ctx, "number.buy") == audited(ctx, "number.release") == [wanted.number]
    assert wire.numbers.ours(wanted.number) == []
    assert done(ctx, wire, ask_to_buy(ctx, wanted)).state == "done", "it may be had again while it is there"


def end(ctx: Context, campaign_id: uuid.UUID) -> None:
    with ctx.unit() as unit:
        unit.session.get_one(Campaign, (unit.organisation_id, campaign_id)).state = "ended"


def test_nobody_buys_or_gives_back_by_a_slip(ctx: Context, wire: TwilioCarrier) -> None:
    search = found(ctx, wire)
    wanted = order(search)
    for slip in (
        replace(wanted, confirm="0000"),
        replace(wanted, confirm=""),
        replace(wanted, address_sid="AD1"),
        replace(wanted, bundle_sid="RN" + "1" * 32),
    ):
        with pytest.raises(ValidationFailed):
            ask_to_buy(ctx, slip)
    for nothing in (Order(search.id, OURS, "0001"), replace(wanted, search_id=uuid.UUID(int=1))):
        with pytest.raises(ValidationFailed):
            ask_to_buy(ctx, nothing)
    read(ctx, wire)
    with pytest.raises(ValidationFailed):
        ask_to_release(ctx, OURS, "1")
    with pytest.raises(ValidationFailed):
        ask_to_release(ctx, wanted.number, wanted.confirm)


def test_what_was_looked_for_long_ago_is_looked_for_again(
    ctx: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    wanted = order(found(ctx, wire))
    later = ctx.at(clock.forward(seconds=3601))
    with pytest.raises(Conflict, match="an hour ago"):
        ask_to_buy(later, wanted)


def test_no_more_than_so_many_are_bought_in_a_day(ctx: Context, wire: TwilioCarrier, clock: SetClock) -> None:
    few = replace(ctx, messaging=replace(ctx.messaging, numbers_a_day=2))
    search = found(few, wire)

    def buy(nth: int) -> str:
        try:
            return str(ask_to_buy(few, order(search, nth)).id)
        except RateLimited:
            return "too many"

    with ThreadPoolExecutor(4) as many:
        bought = list(many.map(buy, range(4)))
    assert bought.count("too many") == 2
    tomorrow = few.at(clock.forward(seconds=86_401))
    later = found(tomorrow, wire)
    assert ask_to_buy(tomorrow, order(later)).state == "queued"


def test_two_who_press_at_once_buy_one(ctx: Context, wire: TwilioCarrier) -> None:
    wanted = order(found(ctx, wire))
    with ThreadPoolExecutor(2) as both:
        asked = {task.id for task in both.map(lambda _: ask_to_buy(ctx, wanted), range(2))}
    assert len(asked) == 1
    assert deeds(ctx, "number.buy") == 1


@pytest.mark.parametrize("fault", ["lost_reply", "error_after", "broken_reply"])
def test_a_lost_answer_buys_nothing_twice(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock, fault: str
) -> None:
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    town.faults(**{fault: 1.0})
    assert done(ctx, wire, task).state == "running"
    town.faults()
    later = ctx.at(clock.forward(seconds=31))
    assert done(later, wire, task).state == "done"
    assert [one.number for one in wire.numbers.ours()] == sorted([OURS, wanted.number])
    assert [one.number for one in own_numbers(ctx).numbers] == [wanted.number]


def test_a_worker_that_is_killed_after_the_purchase_leaves_it_to_another(
    ctx: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, task.id))
        row.state, row.tries, row.due_at = "running", 1, ctx.now + AT_WORK
    wire.numbers.buy(Purchase(wanted.number, Webhooks(SMS, VOICE)))
    later = ctx.at(clock.forward(seconds=AT_WORK.total_seconds()))
    assert done(later, wire, task).state == "done"
    assert own_numbers(ctx).numbers[0].is_right


def test_a_purchase_that_was_given_up_is_made_if_the_number_is_there(
    ctx: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    away = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:9")
    for _ in range(TRIES):
        run_number_task(system(ctx).at(clock.now), away, task.id)
        clock.forward(seconds=AT_WORK.total_seconds())
    away.close()
    assert done(ctx, wire, task).fault == "unreachable"
    wire.numbers.buy(Purchase(wanted.number, Webhooks(SMS, VOICE)))
    read(ctx, wire)
    assert done(ctx, wire, task).state == "done"


def test_one_that_a_lost_try_took_is_nobody_elses_while_the_list_lags(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    town.faults(lost_reply=1.0)
    assert done(ctx, wire, task).state == "running"
    town.faults()
    with monkeypatch.context() as lagging:
        lagging.setattr(TwilioNumbers, "ours", lambda *_: [])
        for _ in range(TRIES - 1):
            later = ctx.at(clock.forward(seconds=31))
            seen = done(later, wire, task)
    assert (seen.state, seen.fault, seen.error_code) == ("failed", "unreachable", 21422)
    read(later, wire)
    assert done(later, wire, task).state == "done"
    assert [one.number for one in own_numbers(later).numbers] == sorted([OURS, wanted.number])


def test_what_somebody_else_bought_meanwhile_is_not_ours(ctx: Context, wire: TwilioCarrier) -> None:
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    wire.numbers.buy(Purchase(wanted.number, Webhooks("https://hooks.example.net/", "")))
    assert done(ctx, wire, task).fault == "another_system"


@pytest.mark.parametrize("code", [21421, 21422, 21452, 21631, 21649, 20003])
def test_what_the_carrier_refuses_is_told_by_its_code(
    ctx: Context, wire: TwilioCarrier, town: Town, code: int
) -> None:
    task = ask_to_buy(ctx, order(found(ctx, wire)))
    town.faults(refused=1.0, refused_code=code)
    refused = done(ctx, wire, task)
    assert (refused.state, refused.fault, refused.error_code) == ("failed", "refused", code)
    town.faults()
    assert own_numbers(ctx).numbers == []


def test_what_a_country_wants_is_given_with_the_order(ctx: Context, wire: TwilioCarrier, town: Town) -> None:
    town.account(address_countries=["GB"], bundle_countries=["GB"])
    search = found(ctx, wire)
    assert {one["address"] for one in search.found["offers"]} == {"any"}
    address, bundle = "AD" + "1" * 32, "BU" + "2" * 32
    assert done(ctx, wire, ask_to_buy(ctx, order(search))).error_code == 21649
    assert done(ctx, wire, ask_to_buy(ctx, order(search, bundle_sid=bundle))).error_code == 21631
    whole = order(search, bundle_sid=bundle, address_sid=address)
    assert done(ctx, wire, ask_to_buy(ctx, whole)).state == "done"


def test_a_country_without_such_numbers_has_none_and_no_price(ctx: Context, wire: TwilioCarrier) -> None:
    nothing = {"offers": [], "price": None, "currency": None}
    assert found(ctx, wire, Looked("FR", "mobile")).found == nothing
    american = found(ctx, wire, Looked("US", "local", "55501*", "202", sms=True, voice=True)).found
    assert {one["number"][:9] for one in american["offers"]} == {"+12025550"}
    assert found(ctx, wire, Looked("US", "local", area_code="999")).found["offers"] == []


@pytest.mark.parametrize(
    "looked",
    [
        Looked("Wales", "local"),
        Looked("G1", "local"),
        Looked("GB", "satellite"),
        Looked("GB", "local", "x1"),
        Looked("GB", "local", "٣"),
        Looked("US", "local", area_code="20"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(ctx: Context, looked: Looked) -> None:
    with pytest.raises(ValidationFailed):
        ask_to_search(ctx, looked)


def test_one_that_came_into_use_meanwhile_is_kept(ctx: Context, wire: TwilioCarrier) -> None:
    read(ctx, wire)
    task = ask_to_release(ctx, OURS, OURS[-4:])
    campaign(ctx, senders=[OURS])
    assert done(ctx, wire, task).fault == "in_use"
    assert len(wire.numbers.ours(OURS)) == 1


def test_a_campaign_takes_up_no_number_that_is_being_given_back(
    ctx: Context, wire: TwilioCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, refused = campaign(ctx), []

    def meanwhile(*_: object) -> None:
        for fields in ({"caller_ids": [OURS]}, {"senders": [OURS]}):
            with pytest.raises(ValidationFailed) as caught:
                change_campaign(ctx, made.id, fields)  # type: ignore[arg-type]
            refused.append(caught.value.errors[0].pointer)

    monkeypatch.setattr(TwilioNumbers, "release", meanwhile)
    read(ctx, wire)
    assert done(ctx, wire, ask_to_release(ctx, OURS, OURS[-4:])).state == "done"
    assert refused == ["/caller_ids/0", "/senders/0"]


def test_one_that_a_campaign_is_just_taking_up_is_kept(ctx: Context, wire: TwilioCarrier) -> None:
    made = campaign(ctx)
    read(ctx, wire)
    task = ask_to_release(ctx, OURS, OURS[-4:])
    with ThreadPoolExecutor(1) as pool:
        with ctx.unit() as unit:
            assert going(unit, [OURS]) == set()
            unit.session.get_one(Campaign, (unit.organisation_id, made.id)).caller_ids = [OURS]
            unit.session.flush()
            released = pool.submit(done, ctx, wire, task)
            wait_until_somebody_waits(unit)
        assert released.result(timeout=30).fault == "in_use"


def test_nothing_goes_out_from_one_that_was_given_back(ctx: Context, wire: TwilioCarrier) -> None:
    made = campaign(ctx, senders=[OURS])
    add_sender(ctx, NewSender(OURS))
    end(ctx, made.id)
    read(ctx, wire)
    with ctx.unit() as unit:
        known = {"id": new_id(), "number": mobile(1), "sender": OURS, "created_at": ctx.now}
        unit.session.add(Conversation(organisation_id=unit.organisation_id, **known))
        assert any_sender(unit) == sender_to(ctx, unit, mobile(1), made.id) == OURS
    assert done(ctx, wire, ask_to_release(ctx, OURS, OURS[-4:])).state == "done"
    with ctx.unit() as unit:
        assert unit.session.scalars(select(Conversation.sender)).all() == [None]
        assert any_sender(unit) is None
        with pytest.raises(Conflict):
            sender_to(ctx, unit, mobile(1), made.id)
    add_sender(ctx, NewSender(ANOTHER))
    with ctx.unit() as unit:
        assert any_sender(unit) == sender_to(ctx, unit, mobile(1), made.id) == ANOTHER


def test_nothing_goes_out_from_one_that_the_list_has_no_more(
    ctx: Context, wire: TwilioCarrier, town: Town
) -> None:
    add_sender(ctx, NewSender(OURS))
    read(ctx, wire)
    with ctx.unit() as unit:
        assert any_sender(unit) == OURS
    town.account(senders=[ANOTHER])
    read(ctx, wire)
    with ctx.unit() as unit:
        assert any_sender(unit) is None


def test_one_from_which_texts_wait_is_kept(ctx: Context, wire: TwilioCarrier) -> None:
    read(ctx, wire)
    task = ask_to_release(ctx, OURS, OURS[-4:])
    with ctx.unit() as unit:
        queue_text(unit, ctx, number=mobile(1), body="Hello", purpose="code", sender=OURS)
    with pytest.raises(Conflict) as caught:
        ask_to_release(ctx, OURS, OURS[-4:])
    assert caught.value.extra == {"waiting": 1}
    assert done(ctx, wire, task).fault == "in_use"
    assert len(wire.numbers.ours(OURS)) == 1


def test_one_that_the_carrier_keeps_sends_on(
    ctx: Context, wire: TwilioCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: TwilioNumbers, sid: str) -> None:
        with ctx.unit() as unit:
            assert any_sender(unit) is None, f"nothing goes out once {sid} is about to be given back"
        raise CarrierError("refused", permanent=True, code=20003)

    monkeypatch.setattr(TwilioNumbers, "release", refuse)
    add_sender(ctx, NewSender(OURS))
    read(ctx, wire)
    task = ask_to_release(ctx, OURS, OURS[-4:])
    assert done(ctx, wire, task).error_code == 20003
    with ctx.unit() as unit:
        assert any_sender(unit) == OURS


def test_another_organisations_number_is_not_given_back(
    ctx: Context,
    others: Context,
    wire: TwilioCarrier,
) -> None:
    ours = campaign(ctx, caller_ids=[OURS])
    read(ctx, wire)
    using = campaign(others, caller_ids=[OURS])
    end(ctx, ours.id)
    with pytest.raises(Conflict, match="another organisation"):
        ask_to_release(ctx, OURS, OURS[-4:])
    search = found(ctx, wire)
    with pytest.raises(ValidationFailed):
        ask_to_buy(others, order(search))
    end(others, using.id)
    assert ask_to_release(ctx, OURS, OURS[-4:]).state == "queued"


def test_what_one_organisation_bought_is_neither_taken_nor_given_back_by_another(
    ctx: Context, others: Context, wire: TwilioCarrier, town: Town
) -> None:
    wanted = order(found(ctx, wire))
    assert done(ctx, wire, ask_to_buy(ctx, wanted)).state == "done"
    read(others, wire)
    assert wanted.number not in [one.number for one in own_numbers(others).numbers]
    with pytest.raises(ValidationFailed):
        ask_to_put_right(others, wanted.number)
    with pytest.raises(ValidationFailed):
        ask_to_release(others, wanted.number, wanted.confirm)
    set_at_carrier(town, wanted.number, sms_url="", voice_url="")
    read(others, wire)
    assert wanted.number not in [one.number for one in own_numbers(others).numbers]
    assert done(ctx, wire, ask_to_release(ctx, wanted.number, wanted.confirm)).state == "done"


def test_one_that_leads_to_none_of_several_organisations_is_put_right_before_it_is_given_back(
    ctx: Context, others: Context, wire: TwilioCarrier, town: Town
) -> None:
    set_at_carrier(town, OURS, sms_url="", voice_url="")
    read(others, wire)
    assert done(others, wire, ask_to_release(others, OURS, OURS[-4:])).fault == "another_system"
    assert len(wire.numbers.ours(OURS)) == 1
    assert done(others, wire, ask_to_put_right(others, OURS)).state == "done"
    assert done(others, wire, ask_to_release(others, OURS, OURS[-4:])).state == "done"


def test_volunteers_neither_look_nor_buy(context_of: Callable[[Person], Context], vic: Person) -> None:
    volunteer = context_of(vic)
    for deed in (
        lambda: ask_to_search(volunteer, BRITISH),
        lambda: ask_to_buy(volunteer, Order(uuid.UUID(int=1), OURS, "0001")),
        lambda: ask_to_release(volunteer, OURS, "0001"),
        lambda: ask_to_read(volunteer),
    ):
        with pytest.raises(Forbidden):
            deed()
