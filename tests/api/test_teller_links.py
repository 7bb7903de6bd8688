"""`/teller-links`, and marks that name themselves, over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dialer.services.accounts.teller_links import join_as_teller
from dialer.services.context import Context
from tests.conftest import Caller
from tests.people import Person
from tests.services.gotv.electors import election_id, make_electors

Api = Callable[[Person], Caller]


def test_a_link_is_made_shown_and_taken_back(api: Api, carys: Person, ctx: Context) -> None:
    made = api(carys).post("/teller-links", json={"polling_districts": ["KA1", "KA2"]})
    assert made.status_code == 201, made.text
    link = made.json or {}
    assert made.headers["Location"] == f"/api/v1/teller-links/{link['code']}"
    assert (link["polling_districts"], link["joins"]) == (["KA1", "KA2"], 0)
    assert link["election_id"] == str(election_id(ctx))
    join_as_teller(ctx.units, ctx.phones, link["code"], name="Tegwen", phone="", now=ctx.now)
    (listed,) = (api(carys).get("/teller-links").json or {})["data"]
    assert listed == {**link, "joins": 1}
    (tegwen,) = (api(carys).get("/tellers").json or {})["data"]
    assert (tegwen["name"], tegwen["marks"], tegwen["last_mark_at"]) == ("Tegwen", 0, None)
    assert api(carys).delete(f"/tokens/{tegwen['token_id']}").status_code == 204
    assert (api(carys).get("/tellers").json or {})["data"] == []
    assert api(carys).delete(f"/teller-links/{link['code']}").status_code == 204
    assert api(carys).get(f"/teller-links/{link['code']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"polling_districts": "KA1"},
        {"polling_districts": [""]},
        {"polling_districts": [1]},
        {"election_id": "01a20212-2dee-7556-b843-66a8996c40c0"},
        {"campaign_id": "01a20212-2dee-7556-b843-66a8996c40c0"},
    ],
)
def test_what_is_no_link_is_refused(api: Api, carys: Person, body: dict[str, object]) -> None:
    assert api(carys).post("/teller-links", json=body).status_code == 422


def test_only_coordinators_make_one(api: Api, vic: Person) -> None:
    assert api(vic).post("/teller-links", json={}).status_code == 403
    assert api(vic).get("/tellers").status_code == 403


def test_a_mark_that_is_sent_again_is_answered_as_the_first_time(
    api: Api, carys: Person, ctx: Context
) -> None:
    make_electors(ctx, "AA-1")
    named = {"elector_number": "AA-1", "client_id": str(uuid.uuid4())}
    for _ in range(2):
        answer = api(carys).post("/turnout", json={"marks": [named]}).json or {}
        assert (answer["accepted"], answer["duplicates"]) == (1, 0)
        told = {"client_id": named["client_id"], "outcome": "accepted", "voted_at": "2026-05-07T12:00:00Z"}
        assert answer["marks"] == [told]
    refused = api(carys).post("/turnout", json={"marks": [{**named, "client_id": "1"}]})
    assert refused.status_code == 422
