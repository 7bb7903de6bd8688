"""A volunteer goes on in another campaign: on the same line, at once or after the call, with all counts."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import update

from dialer.services.calling.moving import follow, follow_all, part_from_line
from dialer.services.calling.sessions import counts_so_far
from dialer.services.context import Context
from dialer.store.models.accounts import AccountCampaign
from tests.conftest import Caller
from tests.dialled import OURS, Room
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures
from tests.web.webhooks.test_dialled_page import reader  # noqa: F401 -- fixture
from tests.web.webhooks.test_line import (  # noqa: F401 -- fixtures
    Desk,
    caller,
    campaign_id,
    desk,
    gwen,
    street,
)


@pytest.fixture
def other(exchange: Exchange, ctx: Context) -> Exchange:  # noqa: F811
    """A second campaign, in which both volunteers may call too."""
    voters = [Voter(f"Else {index}", [landline(300 + index)]) for index in range(2)]
    made = running_campaign(ctx, voters, caller_ids=[OURS], dialing_mode="predictive")
    for person in exchange.people:
        join_campaign(ctx.units, person, made.id)
    room = Room(ctx.units, ctx.organisation_id, made.id, exchange.room.system)
    return Exchange(room, exchange.clock, [Voter("", [])] * 2 + voters, exchange.people, exchange.app)


def to(campaign: Exchange) -> dict[str, str]:
    return {"campaign_id": str(campaign.room.campaign_id)}


def test_who_waits_goes_at_once_and_is_put_through_there(
    exchange: Exchange,  # noqa: F811
    other: Exchange,
    api: Callable[[Person], Caller],
) -> None:
    vic, shift_id = api(exchange.people[0]), exchange.sit_down(0)
    moved = vic.post(f"/sessions/{shift_id}/move", json=to(other)).json
    assert (moved["state"], moved["campaign_id"]) == ("ready", str(other.room.campaign_id))
    before = vic.get(f"/sessions/{shift_id}").json
    assert (before["state"], before["end_reason"], before["moved_to"]) == ("ended", "moved", moved["id"])
    assert vic.post(f"/sessions/{shift_id}/move", json=to(other)).status_code == 409
    assert "Just a moment" in exchange.answers(exchange.dial(), 0), "not here any more"


def test_in_a_call_they_go_after_it_unless_they_stay(
    exchange: Exchange,  # noqa: F811
    other: Exchange,
    api: Callable[[Person], Caller],
) -> None:
    vic, shift_id, call_id = api(exchange.people[0]), exchange.sit_down(0), exchange.dial()
    exchange.answers(call_id)
    path = f"/sessions/{shift_id}/move"
    for _ in range(2):
        waits = vic.post(path, json=to(other)).json
        assert (waits["id"], waits["state"]) == (str(shift_id), "in_call")
        assert waits["moving_to"] == str(other.room.campaign_id)
        assert vic.delete(path).json["moving_to"] is None
    vic.post(path, json=to(other))
    given = vic.post(f"/sessions/{shift_id}/next").json
    exchange.ends(call_id, CallDuration="61")
    follow(exchange.room.system(), shift_id)
    assert vic.get(f"/sessions/{shift_id}").json["state"] == "wrap_up", "the result comes first"
    vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    assert vic.post(f"/sessions/{shift_id}/next").status_code == 204
    assert "Just a moment" in exchange.answers(exchange.dial(1), 1), "nobody new in between"
    for _ in range(2):
        follow_all(exchange.room.system())
    before = vic.get(f"/sessions/{shift_id}").json
    assert (before["state"], before["calls"], before["talks"]) == ("ended", 1, 1)
    after = vic.get(f"/sessions/{before['moved_to']}").json
    assert (after["state"], after["calls"]) == ("ready", 0)
    far = counts_so_far(exchange.room.system(), uuid.UUID(after["id"]))
    assert (far.calls, far.talks) == (1, 1), "the volunteer reads what they did before they moved, too"
    assert vic.delete(path).status_code == 409


def test_who_stays_in_the_end_is_ready_here(
    exchange: Exchange,  # noqa: F811
    other: Exchange,
    reader: Reader,  # noqa: F811
    api: Callable[[Person], Caller],
    carys: Person,
) -> None:
    vic, shift_id, call_id = api(exchange.people[0]), exchange.room.made[0], exchange.dial()
    exchange.answers(call_id)
    vic.post(f"/sessions/{shift_id}/move", json=to(other))
    given = vic.post(f"/sessions/{shift_id}/next").json
    vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    exchange.ends(call_id, CallDuration="61")
    assert api(carys).post(f"/campaigns/{other.room.campaign_id}/pause").status_code == 200
    follow(exchange.room.system(), shift_id)
    stays = vic.get(f"/sessions/{shift_id}").json
    assert (stays["state"], stays["moving_to"]) == ("ready", None)
    assert stays["stayed_from"] == str(other.room.campaign_id)
    assert "nobody can go on in Evening calls just now" in reader.open("/call").words["stayed"]
    exchange.answers(exchange.dial(1), 1)
    assert "stayed" not in reader.open("/call").words, "it was told by then"


def test_whoever_asked_for_help_in_both_goes_along_with_the_newer_request(
    exchange: Exchange,  # noqa: F811
    other: Exchange,
    api: Callable[[Person], Caller],
) -> None:
    vic, there = api(exchange.people[0]), other.sit_down(0)
    assert vic.post(f"/sessions/{there}/help", json={"reason": "technical"}).status_code in {200, 201}
    here = exchange.sit_down(0)
    vic.post(f"/sessions/{here}/help", json={"reason": "frightened"})
    moved = vic.post(f"/sessions/{here}/move", json=to(other))
    assert moved.status_code == 200, moved.text
    assert vic.get(f"/sessions/{moved.json['id']}").json["help"]["reason"] == "frightened"


def test_whoever_may_not_call_there_any_more_stays_and_holds_up_nobody(
    exchange: Exchange,  # noqa: F811
    other: Exchange,
    ctx: Context,
    api: Callable[[Person], Caller],
) -> None:
    shifts, calls = [exchange.sit_down(0), exchange.sit_down(1)], [exchange.dial(0), exchange.dial(1)]
    for index, call_id in enumerate(calls):
        exchange.answers(call_id, index)
        vic = api(exchange.people[index])
        assert vic.post(f"/sessions/{shifts[index]}/move", json=to(other)).json["moving_to"]
        given = vic.post(f"/sessions/{shifts[index]}/next").json
        vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    with ctx.unit() as unit:
        theirs = (AccountCampaign.account_id == exchange.people[0].id,)
        unit.session.execute(
            update(AccountCampaign)
            .where(*theirs, AccountCampaign.campaign_id == other.room.campaign_id)
            .values(approved=False)
        )
    for index, call_id in enumerate(calls):
        exchange.ends(call_id, index, CallDuration="61")
    follow_all(exchange.room.system())
    assert [exchange.room.shift(each).state for each in shifts] == ["ready", "ended"]
    assert exchange.room.shift(shifts[0]).moving_to is None


def test_a_coordinator_moves_many_and_a_volunteer_only_where_they_call(
    exchange: Exchange,  # noqa: F811
    other: Exchange,
    ctx: Context,
    api: Callable[[Person], Caller],
    carys: Person,
) -> None:
    shifts = [exchange.sit_down(0), exchange.sit_down(1)]
    elsewhere = running_campaign(ctx, [Voter("Nobody", [landline(400)])])
    mine = f"/sessions/{shifts[0]}/move"
    assert api(exchange.people[0]).post(mine, json={"campaign_id": str(elsewhere.id)}).status_code == 404
    path = f"/campaigns/{exchange.room.campaign_id}/sessions/move"
    assert api(exchange.people[0]).post(path, json={"to": str(elsewhere.id), "all": True}).status_code == 403
    assert api(carys).post(path, json={"to": str(elsewhere.id)}).status_code == 422
    refused = api(carys).post(path, json={"to": str(elsewhere.id), "all": True}).json
    assert (refused["moved"], len(refused["refused"])) == (0, 2), "they don't call for it"
    exchange.answers(exchange.dial())
    ids = [*map(str, shifts), str(uuid.uuid4())]
    found = api(carys).post(path, json={"to": str(other.room.campaign_id), "session_ids": ids}).json
    assert (found["moved"], found["after_call"]) == (1, 1)
    assert [one["session_id"] for one in found["refused"]] == ids[2:]


@pytest.mark.slow
def test_the_line_stays_open_and_nothing_rings(
    desk: Desk,  # noqa: F811
    ctx: Context,
    vic: Person,
) -> None:
    desk.join()
    session = desk.session()
    voters = [Voter("Else", [landline(300)])]
    there = running_campaign(ctx, voters, caller_ids=[OURS], dialing_mode="progressive")
    by_hand = running_campaign(ctx, [Voter("Hand", [landline(301)])])
    for made in (there, by_hand):
        join_campaign(ctx.units, vic, made.id)
    heard = len(desk.events())
    path = f"/sessions/{desk.session_id}/move"
    moved = desk.vic.post(path, json={"campaign_id": str(there.id)}).json
    assert moved["line"] | {"numbers": []} == session["line"] | {"numbers": []}, "the same leg, the same PIN"
    assert desk.events()[heard:] == ["volunteer_left", "volunteer_ready"]
    desk.advance(5)
    desk.look()
    assert len(desk.calls()) == len(desk.up()) == 1
    gone = desk.vic.post(f"/sessions/{moved['id']}/move", json={"campaign_id": str(by_hand.id)}).json
    assert (gone["state"], gone["line"]) == ("ready", None)
    part_from_line(desk.system(), desk.carrier, desk.calls()[0].id)
    desk.advance(10)
    assert desk.up() == [], "nobody waits on a line in a campaign that is called by hand"
    (leg,) = desk.town.calls()
    assert "nobody waits on the line" in leg["sounds"][-1]["what"]
    assert desk.calls()[0].state == "completed"
    back = desk.vic.post(f"/sessions/{gone['id']}/move", json={"campaign_id": str(there.id)}).json
    assert (back["line"]["state"], len(desk.calls())) == ("none", 1), "asked in, not rung"
