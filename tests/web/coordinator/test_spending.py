"""What was spent, on a page and as a file."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

from flask import Flask

from dialer.domain.access import Role
from dialer.services.accounts.accounts import invite_account
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.gotv.figures_check import SPENDING, check_counters, mend_counters
from dialer.store.models import new_id
from dialer.store.models.messaging import Message
from dialer.store.models.own_numbers import NumberRent
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.phone_bank import mobile
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def spend(ctx: Context, campaign_id: uuid.UUID) -> None:
    """A text of two parts that the carrier charged for."""
    with ctx.unit() as unit:
        unit.session.add(
            Message(
                organisation_id=unit.organisation_id,
                id=new_id(),
                direction="outbound",
                purpose="single",
                campaign_id=campaign_id,
                number=mobile(1),
                sender="Aber",
                body="Diolch",
                encoding="gsm7",
                segments=2,
                state="sent",
                reckoned=Decimal("0.08"),
                cost=Decimal("0.0912"),
                cost_currency="GBP",
                created_at=ctx.now,
                sent_at=ctx.now,
            )
        )
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    apart = [fault for fault in check_counters(system) if fault.scope == SPENDING]
    assert {(fault.name.split()[0], fault.counted) for fault in apart} == {
        *(("texts", 1), ("segments", 2), ("reckoned_e5", 8000), ("cost_e5", 9120))
    }
    mend_counters(system)
    assert [fault for fault in check_counters(system) if fault.scope == SPENDING] == []


def test_the_sums_stand_on_the_page_and_in_the_file(desk: Reader, ctx: Context, bank: PhoneBank) -> None:
    assert "Nothing spent" in desk.open("/spending").text
    spend(ctx, bank.campaign_id)
    page = desk.open(f"/spending?from={ctx.now.date()}&to={ctx.now.date()}&campaign_id={bank.campaign_id}")
    assert "1 text, 2 parts" in page.text
    assert "£0.09" in page.text
    file = desk.client.get(f"/spending.csv?campaign_id={bank.campaign_id}")
    assert file.text.splitlines()[1].split(",")[1:9] == [
        *("sms", "Aber", "1", "2", "parts", "GBP", "0.0800", "0.0912")
    ]


def test_months_that_wait_for_a_price_are_told_apart(
    desk: Reader, ctx: Context, api: Callable[[Person], Caller], carys: Person
) -> None:
    with ctx.unit() as unit:
        for number in (mobile(7), mobile(8)):
            rent = NumberRent(organisation_id=unit.organisation_id, number=number, charged_at=ctx.now)
            unit.session.add(rent)
    page = desk.open("/spending")
    assert "2 months of your numbers wait for their price, and are in none of these sums." in page.text
    assert "spending-csv" in page.tests
    found = api(carys).get("/spending").json
    assert (found["lines"], found["totals"]) == ([], [])
    assert [(one["number"], one["months"]) for one in found["waiting"]] == [(mobile(7), 1), (mobile(8), 1)]
    assert [line.split(",")[3:9] for line in desk.client.get("/spending.csv").text.splitlines()[1:]] == [
        ["1", "1", "months", "", "", ""]
    ] * 2


def test_days_that_are_none_are_told_at_their_field(desk: Reader) -> None:
    page = desk.open("/spending?from=yesterday")
    assert page.status == 422
    assert "Give a day" in page.text
    assert desk.open("/spending?from=2026-05-08&to=2026-05-07").status == 422


def test_the_api_gives_lines_and_totals_or_csv(
    api: Callable[[Person], Caller], carys: Person, ctx: Context, bank: PhoneBank
) -> None:
    spend(ctx, bank.campaign_id)
    caller = api(carys)
    found = caller.get("/spending").json
    [line] = found["lines"]
    assert (line["from"], line["count"], line["units"], line["unit"]) == ("Aber", 1, 2, "parts")
    assert found["totals"] == [
        {
            "reckoned": {"amount": "0.0800", "currency": "GBP"},
            "cost": {"amount": "0.0912", "currency": "GBP"},
        }
    ]
    assert caller.get("/spending?from=2020-01-01&to=2020-12-31").json == {
        "lines": [],
        "totals": [],
        "in_doubt": {"emails": 0, "amount": {"amount": "0.0000", "currency": "GBP"}},
        "waiting": [],
    }
    assert caller.get("/spending", headers={"Accept": "text/csv"}).text.startswith("campaign,channel,from")


def test_an_observer_sees_the_sums(app: Flask, ctx: Context, units: UnitFactory, bank: PhoneBank) -> None:
    spend(ctx, bank.campaign_id)
    screen = Reader(app.test_client())
    olwen = make_person(units, ctx.organisation_id, Role.OBSERVER, "Olwen")
    code = invite_account(ctx, olwen.id).url.rpartition("/")[2]
    assert "takes you to the figures" in screen.open(f"/sign-in/{code}").text
    page = screen.press("sign-in")
    assert page.status == 200
    assert "1 text, 2 parts" in page.text
    assert 'href="/spending"' in page.html
    assert 'href="/campaigns"' not in page.html
