"""`/campaigns/{id}/stats` and `/stats`: kept figures that equal what the facts and the lists say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.access import Role
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.gotv.figures_check import CounterFault, check_counters, mend_counters
from dialer.store.session import UnitFactory
from tests.api.calling.conftest import PhoneBank
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.phone_bank import Voter, landline
from tests.services.gotv.electors import make_electors

Bank = Callable[..., PhoneBank]
Api = Callable[[Person], Caller]
HOME = landline(1)


Faults = Callable[[], list[CounterFault]]


@pytest.fixture
def faults(units: UnitFactory, ctx: Context, context_of: Callable[[Person], Context]) -> Faults:
    """What the check finds wrong."""
    admin = make_person(units, ctx.organisation_id, Role.ADMIN, "Anwen")
    return lambda: list(check_counters(context_of(admin)))


def stats_of(caller: Caller, phone_bank: PhoneBank) -> dict[str, Any]:
    answer = caller.get(f"/campaigns/{phone_bank.campaign.id}/stats")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json or {}
    return found


def test_a_new_campaign_has_nothing_but_people(bank: Bank, api: Api, carys: Person) -> None:
    phone_bank = bank(3)
    nothing = {
        "contacts": 3,
        "attempts": 0,
        "contacted": 0,
        "dispositions": {},
        "support": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0},
        "pledges": 0,
        "messages": {},
        "sessions_now": 0,
        "sessions": {},
        "help_asked": 0,
        "transfers": {},
        "calls_per_hour": 0,
        "spent": {"amount": "0.0000", "currency": "GBP"},
    }
    assert stats_of(api(carys), phone_bank) == {"campaign_id": str(phone_bank.campaign.id), **nothing}
    assert api(carys).get("/stats").json == {"campaign_id": None, **nothing}


@pytest.mark.slow
def test_figures_equal_what_the_lists_show(
    bank: Bank, api: Api, carys: Person, vic: Person, *, clock: SetClock, faults: Faults
) -> None:
    phone_bank = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME]), Voter("Ann", [landline(2)])])
    seat = phone_bank.seat(vic)
    first = seat.take()
    house = [{"contact_id": first["household"][0]["id"], "disposition": "refused", "support": 4}]
    seat.report(first, "contacted", support=1, people=house)
    seat.report(seat.take(), "already_voted", support=2)
    clock.forward(minutes=1)
    seat.correct(first, "contacted", support=2, people=house)

    found = stats_of(api(carys), phone_bank)
    assert found["dispositions"] == {"contacted": 1, "refused": 1, "already_voted": 1}
    assert (found["attempts"], found["contacted"], found["calls_per_hour"]) == (2, 1, 2)
    assert (found["sessions_now"], found["pledges"]) == (1, 2)
    listed = (api(carys).get(f"/pledges?campaign_id={phone_bank.campaign.id}").json or {})["data"]
    support = Counter(str(row["support"]) for row in listed)
    assert found["support"] == {level: support[level] for level in "12345"}
    assert faults() == []
    whole = api(carys).get("/stats").json or {}
    assert whole == found | {"campaign_id": None}

    clock.forward(hours=2)
    assert stats_of(api(carys), phone_bank)["calls_per_hour"] == 0
    assert api(carys).post(f"/volunteers/{vic.id}/void", json={"reason": "made up"}).status_code == 200
    empty = stats_of(api(carys), phone_bank)
    assert (empty["attempts"], empty["dispositions"], empty["pledges"]) == (0, {}, 0)
    assert faults() == []


def test_attempts_for_nobody_there_count_once(
    bank: Bank, api: Api, carys: Person, vic: Person, faults: Faults
) -> None:
    phone_bank = bank([Voter("Siân", [HOME]), Voter("Gwyn", [HOME])])
    seat = phone_bank.seat(vic)
    seat.report(seat.take(), "no_answer")
    found = stats_of(api(carys), phone_bank)
    assert (found["attempts"], found["dispositions"]) == (1, {"no_answer": 1})
    assert faults() == []


def test_the_check_finds_a_figure_that_went_wrong_and_mends_it(
    bank: Bank, vic: Person, ctx: Context, faults: Faults
) -> None:
    phone_bank = bank(1)
    seat = phone_bank.seat(vic)
    seat.report(seat.take(), "contacted")
    with ctx.unit() as unit:
        unit.session.execute(text("UPDATE counter SET value = value + 2 WHERE name = 'attempts'"))
    campaign = phone_bank.campaign.id
    fault = CounterFault("campaign", campaign, "attempts", kept=3, counted=1)
    assert faults() == [fault]
    assert mend_counters(ctx.as_actor(system_actor(ctx.organisation_id))) == [fault]
    assert faults() == []


def test_a_person_on_two_lists_counts_once(bank: Bank, api: Api, carys: Person, ctx: Context) -> None:
    phone_bank = bank(2)
    lists = [api(carys).post("/lists", json={"name": name}).json["id"] for name in ("A", "B")]  # type: ignore[index]
    (voter,) = make_electors(ctx, "AA-1")
    for list_id in lists:
        current = (api(carys).get(f"/contacts/{voter}").json or {})["list_ids"]
        changed = api(carys).patch(f"/contacts/{voter}", json={"list_ids": [*current, list_id]})
        assert changed.status_code == 200, changed.json
    path = f"/campaigns/{phone_bank.campaign.id}"
    assert api(carys).patch(path, json={"list_ids": lists}).status_code == 200
    assert stats_of(api(carys), phone_bank)["contacts"] == 1


def test_who_may_see_figures(bank: Bank, api: Api, vic: Person, ctx: Context, units: UnitFactory) -> None:
    phone_bank = bank(1)
    path = f"/campaigns/{phone_bank.campaign.id}/stats"
    owain = make_person(units, ctx.organisation_id, Role.OBSERVER, "Owain")
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    assert api(owain).get("/stats").status_code == 200
    assert api(owain).get(path).status_code == 200
    assert api(olwen).get(path).status_code == 404
    assert (api(olwen).get("/stats").json or {})["contacts"] == 0
    assert api(vic).get("/stats").status_code == 403
    assert api(vic).get(path).status_code == 403
