"""Templates of texts through the API: written, submitted, decided by somebody else, used as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.texting import campaign, listed, people

BODY = "Common Ground: polls are open. Stop: STOP"
WELSH = "Tir Cyffredin: mae’r gorsafoedd ar agor. STOP i beidio"


class Two:
    """Olwen, who organises one campaign, and Carys, who approves."""

    def __init__(self, ctx: Context, olwen: Caller, carys: Caller, campaign_id: str) -> None:
        self.ctx, self.olwen, self.carys, self.campaign_id = ctx, olwen, carys, campaign_id

    def written(self, **fields: Any) -> str:
        given = {"campaign_id": self.campaign_id, "name": "Morning", "body": BODY, **fields}
        made = self.olwen.post("/text-templates", json=given)
        assert made.status_code == 201, made.json
        return f"/text-templates/{made.json['id']}"

    def approved(self, **fields: Any) -> str:
        at = self.written(**fields)
        assert self.olwen.post(f"{at}/submit", json={"version": 1}).status_code == 200
        decided = self.carys.post(f"{at}/decide", json={"version": 1, "approve": True, "remark": "Clear"})
        assert decided.json["versions"][0]["state"] == "approved"
        return at


@pytest.fixture
def two(ctx: Context, units: UnitFactory, api: Callable[[Person], Caller], carys: Person) -> Two:
    of = campaign(ctx)
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(of.id,))
    return Two(ctx, api(olwen), api(carys), str(of.id))


def test_words_are_approved_by_somebody_else_and_other_words_anew(two: Two) -> None:
    at = two.approved(bodies={"cy": WELSH})
    found = two.olwen.get(at).json
    (version,) = found["versions"]
    assert (version["written_by"]["name"], version["decided_by"]["name"]) == ("Olwen", "Carys")
    assert (version["remark"], version["bodies"]) == ("Clear", {"cy": WELSH})
    assert two.olwen.patch(at, json={"name": "Early"}).json["versions"] == [version]
    changed = two.olwen.patch(at, json={"body": f"{BODY}!"}).json
    assert [(one["number"], one["state"]) for one in changed["versions"]] == [(2, "draft"), (1, "approved")]
    late = two.olwen.post(f"{at}/submit", json={"version": 1})
    assert (late.status_code, late.json["reason"]) == (409, "other_words")
    early = two.carys.post(f"{at}/decide", json={"version": 2, "approve": True})
    assert (early.status_code, early.json["state"]) == (409, "draft")


def test_nobody_approves_their_own_words_and_nobody_below_approves(two: Two) -> None:
    at = two.written()
    assert two.olwen.post(f"{at}/submit", json={"version": 1}).json["versions"][0]["state"] == "submitted"
    assert two.olwen.post(f"{at}/decide", json={"version": 1, "approve": True}).status_code == 403
    own = two.carys.post("/text-templates", json={"name": "Ours", "body": BODY}).json
    mine = f"/text-templates/{own['id']}"
    two.carys.post(f"{mine}/submit", json={"version": 1})
    refused = two.carys.post(f"{mine}/decide", json={"version": 1, "approve": True})
    assert (refused.status_code, refused.json["reason"]) == (409, "own_words")
    assert two.olwen.get(mine).status_code == 200
    assert two.olwen.patch(mine, json={"body": "Other."}).status_code == 403


def test_what_is_out_of_reach_is_not_there(two: Two) -> None:
    other = campaign(two.ctx, name="Other")
    made = two.carys.post(
        "/text-templates", json={"name": "Theirs", "body": BODY, "campaign_id": str(other.id)}
    )
    assert two.olwen.get(f"/text-templates/{made.json['id']}").status_code == 404
    assert two.olwen.get("/text-templates").json["data"] == []
    for given, pointer in (
        ({"campaign_id": str(other.id)}, "/campaign_id"),
        ({"campaign_id": None}, "/campaign_id"),
        ({"body": "Hello {nobody}"}, "/body"),
        ({"bodies": {"cy": "x" * 1601}}, "/bodies/cy"),
        ({"channel": "email"}, "/subject"),
        ({"channel": "email", "subject": "Polls", "subjects": {"cy": "Dau\ndro"}}, "/subjects/cy"),
        ({"channel": "email", "subject": "{nobody}"}, "/subject"),
    ):
        refused = two.olwen.post(
            "/text-templates", json={"campaign_id": two.campaign_id, "name": "N", "body": BODY, **given}
        )
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)


def test_an_organiser_sends_only_approved_words_where_that_is_asked(two: Two) -> None:
    at = f"/campaigns/{two.campaign_id}"
    assert two.carys.patch(at, json={"approved_words_only": True}).status_code == 200
    freed = two.olwen.patch(at, json={"approved_words_only": False})
    assert (freed.status_code, freed.json["errors"][0]["pointer"]) == (422, "/approved_words_only")
    added = two.olwen.patch(at, json={"imprint": "Vote tomorrow!", "imprint_added": "text"})
    assert [one["pointer"] for one in added.json["errors"]] == ["/imprint", "/imprint_added"]
    assert two.olwen.patch(at, json={"name": "Day", "imprint": None}).status_code == 200
    given = {
        "campaign_id": two.campaign_id,
        "name": "Day",
        "list_ids": [str(listed(two.ctx, people(two.ctx, 1)))],
    }
    own = two.olwen.post("/blasts", json={**given, "body": BODY}).json
    assert own["needs_approval"]
    refused = two.olwen.post(f"/blasts/{own['id']}/launch", json={})
    assert (refused.status_code, refused.json["reason"]) == (409, "not_approved")
    template = two.approved(bodies={"cy": WELSH}).rsplit("/", 1)[1]
    taken = two.olwen.post("/blasts", json={**given, "template_id": template}).json
    assert (taken["body"], taken["bodies"], taken["needs_approval"]) == (BODY, {"cy": WELSH}, False)
    blast = f"/blasts/{taken['id']}"
    assert two.olwen.patch(blast, json={"bodies": {}}).json["needs_approval"]
    assert two.olwen.patch(blast, json={"template_id": template}).json["bodies"] == {"cy": WELSH}
    two.olwen.patch(blast, json={"send_at": "2026-05-08T09:00:00Z"})
    assert two.olwen.post(f"{blast}/launch", json={}).json["state"] == "scheduled"
    assert two.olwen.patch(blast, json={"body": "Other. Stop: STOP"}).status_code == 409
    assert two.olwen.get(f"/text-templates/{template}").json["used"] == 1
    assert two.carys.post(f"/blasts/{own['id']}/launch", json={}).status_code == 202
    for wrong in (str(new_id()), two.written().rsplit("/", 1)[1]):
        answer = two.olwen.post("/blasts", json={**given, "template_id": wrong})
        assert answer.json["errors"][0]["pointer"] == "/template_id"
    two.olwen.post(f"/text-templates/{template}/retire")
    assert two.olwen.get("/text-templates?retired=true").json["data"][0]["id"] == template
    assert two.olwen.post("/blasts", json=given).json["errors"][0]["pointer"] == "/body"


LETTER = {
    "channel": "email",
    "subject": "Polls are open",
    "subjects": {"cy": "Mae’r gorsafoedd ar agor"},
    "body": "# Today\n\nPolls are open until 10.",
    "bodies": {"cy": "# Heddiw\n\nMae’r gorsafoedd ar agor tan 10."},
}


def test_an_email_is_written_from_a_template_of_one_with_its_subjects(two: Two) -> None:
    at = f"/campaigns/{two.campaign_id}"
    assert two.carys.patch(at, json={"approved_words_only": True}).status_code == 200
    letters, texts = (two.approved(**given).rsplit("/", 1)[1] for given in (LETTER, {}))
    for channel, theirs in (("email", letters), ("sms", texts)):
        (one,) = two.olwen.get(f"/text-templates?channel={channel}").json["data"]
        assert (one["id"], one["channel"]) == (theirs, channel)
    assert two.olwen.get(f"/text-templates/{texts}").json["versions"][0]["subject"] == ""
    who = [str(listed(two.ctx, people(two.ctx, 1)))]
    given = {"campaign_id": two.campaign_id, "name": "Day", "list_ids": who, "channel": "email"}
    given["senders"] = ["us@example.org"]
    taken = two.olwen.post("/blasts", json={**given, "template_id": letters}).json
    assert {name: taken[name] for name in LETTER} == LETTER
    assert not taken["needs_approval"]
    blast = f"/blasts/{taken['id']}"
    assert two.olwen.patch(blast, json={"subject": "Free beer"}).json["needs_approval"]
    refused = two.olwen.post(f"{blast}/launch", json={})
    assert (refused.status_code, refused.json["reason"]) == (409, "not_approved")
    assert not two.olwen.patch(blast, json={"template_id": letters}).json["needs_approval"]
    own = two.olwen.post("/blasts", json={**given, "template_id": letters, "subject": "Mine"}).json
    assert (own["subject"], own["subjects"], own["needs_approval"]) == ("Mine", {}, True)
    for wrong in (
        {**given, "template_id": texts},
        {**given, "senders": [], "channel": "sms", "template_id": letters},
    ):
        answer = two.olwen.post("/blasts", json=wrong)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/template_id")
    without = two.olwen.post("/blasts", json={**given, "template_id": letters, "body": "Mine"})
    assert without.json["errors"][0]["pointer"] == "/subject"
    for nothing in ({"channel": "sms"}, {"template_id": None}):
        assert two.olwen.post("/blasts", json={**given, **nothing}).json["errors"][0]["pointer"] == "/body"


def test_another_subject_is_another_version_and_a_channel_is_for_good(two: Two) -> None:
    at = two.approved(**LETTER)
    changed = two.olwen.patch(at, json={"subject": "Polls close at 10"}).json
    assert [(one["number"], one["state"], one["subject"]) for one in changed["versions"]] == [
        (2, "draft", "Polls close at 10"),
        (1, "approved", "Polls are open"),
    ]
    assert changed["versions"][0]["subjects"] == LETTER["subjects"]
    text = two.written()
    assert len(two.olwen.patch(text, json={"subject": "A text has none"}).json["versions"]) == 1
    refused = two.olwen.patch(text, json={"channel": "email", "subject": "Polls"})
    assert refused.status_code == 422
