"""A text to a saved audience: counted live, kept as it was at the launch, held out by chance."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.audience import Audience
from dialer.domain.filters.reading import read_filter
from dialer.domain.filters.texting import narrowed, without_shares
from dialer.services.calling.campaigns import get_campaign
from dialer.services.context import Context
from dialer.services.gotv.record import record_turnout
from dialer.web.api.fields import parse_id
from tests.api.test_blasts import Desk
from tests.conftest import Caller
from tests.people import Person
from tests.phone_bank import mobile
from tests.texting import Blasting, add_people, campaign, listed, people

MEMBERS = {"tags": ["member"]}


@pytest.fixture
def desk(ctx: Context, api: Callable[[Person], Caller], carys: Person) -> Desk:
    """Twenty members, ten of them on the list, with two others."""
    members = people(ctx, 20, tags=["member"])
    list_id = listed(ctx, [*members[:10], *people(ctx, 2, first=100)])
    return Desk(api(carys), str(campaign(ctx).id), str(list_id))


def saved(desk: Desk, rule: dict[str, Any]) -> str:
    answer = desk.caller.post("/audiences", json={"name": "Members", "filter": rule})
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def parse(blast: dict[str, Any]) -> uuid.UUID:
    found = parse_id(blast["id"])
    assert found is not None
    return found


def recipients(desk: Desk, blast: dict[str, Any]) -> int:
    return int(desk.do(blast, "estimate").json["recipients"])


def test_those_whom_it_picks_get_it_among_the_lists_or_without_any(desk: Desk) -> None:
    audience_id = saved(desk, MEMBERS)
    assert recipients(desk, desk.draft()) == 12
    among = desk.draft(audience_id=audience_id)
    assert (among["audience_id"], recipients(desk, among)) == (audience_id, 10)
    everybody = desk.draft(audience_id=audience_id, list_ids=[])
    assert recipients(desk, everybody) == 20
    desk.caller.patch(f"/audiences/{audience_id}", json={"filter": {"not": MEMBERS}})
    assert recipients(desk, among) == 2
    path = f"/blasts/{among['id']}"
    assert desk.caller.patch(path, json={"audience_id": None}).json["audience_id"] is None
    assert recipients(desk, among) == 12
    refused = desk.post(audience_id=desk.list_id)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/audience_id")


def test_whoever_is_held_out_gets_nothing_is_counted_and_kept(desk: Desk, ctx: Context) -> None:
    kept_out = {"not": {"random": {"share": 0.4, "seed": "autumn"}}}
    audience_id = saved(desk, {"all": [MEMBERS, kept_out]})
    blast = desk.draft(audience_id=audience_id, list_ids=[])
    estimate = desk.do(blast, "estimate").json
    assert 0 < estimate["held_out"] < 20
    assert estimate["recipients"] + estimate["held_out"] == 20
    run = Blasting(ctx, lambda: ctx.now)
    assert desk.do(blast, "launch", expected_recipients=estimate["recipients"]).status_code == 202
    run.plan(parse(blast), size=7)
    found = {"queued": estimate["recipients"], "skipped": estimate["held_out"]}
    assert run.counts(parse(blast)) == found
    assert run.skipped(parse(blast)) == {"held_out": estimate["held_out"]}
    assert desk.caller.get(f"/blasts/{blast['id']}").json["total"] == 20
    run.send()
    texts = desk.caller.get(f"/messages?blast_id={blast['id']}&limit=100").json["data"]
    got = {one["contact_id"] for one in texts if one["state"] == "sent"}
    held_out = {one["contact_id"] for one in texts if one["skip_reason"] == "held_out"}
    assert (len(got), len(held_out)) == (estimate["recipients"], estimate["held_out"])
    assert not got & held_out
    with ctx.unit() as unit:
        election_id = get_campaign(ctx, uuid.UUID(desk.campaign_id)).election_id
        for contact_id in (*sorted(got)[:2], min(held_out)):
            whose = {"contact_id": uuid.UUID(contact_id), "election_id": election_id}
            record_turnout(unit, **whose, source="teller", at=ctx.now)
    assert desk.caller.get(f"/blasts/{blast['id']}/comparison").json == {
        "texted": {"people": len(got), "voted": 2, "pledged": 0, "contacted": 0, "replied": 0},
        "held_out": {"people": len(held_out), "voted": 1, "pledged": 0, "contacted": 0, "replied": 0},
    }


def test_nobody_takes_the_place_of_another_who_is_held_out(desk: Desk, ctx: Context) -> None:
    """On one phone of ten some are held out. All others have moved when it is their turn, one by one; then
    nobody is left. Of those without a phone the ones held out would have got nothing, and aren't kept.
    """
    kept_out = {"not": {"random": {"share": 0.5, "seed": "spring"}}}
    audience_id = saved(desk, {"all": [{"tags": ["house"]}, kept_out]})
    house, phoneless = [[uuid.UUID(int=first + nth) for nth in range(10)] for first in (1, 11)]
    add_people(ctx, [(id_, [mobile(200)]) for id_ in house], tags=["house"])
    add_people(ctx, [(id_, []) for id_ in phoneless], tags=["house"])
    blast = desk.draft(audience_id=audience_id, list_ids=[])
    desk.do(blast, "launch")
    run = Blasting(ctx, lambda: ctx.now)
    run.plan(parse(blast))
    kept = {row.contact_id: row.skip_reason for row in run.messages(parse(blast))}
    assert set(house) < set(kept)
    picked = [id_ for id_ in house if kept[id_] != "held_out"]
    assert 0 < len(picked) < 10
    without = [kept[id_] for id_ in phoneless if id_ in kept]
    assert 0 < len(without) < 10, "those who are held out are none of it"
    assert set(without) == {"no_phone"}
    with ctx.unit() as unit:
        moved = text("UPDATE contact SET status = 'moved' WHERE id = ANY (:ids)")
        unit.session.execute(moved, {"ids": picked})
    run.send()
    assert run.judge.ledger == []
    found = {"moved": len(picked), "held_out": 10 - len(picked), "no_phone": len(without)}
    assert run.skipped(parse(blast)) == found


def test_a_launched_text_keeps_the_rule_as_it_was(desk: Desk, ctx: Context) -> None:
    inner = saved(desk, MEMBERS)
    audience_id = saved(desk, {"audience": inner})
    blast = desk.draft(audience_id=audience_id)
    refused = desk.caller.delete(f"/audiences/{audience_id}")
    assert (refused.status_code, refused.json["blast_id"]) == (409, blast["id"])
    assert desk.do(blast, "launch", expected_recipients=10).status_code == 202
    desk.caller.patch(f"/audiences/{inner}", json={"filter": {"not": MEMBERS}})
    assert desk.caller.delete(f"/audiences/{audience_id}").status_code == 204
    run = Blasting(ctx, lambda: ctx.now)
    run.plan(parse(blast), size=5)
    assert run.counts(parse(blast)) == {"queued": 10}
    assert desk.caller.get(f"/blasts/{blast['id']}").json["audience_id"] == audience_id


def test_a_scheduled_text_keeps_the_rule_of_its_launch_until_it_is_changed(
    desk: Desk,
) -> None:
    audience_id = saved(desk, MEMBERS)
    blast = desk.draft(audience_id=audience_id, send_at="2026-05-08T12:00:00Z")
    assert desk.do(blast, "launch").json["state"] == "scheduled"
    desk.caller.patch(f"/audiences/{audience_id}", json={"filter": {"not": MEMBERS}})
    assert recipients(desk, blast) == 10
    later = {"name": "Polling day", "send_at": "2026-05-08T13:00:00Z", "list_ids": [desk.list_id]}
    assert desk.caller.patch(f"/blasts/{blast['id']}", json=later).status_code == 200
    assert recipients(desk, blast) == 10
    desk.caller.patch(f"/blasts/{blast['id']}", json={"audience_id": audience_id})
    assert recipients(desk, blast) == 2


def test_what_the_last_check_can_ask_holds_to_the_last_moment(desk: Desk, ctx: Context) -> None:
    audience_id = saved(
        desk, {"all": [MEMBERS, {"voted": False}, {"field": {"name": "ward", "filled": False}}]}
    )
    blast = desk.draft(audience_id=audience_id)
    desk.do(blast, "launch")
    run = Blasting(ctx, lambda: ctx.now)
    run.plan(parse(blast))
    first, second, third, *_ = [message.contact_id for message in run.messages(parse(blast))]
    with ctx.unit() as unit:
        update = "UPDATE contact SET {} WHERE id = :id"
        unit.session.execute(text(update.format("tags = '{}'")), {"id": first})
        unit.session.execute(text(update.format("ward = 'Bryn'")), {"id": second})
    desk.caller.post(f"/contacts/{third}/opt-outs", json={"channel": "sms"})
    run.send()
    assert run.skipped(parse(blast)) == {"audience": 1, "opted_out": 1}
    assert run.counts(parse(blast))["sent"] == 8


@pytest.mark.parametrize(
    ("given", "rule", "left"),
    [
        ({}, {"voted": False}, {"voted": False}),
        ({}, {"not": {"voted": True}}, {"voted": False}),
        ({"voted": True}, {"voted": False}, {"voted": True}),
        ({"support": [1, 3]}, {"all": [{"pledged": True}]}, {"support": [1]}),
        ({"support": [3]}, {"support": [1]}, {"support": [3]}),
        ({}, {"support": [1, None]}, {}),
        ({}, {"any": [{"voted": False}, {"support": [1]}]}, {}),
        (
            {},
            {"all": [{"all": [{"tags": ["a"]}, {"not": {"tags": ["b"]}}]}]},
            {"tags_any": ["a"], "tags_none": ["b"]},
        ),
        ({"tags_any": ["c"]}, {"tags": ["a"]}, {"tags_any": ["c"]}),
        ({}, {"voting_methods": ["postal"]}, {"voting_methods": ["postal"]}),
        ({}, {"status": ["active"]}, {}),
    ],
)
def test_what_a_filter_demands_in_any_case_narrows_the_audience(
    given: dict[str, Any], rule: dict[str, Any], left: dict[str, Any]
) -> None:
    assert narrowed(Audience.of(given), read_filter(rule)) == Audience.of(left)


def test_only_shares_that_are_demanded_hold_anybody_out() -> None:
    share = {"random": {"share": 0.5, "seed": "x"}}
    held = without_shares(read_filter({"all": [{"voted": False}, {"not": share}]}))
    assert held == read_filter({"all": [{"voted": False}]})
    assert without_shares(read_filter({"any": [{"voted": False}, share]})) is None
