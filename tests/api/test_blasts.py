"""Blasts through the API: written, refused, estimated, launched, steered, thrown away."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models import new_id
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.phone_bank import mobile
from tests.texting import add_people, campaign, listed, people

BODY = "Hello {first_name|friend}, polls are open. Reply STOP to opt out."


@dataclass(frozen=True)
class Desk:
    """Carys at the API, with a campaign and a list of four people."""

    caller: Caller
    campaign_id: str
    list_id: str

    def draft(self, **fields: Any) -> dict[str, Any]:
        answer = self.post(**fields)
        assert answer.status_code == 201, answer.json
        found: dict[str, Any] = answer.json
        return found

    def post(self, **fields: Any) -> Any:
        given = {
            "campaign_id": self.campaign_id,
            "name": "Polling day",
            "body": BODY,
            "list_ids": [self.list_id],
            **fields,
        }
        return self.caller.post("/blasts", json=given)

    def do(self, blast: dict[str, Any], deed: str, **body: Any) -> Any:
        return self.caller.post(f"/blasts/{blast['id']}/{deed}", json=body)


@pytest.fixture
def desk(ctx: Context, api: Callable[[Person], Caller], carys: Person) -> Desk:
    list_id = listed(ctx, people(ctx, 4))
    return Desk(api(carys), str(campaign(ctx).id), str(list_id))


def test_a_blast_is_written_and_read_back(desk: Desk) -> None:
    blast = desk.draft(audience={"support": [2, 1], "voted": False}, send_at="2026-05-08T09:00:00Z")
    assert blast["state"] == "draft"
    assert blast["audience"] == {"support": [1, 2], "voted": False}
    assert desk.caller.get(f"/blasts/{blast['id']}").json == blast
    assert desk.caller.get("/blasts").json["data"] == [blast]
    assert desk.caller.get(f"/blasts?campaign_id={desk.campaign_id}").json["data"] == [blast]


def test_it_says_other_words_in_other_languages(desk: Desk) -> None:
    blast = desk.draft(bodies={"cy": "Helo. STOP i beidio."})
    assert blast["bodies"] == {"cy": "Helo. STOP i beidio."}
    found = desk.do(blast, "estimate").json
    assert [(one["language"], one["recipients"]) for one in found["languages"]] == [(None, 4), ("cy", 0)]
    tried = desk.do(blast, "test-send", to=["07700 900150"], languages=["cy", None]).json["data"]
    assert [one["body"][:5] for one in tried] == ["Helo.", "Hello"]
    refused = desk.post(bodies={"xx": "Hi."})
    assert refused.status_code == 422
    at = f"/blasts/{blast['id']}"
    assert desk.caller.patch(at, json={"bodies": {}}).json["bodies"] == {}


def test_its_links_are_told_with_what_opening_one_says(desk: Desk) -> None:
    blast = desk.draft(body="Vote: {link:https://example.org/vote} Stop: STOP")
    found = desk.caller.get(f"/blasts/{blast['id']}/links").json
    [link] = found["links"]
    assert (found["people"], link["url"], link["support"]) == (0, "https://example.org/vote", None)
    at = f"/blasts/{blast['id']}/links/{link['id']}"
    assert desk.caller.patch(at, json={"support": 2}).json["support"] == 2
    assert desk.caller.patch(at, json={"support": 0}).status_code == 422
    assert desk.caller.patch(f"{at[:-1]}x", json={"support": 2}).status_code == 404


def test_its_deadline_is_kept_and_may_be_moved_while_it_runs(desk: Desk) -> None:
    blast = desk.draft(deadline_at="2026-05-07T22:00:00+01:00")
    assert blast["deadline_at"] == "2026-05-07T21:00:00Z"
    desk.do(blast, "launch")
    at = f"/blasts/{blast['id']}"
    later = desk.caller.patch(at, json={"deadline_at": "2026-05-07T21:30:00Z"})
    assert (later.status_code, later.json["deadline_at"]) == (200, "2026-05-07T21:30:00Z")
    assert desk.caller.patch(at, json={"name": "Other"}).status_code == 409
    over = desk.caller.patch(at, json={"deadline_at": "0001-01-01T00:00:00Z"})
    assert (over.status_code, over.json["errors"][0]["pointer"]) == (422, "/deadline_at")
    assert desk.caller.patch(at, json={"deadline_at": None}).json["deadline_at"] is None
    found = desk.caller.get(f"{at}/progress").json
    assert (found["expired"], found["total"]) == (0, 0)


def test_an_unknown_placeholder_is_refused_with_what_was_meant(desk: Desk) -> None:
    answer = desk.post(body="Hello {frist_name}")
    assert answer.status_code == 422
    assert answer.json["type"].endswith("/unknown-placeholder")
    assert "first_name" in answer.json["errors"][0]["detail"]


def test_a_name_as_sender_needs_a_way_to_opt_out_in_the_text(desk: Desk) -> None:
    answer = desk.post(senders=["OURPARTY"], body="Polls are open.")
    assert answer.status_code == 422
    assert answer.json["reason"] == "no_opt_out_route"
    assert desk.post(senders=["OURPARTY"], body="Polls are open. {opt_out_url}").status_code == 201


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"list_ids": [str(new_id())]}, "/list_ids/0"),
        ({"senders": ["no sender at all"]}, "/senders/0"),
        ({"audience": {"support": [6]}}, "/audience/support/0"),
        ({"body": "   "}, "/body"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_taken_is_named(desk: Desk, fields: dict[str, Any], pointer: str) -> None:
    answer = desk.post(**fields)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_the_estimate_says_who_gets_it_who_does_not_and_what_it_costs(desk: Desk, ctx: Context) -> None:
    shared, landline, nobody = new_id(), new_id(), new_id()
    add_people(
        ctx,
        [(shared, [mobile(0)]), (landline, ["+441632960001"]), (nobody, [])],
        first_name="Siân’s",
    )
    with ctx.unit() as unit:
        from dialer.store.models.people import ContactPhone

        phone = unit.session.get_one(ContactPhone, (unit.organisation_id, landline, "+441632960001"))
        phone.line_type = "landline"
    gone, alone = people(ctx, 2, first=10, first_name="Siân’s")
    add_opt_out(ctx, gone, "sms")
    other = listed(ctx, [shared, landline, nobody, gone, alone])
    blast = desk.draft(list_ids=[desk.list_id, str(other)])
    found = desk.do(blast, "estimate").json
    assert found["recipients"] == 5
    assert {reason: n for reason, n in found["excluded"].items() if n} == {
        "duplicate_number": 1,
        "opted_out": 1,
        "not_mobile": 1,
        "no_phone": 1,
    }
    assert found["messages"] == {"gsm7": 4, "ucs2": 1}
    assert found["segments"] == 5
    assert found["cost"] == {"amount": "0.2000", "currency": "GBP"}
    assert found["samples"][0].startswith("Hello Gwen, polls")


def test_curly_quotes_are_warned_about_with_what_they_cost(desk: Desk) -> None:
    blast = desk.draft(body="Don’t forget: polls are open until ten tonight, at your usual polling station!")
    found = desk.do(blast, "estimate").json
    [warning] = [one for one in found["warnings"] if one["code"] == "ucs2_forced"]
    assert (warning["code"], warning["count"]) == ("ucs2_forced", 4)
    assert found["segments"] == 8


def test_launch_checks_the_number_that_was_seen_and_twice_is_the_same_run(desk: Desk, ctx: Context) -> None:
    blast = desk.draft()
    answer = desk.do(blast, "launch", expected_recipients=5)
    assert (answer.status_code, answer.json["recipients"]) == (409, 4)
    assert answer.json["type"].endswith("/audience-changed")
    first = desk.do(blast, "launch", expected_recipients=4)
    assert (first.status_code, first.json["state"]) == (202, "running")
    assert desk.do(blast, "launch", expected_recipients=9).json == first.json


def test_a_launch_may_begin_with_a_first_wave(desk: Desk) -> None:
    blast = desk.draft()
    found = desk.do(blast, "launch", first_wave={"size": 2, "goes_on_after_s": 600}).json
    wave = {"size": 2, "goes_on_after_s": 600, "state": "drawing", "held_at": None, "passed_at": None}
    assert found["first_wave"] == wave
    progress = desk.caller.get(f"/blasts/{blast['id']}/progress").json
    empty = {"counts": {}, "errors": [], "replies": {}, "opt_outs": 0, "left": 0}
    later = {"goes_on_at": None, "awaits_delivery": False, "last_safe_start_at": None}
    assert progress["first_wave"] == {**wave, **empty, **later}
    assert desk.do(desk.draft(), "launch", first_wave={}).json["first_wave"]["size"] == 50
    without = desk.draft()
    assert desk.do(without, "launch").json["first_wave"] is None
    assert desk.caller.get(f"/blasts/{without['id']}/progress").json["first_wave"] is None


@pytest.mark.parametrize(
    ("first_wave", "pointer"),
    [
        ({"size": 0}, "/first_wave/size"),
        ({"size": 1001}, "/first_wave/size"),
        ({"size": "50"}, "/first_wave/size"),
        ({"goes_on_after_s": 59}, "/first_wave/goes_on_after_s"),
        ({"share": 0.1}, "/first_wave/share"),
        (50, "/first_wave"),
    ],
)
def test_a_first_wave_that_is_none_launches_nothing(desk: Desk, first_wave: object, pointer: str) -> None:
    blast = desk.draft()
    answer = desk.do(blast, "launch", first_wave=first_wave)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert desk.caller.get(f"/blasts/{blast['id']}").json["state"] == "draft"


def test_a_text_sent_by_hand_has_no_first_wave(desk: Desk) -> None:
    answer = desk.do(desk.draft(mode="by_hand"), "launch", first_wave={})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/first_wave")


def test_a_launch_for_later_is_scheduled_and_may_still_be_changed(desk: Desk) -> None:
    blast = desk.draft(send_at="2026-05-08T09:00:00Z")
    assert desk.do(blast, "launch").json["state"] == "scheduled"
    changed = desk.caller.patch(f"/blasts/{blast['id']}", json={"name": "The day after"})
    assert (changed.status_code, changed.json["name"]) == (200, "The day after")
    assert desk.caller.delete(f"/blasts/{blast['id']}").status_code == 204
    assert desk.caller.get(f"/blasts/{blast['id']}").status_code == 404


def test_what_runs_is_steered_and_no_longer_changed(desk: Desk) -> None:
    blast = desk.draft()
    refused = desk.do(blast, "pause")
    assert (refused.status_code, refused.json["state"]) == (409, "draft")
    desk.do(blast, "launch")
    assert desk.caller.patch(f"/blasts/{blast['id']}", json={"name": "x"}).status_code == 409
    assert desk.caller.delete(f"/blasts/{blast['id']}").status_code == 409
    paused = desk.do(blast, "pause").json
    assert (paused["state"], paused["pause_reason"]) == ("paused", "by_hand")
    assert desk.do(blast, "pause").status_code == 200
    assert desk.do(blast, "resume").json["state"] == "running"
    assert desk.do(blast, "cancel").json["state"] == "cancelled"
    assert desk.do(blast, "resume").status_code == 409


def test_a_campaign_that_does_not_run_launches_nothing(desk: Desk) -> None:
    blast = desk.draft()
    desk.caller.post(f"/campaigns/{desk.campaign_id}/pause")
    answer = desk.do(blast, "launch")
    assert (answer.status_code, answer.json["state"]) == (409, "paused")


def test_get_out_the_vote_leaves_out_who_has_voted_unless_told_otherwise(desk: Desk, ctx: Context) -> None:
    gotv = str(campaign(ctx, kind="gotv").id)
    assert desk.draft(campaign_id=gotv)["audience"] == {"voted": False}
    assert desk.draft(campaign_id=gotv, audience={"voted": None})["audience"] == {"voted": None}


def test_progress_starts_with_zeros(desk: Desk) -> None:
    blast = desk.draft()
    found = desk.caller.get(f"/blasts/{blast['id']}/progress").json
    assert (found["state"], found["total"], found["eta_s"]) == ("draft", 0, None)
    assert set(found["counts"].values()) == {0}
    assert (found["accepted"], found["in_review"]) == (0, 0)
    assert set(found["skipped_by"]) >= {"opted_out", "duplicate_number", "in_review"}


def test_an_organiser_sees_only_blasts_of_their_campaigns(
    desk: Desk, ctx: Context, api: Callable[[Person], Caller], units: UnitFactory
) -> None:
    blast = desk.draft()
    mine = campaign(ctx).id
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(mine,))
    caller = api(olwen)
    assert caller.get(f"/blasts/{blast['id']}").status_code == 404
    assert caller.post(f"/blasts/{blast['id']}/launch", json={}).status_code == 404
    assert caller.get("/blasts").json["data"] == []
    given = {"campaign_id": str(mine), "name": "Ours", "body": BODY, "list_ids": [desk.list_id]}
    made = caller.post("/blasts", json=given).json
    assert [one["id"] for one in caller.get("/blasts").json["data"]] == [made["id"]]
    refused = caller.post("/blasts", json={**given, "campaign_id": desk.campaign_id})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/campaign_id")


def test_every_change_is_in_the_audit_log(desk: Desk, ctx: Context) -> None:
    from dialer.store.models.accounts import AuditEntry

    blast = desk.draft()
    desk.do(blast, "launch")
    desk.do(blast, "pause")
    desk.do(blast, "cancel")
    with ctx.unit() as unit:
        entries = unit.session.query(AuditEntry).filter(AuditEntry.object_id == blast["id"])
        told = [entry.action for entry in entries.order_by(AuditEntry.id)]
    assert told == ["blast.created", "blast.launched", "blast.paused", "blast.cancelled"]


def test_a_blast_of_nobody_is_not_there(desk: Desk, clock: SetClock) -> None:
    missing = uuid.uuid4()
    assert desk.caller.get(f"/blasts/{missing}").status_code == 404
    assert desk.caller.get(f"/messages?blast_id={missing}").json == {"data": [], "next_cursor": None}
    assert desk.caller.get("/messages?number=nonsense").json["data"] == []


def test_a_launch_needs_no_body(desk: Desk) -> None:
    blast = desk.draft()
    assert desk.caller.post(f"/blasts/{blast['id']}/launch").status_code == 202


def test_a_list_stays_while_a_blast_goes_to_it(desk: Desk, ctx: Context) -> None:
    other = str(listed(ctx, people(ctx, 1, first=50)))
    blast = desk.draft(list_ids=[other])
    desk.do(blast, "launch")
    assert desk.caller.delete(f"/lists/{other}").status_code == 409
    desk.do(blast, "cancel")
    assert desk.caller.delete(f"/lists/{other}").status_code == 204
    assert desk.caller.get(f"/blasts/{blast['id']}").json["list_ids"] == []
