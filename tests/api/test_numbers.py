"""Our numbers through the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dialer.domain.own_numbers import Aim
from dialer.services.context import Context
from dialer.store.models.own_numbers import NumberTask, OwnNumber
from tests.conftest import Caller
from tests.people import Person
from tests.texting import campaign

Api = Callable[[Person], Caller]
OURS, SHOWN, NEW = "+441632960001", "+441632960002", "+441632960700"


@pytest.fixture
def kept(ctx: Context) -> None:
    """One that another system hears of."""
    with ctx.unit() as unit:
        unit.session.add(
            OwnNumber(
                organisation_id=unit.organisation_id,
                number=OURS,
                sid="PN" + "1" * 32,
                name="Office",
                voice=True,
                calls_to="https://hooks.example.net/secret",
                seen_at=ctx.now,
            )
        )


def test_numbers_are_shown_with_where_they_lead(api: Api, carys: Person, ctx: Context, kept: None) -> None:
    made = campaign(ctx, caller_ids=[SHOWN, OURS])
    found = api(carys).get("/numbers").json
    [one] = found["data"]
    assert one["calls"] == {"aim": Aim.OTHER, "to": "hooks.example.net"}
    assert one["uses"] == [{"way": "caller_id", "id": str(made.id), "name": "Texts"}]
    assert one["told_too"] == []
    assert (one["name"], one["is_right"], found["read_at"]) == ("Office", False, None)
    assert {each["number"]: each["ring_back"] for each in found["shown"]} == {
        OURS: "another_address",
        SHOWN: "not_looked",
    }
    shown = api(carys).get(f"/campaigns/{made.id}/caller-ids").json["items"]
    assert [each["ring_back"] for each in shown] == ["not_looked", "another_address"]


def test_numbers_are_walked_by_a_cursor(api: Api, carys: Person, ctx: Context, kept: None) -> None:
    with ctx.unit() as unit:
        for nth in range(2, 5):
            number, sid = f"+44163296000{nth}", f"PN{nth:032}"
            unit.session.add(OwnNumber(organisation_id=unit.organisation_id, number=number, sid=sid))
        gone = OwnNumber(
            organisation_id=unit.organisation_id, number="+441632960009", sid="PN", gone_at=ctx.now
        )
        unit.session.add(gone)
    caller, seen, cursor = api(carys), [], ""
    while cursor is not None:
        page = caller.get(f"/numbers?limit=2{cursor and '&cursor=' + cursor}").json
        seen += [one["number"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert seen == [f"+44163296000{nth}" for nth in range(1, 5)]
    for wrong in ("limit=0", "cursor=nonsense", "cursor=WyJhIl0", "cursor=WyIrMSIsIisyIl0"):
        assert caller.get(f"/numbers?{wrong}").status_code == 422


def test_what_is_under_way_is_told_with_its_number(api: Api, carys: Person, kept: None) -> None:
    caller = api(carys)
    caller.post("/numbers/release", json={"number": OURS, "confirm": OURS[-4:]})
    caller.post("/numbers/read")
    found = caller.get("/numbers").json
    assert [one["under_way"] for one in found["data"]] == [["release"]]
    assert (found["is_moving"], found["is_reading"], found["changed_at"]) == (True, True, None)


def test_another_systems_is_taken_over_when_that_is_said(api: Api, carys: Person, kept: None) -> None:
    caller = api(carys)
    refused = caller.post("/numbers/put-right", json={"number": OURS})
    assert (refused.status_code, refused.json["others"]) == (409, ["hooks.example.net"])
    taken = caller.post("/numbers/put-right", json={"number": OURS, "take_over": True})
    assert (taken.status_code, taken.json["state"], taken.json["kind"]) == (202, "queued", "put_right")
    where = taken.headers["Location"].removeprefix("/api/v1")
    assert caller.get(where).json == taken.json
    assert caller.post("/numbers/put-right", json={"number": SHOWN}).status_code == 422


def test_somebody_answers_for_a_number_that_is_answered_elsewhere(
    api: Api, carys: Person, ctx: Context
) -> None:
    campaign(ctx, caller_ids=[SHOWN])
    caller = api(carys)
    said = caller.post("/numbers/answered-elsewhere", json={"number": SHOWN, "answered": True}).json
    assert [(one["ring_back"], one["said_by"]) for one in said["shown"]] == [("answered_elsewhere", "Carys")]
    assert (
        caller.post("/numbers/answered-elsewhere", json={"number": OURS, "answered": True}).status_code == 422
    )


def test_starting_a_campaign_tells_of_numbers_that_nobody_answers(
    api: Api, carys: Person, ctx: Context, kept: None
) -> None:
    caller = api(carys)
    made = caller.post("/campaigns", json={"name": "Ring", "kind": "phone_bank", "caller_ids": [OURS]}).json
    started = caller.post(f"/campaigns/{made['id']}/activate").json
    assert started["state"] == "active", "it warns, and refuses nothing"
    assert [one["code"] for one in started["warnings"]] == ["caller_id_unanswered"]


def test_a_number_is_looked_for_bought_and_given_back(
    api: Api, carys: Person, ctx: Context, kept: None
) -> None:
    caller = api(carys)
    asked = caller.post("/numbers/search", json={"country": "gb", "kind": "local", "sms": True})
    assert (asked.status_code, asked.json["state"], asked.json["found"]) == (202, "queued", None)
    offer = {"number": NEW, "place": "", "sms": True, "mms": False, "voice": True, "address": "none"}
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, uuid.UUID(asked.json["id"])))
        row.state, row.found = "done", {"offers": [offer], "price": "1.15", "currency": "USD"}
    found = caller.get(f"/numbers/tasks/{asked.json['id']}").json["found"]
    assert found == {"offers": [offer], "price": "1.15", "currency": "USD"}
    order = {"search_id": asked.json["id"], "number": NEW, "confirm": NEW[-4:]}
    bought = caller.post("/numbers/buy", json=order)
    assert (bought.status_code, bought.json["kind"]) == (202, "buy")
    assert caller.post("/numbers/buy", json=order).json == bought.json
    assert caller.post("/numbers/buy", json={**order, "confirm": "1"}).status_code == 422
    assert caller.post("/numbers/buy", json={**order, "search_id": "none"}).status_code == 422
    campaign(ctx, caller_ids=[OURS])
    used = caller.post("/numbers/release", json={"number": OURS, "confirm": OURS[-4:]})
    assert (used.status_code, used.json["used_by"]) == (409, ["Texts"])


def test_volunteers_see_and_do_nothing(api: Api, vic: Person) -> None:
    caller = api(vic)
    assert caller.get("/numbers").status_code == 403
    for path, body in (
        ("read", None),
        ("search", {"country": "GB", "kind": "local"}),
        ("buy", {"number": OURS, "confirm": "0001", "search_id": str(uuid.UUID(int=1))}),
        ("release", {"number": OURS, "confirm": "0001"}),
        ("put-right", {"number": OURS}),
        ("answered-elsewhere", {"number": OURS, "answered": True}),
    ):
        assert caller.post(f"/numbers/{path}", json=body).status_code == 403
