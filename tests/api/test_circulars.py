"""A word to many of us, through the API."""

from __future__ import annotations

from collections.abc import Callable

from dialer.domain.access import Role
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.organising.circular_writing import write_some
from dialer.store.models import new_id
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, make_person

Api = Callable[[Person], Caller]


def test_a_team_is_written_to_once(api: Api, carys: Person, ctx: Context) -> None:
    add_sender(ctx, NewSender("+447700900188"))
    caller = api(carys)
    team = caller.post("/teams", json={"name": "Gwent", "kind": "region"}).json["id"]
    for name, phone in (("Tom", "07700 900321"), ("Una", "07700 900322")):
        caller.post(
            "/volunteers", json={"name": name, "phone": phone, "campaign_ids": [], "team_ids": [team]}
        )
    said = {"audience": "team", "audience_id": team, "body": "The hall opens at five today."}
    seen = caller.post("/circulars/preview", json=said).json
    assert (seen["name"], seen["recipients"], seen["channels"]) == ("Gwent", 2, {"sms": 2})
    assert seen["cost"]["currency"] == "GBP"
    wrong = caller.post("/circulars", json={**said, "expected_recipients": 3})
    assert (wrong.status_code, wrong.json["recipients"]) == (409, 2)
    made = caller.post("/circulars", json={**said, "expected_recipients": 2})
    assert made.status_code == 201
    write_some(ctx.as_actor(system_actor(ctx.organisation_id)))
    shown = caller.get(f"/circulars/{made.json['id']}").json
    assert (shown["total"], shown["counts"], shown["not_reached"]) == (2, {"queued": 2}, [])
    for _ in range(2):
        off = caller.post(f"/circulars/{made.json['id']}/cancel").json
        assert (off["counts"], off["called_off_at"] is not None) == ({"cancelled": 2}, True)
    assert [one["id"] for one in caller.get("/circulars").json["data"]] == [made.json["id"]]


def test_nobody_and_what_isnt_there(api: Api, carys: Person, units: UnitFactory, ctx: Context) -> None:
    said = {"audience": "team", "audience_id": str(new_id()), "body": "Hello."}
    for path, more in (("/circulars/preview", {}), ("/circulars", {"expected_recipients": 1})):
        refused = api(carys).post(path, json={**said, **more})
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/audience_id")
    assert api(carys).get(f"/circulars/{new_id()}").status_code == 404
    assert api(carys).post(f"/circulars/{new_id()}/cancel").status_code == 404
    team = api(carys).post("/teams", json={"name": "Gwent", "kind": "region"}).json["id"]
    nobody = api(carys).post("/circulars", json={**said, "audience_id": team, "expected_recipients": 1})
    assert nobody.status_code == 409
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    assert api(olwen).post("/circulars/preview", json=said).status_code == 403
