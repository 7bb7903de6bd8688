"""`/campaigns/{id}/knock-up` over HTTP."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.calling import CampaignList
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.samples import REGISTER, register_summary
from tests.services.gotv.electors import make_campaign

Api = Callable[[Person], Caller]


@pytest.fixture
def campaign(ctx: Context, api: Api, carys: Person) -> uuid.UUID:
    """A campaign about the sample register."""
    list_id = api(carys).post("/lists", json={"name": "Register"}).json["id"]
    file = {"file": (io.BytesIO(REGISTER.read_bytes()), "register.csv")}
    sent = api(carys).post(f"/lists/{list_id}/imports", data=file, content_type="multipart/form-data")
    run_import(ctx, uuid.UUID(sent.json["id"]), lambda: ctx.now)
    made = make_campaign(ctx)
    with ctx.unit() as unit:
        mine = {"organisation_id": unit.organisation_id, "campaign_id": made}
        unit.session.add(CampaignList(**mine, list_id=uuid.UUID(list_id)))
    return made


def test_the_register_is_counted_listed_and_taken_away(api: Api, carys: Person, campaign: uuid.UUID) -> None:
    caller, path = api(carys), f"/campaigns/{campaign}/knock-up"
    told = caller.get(f"{path}/summary").json
    assert told["by_channel"] == register_summary()["knock_up"]
    assert [row["polling_district"] for row in told["by_polling_district"]] == ["AA", "AB", "AC"]
    assert told["people"] == sum(row["people"] for row in told["by_polling_district"])
    for channel, count in register_summary()["knock_up"].items():
        page = caller.get(f"{path}?channel={channel}&limit=500").json
        assert (len(page["data"]), page["next_cursor"]) == (count, None)
        assert {person["support"] for person in page["data"]} == {1, 2}
        sheet = caller.get(f"{path}?channel={channel}&order=walk", headers={"Accept": "text/csv"})
        assert len(list(csv.DictReader(sheet.text.splitlines()))) == count


def test_it_is_walked_road_by_road_and_page_by_page(api: Api, carys: Person, campaign: uuid.UUID) -> None:
    caller, path = api(carys), f"/campaigns/{campaign}/knock-up?order=walk&polling_district=AA&limit=7"
    whole = caller.get(path.replace("limit=7", "limit=500")).json["data"]
    walked, cursor = [], ""
    while True:
        page = caller.get(path + cursor).json
        walked += page["data"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert walked == whole
    roads = [person["address"].split(" ", 1)[1] for person in walked]
    assert sorted(roads) == roads, "road by road"
    first = [int(person["address"].split()[0]) for person in walked if person["address"].endswith(roads[0])]
    assert first == sorted(first, key=lambda number: (number % 2 == 0, number)), "odd, then even"


def test_whoever_votes_is_gone_with_the_next_reading(api: Api, carys: Person, campaign: uuid.UUID) -> None:
    caller, path = api(carys), f"/campaigns/{campaign}/knock-up?limit=1"
    first = caller.get(path).json["data"][0]
    assert set(first) >= {"contact_id", "first_name", "last_name", "phone", "address", "postcode", "attempts"}
    caller.post("/turnout", json={"marks": [{"elector_number": first["elector_number"]}]})
    assert caller.get(path).json["data"][0]["contact_id"] != first["contact_id"]


@pytest.mark.parametrize("query", ["channel=post", "order=best", "limit=0", "cursor=x"])
def test_what_there_isnt_is_named(api: Api, carys: Person, campaign: uuid.UUID, query: str) -> None:
    answer = api(carys).get(f"/campaigns/{campaign}/knock-up?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == f"/{query.partition('=')[0]}"


def test_volunteers_and_strangers_see_nothing(
    api: Api, units: UnitFactory, ctx: Context, campaign: uuid.UUID
) -> None:
    volunteer = make_person(units, ctx.organisation_id, Role.VOLUNTEER, "Vic", campaign_ids=(campaign,))
    organiser = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    for path in (f"/campaigns/{campaign}/knock-up", f"/campaigns/{campaign}/knock-up/summary"):
        assert api(volunteer).get(path).status_code == 403
        assert api(organiser).get(path).status_code == 404


def test_sheets_are_printed_and_audited(api: Api, carys: Person, ctx: Context, campaign: uuid.UUID) -> None:
    path = f"/campaigns/{campaign}/knock-up?order=walk&polling_district=AA"
    page = api(carys).get(path, headers={"Accept": "text/html"})
    assert page.mimetype == "text/html"
    assert page.text.count('class="tick"') == 5 * len(api(carys).get(f"{path}&limit=500").json["data"])
    with ctx.unit() as unit:
        of_it = select(AuditEntry.changes).where(AuditEntry.action == "knock_up.printed")
        (printed,) = unit.session.scalars(of_it).all()
    assert printed["polling_district"] == "AA"
