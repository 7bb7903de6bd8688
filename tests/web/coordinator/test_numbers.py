"""Our numbers, without a script: where each leads, put right with a press, taken over with a second one."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import select, update

from dialer.services.context import Context
from dialer.services.messaging.number_orders import Looked, Order, ask_to_buy, ask_to_search
from dialer.services.messaging.number_tasks import TaskView, get_task, latest_tasks
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.messaging.senders import keep_pool
from dialer.store.models.calling import Campaign
from dialer.store.models.own_numbers import NumberRent, NumberTask, OwnNumber
from tests.texting import campaign
from tests.web.reader import Reader

OURS, THEIRS, SHOWN = "+441632960001", "+441632960002", "+441632960003"
NEW = "+441632960700"


def keep(ctx: Context, number: str, **fields: object) -> None:
    with ctx.unit() as unit:
        given = {"sid": f"PN{uuid.uuid4().hex}", "sms": True, "voice": True, "seen_at": ctx.now, **fields}
        unit.session.add(OwnNumber(organisation_id=unit.organisation_id, number=number, **given))


def test_a_number_is_put_right_and_another_systems_taken_over(desk: Reader, ctx: Context) -> None:
    assert "No number of ours known" in desk.open("/numbers").text
    keep(ctx, OURS)
    keep(ctx, THEIRS, calls_to="https://hooks.example.net/secret", name="<b>Office</b>")
    page = desk.open("/numbers")
    assert "go nowhere" in page.text
    assert "hooks.example.net hears nothing more" in page.text
    assert "secret" not in page.html
    assert "<b>Office" not in page.html
    page = desk.press("number-put-right")
    assert "Asked of the carrier" in page.text
    desk.press("number-take-over")
    assert [(task.number, task.state) for task in latest_tasks(ctx)] == [(THEIRS, "queued"), (OURS, "queued")]
    desk.press("numbers-read")


def test_who_hears_besides_is_named(desk: Reader, ctx: Context) -> None:
    keep(ctx, SHOWN, told_too=["https://spare.example.net/secret"])
    page = desk.open("/numbers")
    assert "Others hear of it too" in page.text
    assert "spare.example.net hears nothing more" in page.text
    assert "secret" not in page.html


def test_a_number_of_a_messaging_service_is_not_said_to_come_here(desk: Reader, ctx: Context) -> None:
    keep(ctx, OURS, voice=False)
    service = "MG" + "1" * 32
    add_sender(ctx, NewSender(service))
    with ctx.unit() as unit:
        keep_pool(unit, service, [OURS])
    page = desk.open("/numbers")
    assert "go where its Messaging Service says" in page.text
    assert "Comes here" not in page.text
    assert "Put it right" not in page.text


def test_who_answers_a_call_back_is_told_on_the_campaigns_page_and_said_here(
    desk: Reader, ctx: Context
) -> None:
    keep(ctx, SHOWN)
    made = campaign(ctx, caller_ids=[SHOWN])
    assert "Nobody answers a call back to 01632 960003" in desk.open(f"/campaigns/{made.id}").text
    assert "A call back doesn’t come here" in desk.open(f"/campaigns/{made.id}/order").text
    page = desk.open("/numbers")
    assert "A call back doesn’t come here" in page.text
    assert "Carys said so" in desk.press("answered-elsewhere").text
    assert "Nobody answers a call back" not in desk.open(f"/campaigns/{made.id}").text
    desk.open("/numbers")
    assert "It is answered elsewhere" in desk.press("answered-here").text


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("refused", 20009, "its code 20009"),
        ("refused", None, "The carrier refused."),
        ("unreachable", None, "can’t be reached"),
        ("not_ours", None, "isn’t one of ours any more"),
        ("another_system", None, "another system hears of it"),
    ],
)
def test_what_was_not_done_says_why(desk: Reader, ctx: Context, fault: str, code: int, words: str) -> None:
    keep(ctx, OURS)
    desk.open("/numbers")
    desk.press("number-put-right")
    [task] = latest_tasks(ctx)
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, task.id))
        row.state, row.fault, row.error_code = "failed", fault, code
    assert get_task(ctx, task.id).fault == fault
    assert words in desk.open("/numbers").text


def searched(ctx: Context, **found: object) -> TaskView:
    """A search that a worker has done."""
    search = ask_to_search(ctx, Looked("GB", "local"))
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, search.id))
        row.state, row.found = "done", {"offers": [], "price": None, "currency": None, **found}
    return get_task(ctx, search.id)


OFFER = {"number": NEW, "place": "Dyffryn", "sms": False, "mms": False, "voice": True, "address": "any"}


def test_a_number_is_looked_for_and_bought_with_its_last_figures(desk: Reader, ctx: Context) -> None:
    desk.open("/numbers/search")
    assert desk.press("numbers-search", country="Wales").status == 422
    desk.open("/numbers/search")
    page = desk.press("numbers-search", country="gb")
    assert "Under way" in page.text
    assert "What the rules ask for" in page.text
    search = searched(ctx, offers=[OFFER], price="1.15", currency="USD")
    page = desk.open(f"/numbers/search?search={search.id}")
    assert "Each costs US$1.15 a month" in page.text
    assert "needs an address" in page.text
    page = desk.press("number-buy", confirm="1")
    assert page.status == 422
    assert "last four figures" in page.text
    assert desk.press("number-buy", confirm="0700", bundle_sid="BU1").status == 422
    assert "Asked of the carrier" in desk.press("number-buy", confirm="0700", bundle_sid="").text
    assert next((task.kind, task.number) for task in latest_tasks(ctx)) == ("buy", NEW)


def test_what_it_costs_is_said_to_be_unknown_where_it_is(desk: Reader, ctx: Context) -> None:
    search = searched(ctx, offers=[OFFER])
    assert "doesn’t say what one costs" in desk.open(f"/numbers/search?search={search.id}").text
    assert "none of that kind" in desk.open(f"/numbers/search?search={searched(ctx).id}").text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (21422, "Take another"),
        (21631, "wants an address"),
        (21649, "Have a bundle approved"),
        (21452, "has none"),
    ],
)
def test_what_a_country_asks_for_is_told_in_words(desk: Reader, ctx: Context, code: int, words: str) -> None:
    search = searched(ctx, offers=[OFFER])
    ask_to_buy(ctx, Order(search.id, NEW, NEW[-4:]))
    [task, _] = latest_tasks(ctx)
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, task.id))
        row.state, row.fault, row.error_code = "failed", "refused", code
    assert words in desk.open("/numbers").text


def test_a_number_is_given_back_unless_something_uses_it(desk: Reader, ctx: Context) -> None:
    keep(ctx, OURS)
    using = campaign(ctx, caller_ids=[OURS], name="Ring round")
    desk.open("/numbers")
    assert "used by Ring round" in desk.press("number-release", confirm="0001").text
    with ctx.unit() as unit:
        unit.session.get_one(Campaign, (unit.organisation_id, using.id)).state = "ended"
    assert "last four figures" in desk.press("number-release", confirm="1").text
    assert "Asked of the carrier" in desk.press("number-release", confirm="0001").text


def test_enter_neither_buys_nor_gives_back(desk: Reader, ctx: Context) -> None:
    keep(ctx, OURS)
    second = {**OFFER, "number": "+441632960701"}
    search = searched(ctx, offers=[OFFER, second])
    desk.open(f"/numbers/search?search={search.id}")
    page = desk.press("number-buy", number=second["number"], confirm="0701", keep="1")
    assert page.status == 200
    assert 'value="+441632960701" checked' in page.html
    desk.open("/numbers")
    desk.press("number-release", confirm="0001", keep="1")
    assert [task.kind for task in latest_tasks(ctx)] == ["search"]


def test_what_is_being_given_back_or_put_right_is_not_offered_again(desk: Reader, ctx: Context) -> None:
    keep(ctx, OURS)
    desk.open("/numbers")
    page = desk.press("number-release", confirm="0001")
    assert "Being given back" in page.text
    assert "number-release" not in page.html
    assert "number-put-right" not in page.html
    assert 'hx-trigger="every 2s"' in page.html
    with ctx.unit() as unit:
        [task] = latest_tasks(ctx)
        row = unit.session.get_one(NumberTask, (unit.organisation_id, task.id))
        row.state, row.finished_at = "failed", ctx.now
    page = desk.open("/numbers")
    assert "number-release" in page.html
    assert "hx-trigger" not in page.html


def test_what_is_bought_or_ours_is_not_offered_again(desk: Reader, ctx: Context) -> None:
    other, mine = "+441632960701", "+441632960702"
    keep(ctx, mine)
    search = searched(ctx, offers=[OFFER, {**OFFER, "number": other}, {**OFFER, "number": mine}])
    assert [one["number"] for one in search.found["offers"]] == [NEW, other]
    ask_to_buy(ctx, Order(search.id, NEW, NEW[-4:]))
    page = desk.open(f"/numbers/search?search={search.id}")
    assert "01632 960701" in page.text
    assert "01632 960700" not in page.text
    assert ask_to_buy(ctx, Order(search.id, NEW, NEW[-4:])).kind == "buy", "asked again it is the same one"


def test_when_the_list_was_read_is_said_and_what_was_done_since(desk: Reader, ctx: Context) -> None:
    keep(ctx, OURS)
    assert "hasn’t been read yet" in desk.open("/numbers").text
    assert "It is being read now" in desk.press("numbers-read").text
    an_hour_ago = ctx.now - dt.timedelta(hours=1)
    with ctx.unit() as unit:
        [reading] = unit.session.scalars(select(NumberTask))
        reading.state, reading.finished_at = "done", an_hour_ago
    page = desk.open("/numbers")
    assert "The carrier’s list was read" in page.text
    assert "since" not in page.text
    desk.press("number-put-right")
    with ctx.unit() as unit:
        unit.session.execute(update(NumberTask).values(state="done"))
        unit.session.execute(
            update(NumberTask).where(NumberTask.kind == "put_right").values(finished_at=ctx.now)
        )
    assert "What was done from here since, until" in desk.open("/numbers").text


def test_long_lists_are_walked(desk: Reader, ctx: Context) -> None:
    for nth in range(51):
        keep(ctx, f"+441632960{nth:03}")
    page = desk.open("/numbers")
    assert "01632 960050" not in page.text
    assert 'data-test="more-numbers"' in page.html
    page = desk.open("/numbers?after=%2B441632960049")
    assert "01632 960050" in page.text
    assert 'data-test="more-numbers"' not in page.html


def test_months_that_wait_for_a_price_are_shown_though_the_number_is_gone(desk: Reader, ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.session.add(NumberRent(organisation_id=unit.organisation_id, number=OURS, charged_at=ctx.now))
    page = desk.open("/numbers")
    assert "1 month of the number" in page.words["waiting-rents"]
    assert "also where the number was given back" in page.text
