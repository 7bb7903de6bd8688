"""Parties that people name mean what the election's scale says, before and after it is changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from tests.api.calling.conftest import bank  # noqa: F401 - a fixture
from tests.conftest import Caller, SetClock
from tests.people import Person
from tests.services.gotv.electors import election_id, make_campaign, make_electors
from tests.texting import system

Api = Callable[[Person], Caller]
ASK = {
    "name": "Whom",
    "start": "ask",
    "nodes": [
        {
            "id": "ask",
            "kind": "question",
            "text": "Who do you think you’ll vote for?",
            "answers": [
                {"id": "us", "label": "Us", "next": "how", "party": "Labour"},
                {"id": "green", "label": "Greens", "next": "how", "party": "Green Party"},
            ],
        },
        {
            "id": "how",
            "kind": "question",
            "text": "And how sure?",
            "next": "bye",
            "answers": [{"id": "very", "label": "Very", "next": "bye", "support": 2}],
        },
        {"id": "bye", "kind": "end", "text": "Thank you."},
    ],
}
FIRST = {"parties": [{"name": "Labour", "support": 1}, {"name": "Green Party", "support": 3}]}


@pytest.fixture
def desk(api: Api, carys: Person) -> Caller:
    return api(carys)


def standing(desk: Caller, contact: object) -> Any:
    return desk.get(f"/contacts/{contact}/pledge").json


def test_what_a_party_means_changes_for_all_who_named_it(desk: Caller, ctx: Context, clock: SetClock) -> None:
    ann, bob, cat = make_electors(ctx, "AA-1", "AA-2", "AA-3")
    campaign = str(make_campaign(ctx, ann, bob, cat))
    path = f"/elections/{election_id(ctx)}/party-scale"
    assert desk.put(path, json=FIRST).json["left"] == 0
    for voter, said in ((ann, "Labour"), (bob, "green  party"), (cat, "Plaid Cymru")):
        put = desk.put(f"/contacts/{voter}/pledge", json={"campaign_id": campaign, "party": said})
        assert put.status_code == 200, put.json
    assert [standing(desk, one)["support"] for one in (ann, bob, cat)] == [1, 3, None]
    assert standing(desk, cat)["evidence"][0]["party"] == "Plaid Cymru"

    other = {
        "parties": [
            *FIRST["parties"][:1],
            {"name": "Green Party", "support": 4},
            {"name": "Plaid Cymru", "support": 2},
        ]
    }
    seen = desk.post(f"{path}/preview", json=other).json
    assert seen["left"] == 2
    assert {one["name"]: one["changing"] for one in seen["named"]} == {
        "Labour": 0,
        "Plaid Cymru": 1,
        "green  party": 1,
    }
    assert desk.get(path).json["left"] == 0, "only looked at"
    assert desk.put(path, json=other).json["left"] == 0
    assert [standing(desk, one)["support"] for one in (ann, bob, cat)] == [1, 4, 2]
    assert check_counters(system(ctx)) == []
    # What was said outright later stands, whatever parties mean.
    clock.forward(minutes=1)
    desk.put(f"/contacts/{bob}/pledge", json={"campaign_id": campaign, "support": 5})
    assert desk.put(path, json=FIRST).status_code == 200
    assert standing(desk, bob)["support"] == 5


def test_a_script_asks_for_the_party(bank: Any, desk: Caller, vic: Person, ctx: Context) -> None:  # noqa: F811
    made = desk.post("/scripts", json=ASK).json
    assert made["nodes"][0]["answers"][0]["party"] == "Labour"
    phone_bank = bank(2, script_id=uuid.UUID(made["id"]))
    path = f"/elections/{phone_bank.campaign.election_id}/party-scale"
    desk.put(path, json=FIRST)
    seat = phone_bank.seat(vic)
    first, answers = seat.take(), {"ask": "green"}
    seat.report(first, "contacted", answers=answers)
    assert standing(desk, first["contact"]["id"])["support"] == 3
    seat.correct(first, "contacted", answers={"ask": "us"})
    assert standing(desk, first["contact"]["id"])["support"] == 1
    second = seat.take()
    seat.report(second, "contacted", answers={"ask": "us", "how": "very"})
    (piece,) = standing(desk, second["contact"]["id"])["evidence"]
    assert (piece["support"], piece["party"]) == (2, None), "said outright"
    desk.put(path, json={"parties": [{"name": "Labour", "support": None}]})
    assert standing(desk, first["contact"]["id"])["support"] is None
    assert standing(desk, second["contact"]["id"])["support"] == 2


@pytest.mark.parametrize(
    ("parties", "pointer"),
    [
        ([{"name": " "}], "/parties/0/name"),
        ([{"name": "A"}, {"name": "a"}], "/parties/1/name"),
        ([{"name": "A", "support": 6}], "/parties/0/support"),
    ],
)
def test_what_is_no_scale_is_refused(desk: Caller, ctx: Context, parties: object, pointer: str) -> None:
    path = f"/elections/{election_id(ctx)}/party-scale"
    for answer in (
        desk.put(path, json={"parties": parties}),
        desk.post(f"{path}/preview", json={"parties": parties}),
    ):
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == pointer
    assert desk.get(f"/elections/{uuid.uuid4()}/party-scale").status_code == 404


def test_who_may_change_it(api: Api, vic: Person, ctx: Context) -> None:
    assert api(vic).put(f"/elections/{election_id(ctx)}/party-scale", json=FIRST).status_code == 403
