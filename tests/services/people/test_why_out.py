"""Why somebody is out: what is told agrees with whom the queue hands out and whom a blast leaves out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import NobodyNow
from dialer.services.context import Context
from dialer.services.messaging.candidates import chunk_after
from dialer.services.people.no_contact import add_opt_out
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.services.people.why_out import Reach, reach_of_contact, reach_of_place
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Blast
from dialer.store.models.people import Contact, ContactPhone
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.phone_bank import Voter, add_voters, mobile, running_campaign
from tests.texting import blast

Api = Callable[[Person], Caller]

ABROAD = "+12125550101"


def bar(ctx: Context, number: str, reason: str, *channels: str) -> object:
    return add_suppression(ctx, NewSuppression(channels, reason, number))


def row(ctx: Context, kind: type[Any], *key: Any, **values: Any) -> None:
    with ctx.unit() as unit:
        found = unit.session.get_one(kind, (unit.organisation_id, *key))
        for name, value in values.items():
            setattr(found, name, value)


def say_no_beside(ctx: Context, voter: Voter) -> None:
    """Somebody in no campaign, with the same number, says no to everything."""
    other = Voter("Flatmate", voter.numbers, "mobile")
    add_voters(ctx, [other])
    add_opt_out(ctx, other.id, "all", source="text")


def ask_for_review(ctx: Context, voter: Voter) -> None:
    with ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id, "id": new_id(), "created_at": ctx.now}
        unit.session.add(Conversation(**of, number=voter.numbers[0], state="review"))


Deed = Callable[[Context, Voter], object]
CASES: dict[str, Deed] = {
    "free": lambda ctx, one: None,
    "says no to calls": lambda ctx, one: add_opt_out(ctx, one.id, "voice", source="call"),
    "says no to texts": lambda ctx, one: add_opt_out(ctx, one.id, "sms", source="text"),
    "says no to all": lambda ctx, one: add_opt_out(ctx, one.id, "all", source="import"),
    "on the TPS": lambda ctx, one: bar(ctx, one.numbers[0], "tps", "voice"),
    "on the CTPS and complained": lambda ctx, one: (
        bar(ctx, one.numbers[0], "ctps", "voice"),
        bar(ctx, one.numbers[0], "complaint", "sms", "voice"),
    ),
    "number on a list of noes": lambda ctx, one: bar(ctx, one.numbers[0], "opt_out", "sms"),
    "barred by hand": lambda ctx, one: bar(ctx, one.numbers[0], "manual", "sms"),
    "has died": lambda ctx, one: row(ctx, Contact, one.id, status="deceased"),
    "has moved": lambda ctx, one: row(ctx, Contact, one.id, status="moved"),
    "dead number": lambda ctx, one: row(ctx, ContactPhone, one.id, one.numbers[0], dead_at=ctx.now),
    "landline": lambda ctx, one: row(ctx, ContactPhone, one.id, one.numbers[0], line_type="landline"),
    "flatmate says no": say_no_beside,
    "in review": ask_for_review,
    "abroad": lambda ctx, one: None,
}


@pytest.fixture
def world(ctx: Context) -> dict[str, Voter]:
    """Somebody for each case, each with a number of their own."""
    return {
        name: Voter(name, [ABROAD if name == "abroad" else mobile(nth)], "mobile")
        for nth, name in enumerate(CASES)
    }


def told(ctx: Context, contact_id: uuid.UUID, channel: str) -> Reach:
    (one,) = [reach for reach in reach_of_contact(ctx, contact_id) if reach.channel == channel]
    return one


def handed_out(ctx: Context, context_of: Callable[[Person], Context], campaign_id: uuid.UUID) -> set[str]:
    """Whom a campaign hands out, one to each volunteer, until there is nobody left."""
    names: set[str] = set()
    while True:
        name = f"Volunteer {len(names)}"
        volunteer = make_person(
            ctx.units, ctx.organisation_id, Role.VOLUNTEER, name, campaign_ids=(campaign_id,)
        )
        theirs = context_of(volunteer)
        given = next_assignment(theirs, start_session(theirs, campaign_id).id)
        if isinstance(given, NobodyNow):
            return names
        names.add(str(given.contact.first_name))


@pytest.mark.slow
def test_calls_are_told_as_the_queue_hands_people_out(
    ctx: Context, context_of: Callable[[Person], Context], world: dict[str, Voter]
) -> None:
    campaign = running_campaign(ctx, list(world.values()))
    for name, deed in CASES.items():
        deed(ctx, world[name])
    handed = handed_out(ctx, context_of, campaign.id)
    assert handed == {name for name, one in world.items() if told(ctx, one.id, "voice").allowed}
    assert handed == {
        "free", "says no to texts", "number on a list of noes", "barred by hand", "landline", "in review",
    }  # fmt: skip


def test_texts_are_told_as_a_blast_leaves_people_out(ctx: Context, world: dict[str, Voter]) -> None:
    add_voters(ctx, list(world.values()))
    made = blast(ctx, [one.id for one in world.values()])
    for name, deed in CASES.items():
        deed(ctx, world[name])
    with ctx.unit() as unit:
        of = unit.session.get_one(Blast, (unit.organisation_id, made.id))
        campaign = unit.session.get_one(Campaign, (unit.organisation_id, of.campaign_id))
        found = {one.id: one.excluded for one in chunk_after(ctx, unit, of, campaign, after=None).candidates}
    for name, one in world.items():
        reasons = [why.reason for why in told(ctx, one.id, "sms").reasons]
        excluded = found[one.id]
        assert (excluded is None) == (not reasons), name
        assert excluded is None or str(excluded) in reasons, name


def test_it_names_who_said_so(ctx: Context, api: Api, carys: Person, world: dict[str, Voter]) -> None:
    add_voters(ctx, list(world.values()))
    for name in ("on the CTPS and complained", "flatmate says no", "says no to calls"):
        CASES[name](ctx, world[name])
    path = f"/contacts/{world['on the CTPS and complained'].id}/reach"
    answer = api(carys).get(path).get_json()["data"]
    voice = next(one for one in answer if one["channel"] == "voice")
    assert {(why["reason"], why["listed"], why["by"]) for why in voice["reasons"]} == {
        ("suppressed", "ctps", "Carys"),
        ("suppressed", "complaint", "Carys"),
    }
    (own,) = told(ctx, world["says no to calls"].id, "voice").reasons
    assert (own.reason, own.source, own.own, own.at) == ("opted_out", "call", True, ctx.now)
    (other,) = told(ctx, world["flatmate says no"].id, "sms").reasons
    assert (other.source, other.own) == ("text", False)


def test_a_number_and_an_address_are_told_whoever_has_them(ctx: Context, api: Api, carys: Person) -> None:
    add_voters(ctx, [one := Voter("Ann", [mobile(1)], "mobile")])
    bar(ctx, mobile(1), "tps", "voice")
    found = api(carys).post("/suppressions/why", json={"number": "07700 900001"}).get_json()
    assert found["contact_ids"] == [str(one.id)]
    assert [(each["channel"], each["allowed"]) for each in found["reach"]] == [
        ("voice", False),
        ("sms", True),
    ]
    add_suppression(ctx, NewSuppression(["email"], "complaint", email="Ann@Example.org"))
    (by_email,) = reach_of_place(ctx, email="ann@example.org").reach
    assert not by_email.allowed
    assert reach_of_place(ctx, email="bob@example.org").reach[0].allowed
    assert api(carys).post("/suppressions/why", json={"number": "12"}).status_code == 422
