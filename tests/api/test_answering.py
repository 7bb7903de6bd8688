"""Conversations given to somebody and answered: whose they are, what stands against an answer, each once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.carrier_action import Action
from dialer.services.accounts.volunteers import VolunteerChanges, change_volunteer
from dialer.services.calling.campaigns import change_campaign, end_campaign
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging.answering import NewReply, reply
from dialer.services.messaging.consequences import Said, follow
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.singles import NewText, text_person
from dialer.services.people.contacts import change_contact
from dialer.store.models.accounts import AuditEntry
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.examples import cases
from tests.people import Person, make_person
from tests.phone_bank import mobile
from tests.texting import SENDER, Blasting, campaign, people


@dataclass(frozen=True)
class Desk:
    """Carys, who gives conversations out, and a campaign to which Gwen (the first mobile) wrote back."""

    api: Callable[[Person], Caller]
    caller: Caller
    blasting: Blasting
    units: UnitFactory
    campaign_id: uuid.UUID
    gwen: uuid.UUID

    def hears(self, body: str, number: str = mobile(0)) -> None:
        now = self.blasting.ctx.now
        receive(self.blasting.system, InboundText(uuid.uuid4().hex, number, SENDER, body, now))

    def row(self, number: str = mobile(0)) -> dict[str, Any]:
        rows = self.caller.get("/conversations").json["data"]
        return next(row for row in rows if row["number"] == number)

    def do(self, deed: str, by: Caller | None = None, number: str = mobile(0), **more: Any) -> Any:
        return (by or self.caller).post(f"/conversations/{self.row(number)['id']}/{deed}", **more)

    def give(self, to: uuid.UUID | None) -> Any:
        return self.do("assign", json={"volunteer_id": None if to is None else str(to)})

    def answer(self, body: str = "Diolch {first_name}.", by: Caller | None = None, **more: Any) -> Any:
        return self.do("reply", by, json={"body": body}, **more)

    def volunteer(self, name: str, *campaigns: uuid.UUID, role: Role = Role.VOLUNTEER) -> Person:
        of = self.blasting.ctx.organisation_id
        return make_person(self.units, of, role, name, campaign_ids=campaigns)

    def audited(self, action: str) -> list[AuditEntry]:
        with self.blasting.ctx.unit() as unit:
            query = select(AuditEntry).where(AuditEntry.action == action)
            return list(unit.session.scalars(query.order_by(AuditEntry.id)))


@pytest.fixture
def desk(
    ctx: Context, api: Callable[[Person], Caller], carys: Person, clock: SetClock, units: UnitFactory
) -> Iterator[Desk]:
    blasting = Blasting(ctx, clock)
    (gwen,) = people(ctx, 1)
    campaign_id = campaign(ctx).id
    text_person(blasting.ctx, NewText(gwen, "Will you vote?", campaign_id))
    blasting.send()
    made = Desk(api, api(carys), blasting, units, campaign_id, gwen)
    made.hears("Where do I vote?")
    yield made
    assert check_counters(blasting.system) == []


def test_an_answer_goes_before_any_blast_from_the_sender_they_know(desk: Desk) -> None:
    answer = desk.answer()
    assert answer.status_code == 201
    sent = answer.json
    assert answer.headers["Location"].endswith(f"/messages/{sent['id']}")
    assert (sent["body"], sent["purpose"], sent["from"]) == ("Diolch Gwen.", "reply", SENDER)
    assert (sent["campaign_id"], sent["contact_id"]) == (str(desk.campaign_id), str(desk.gwen))
    desk.blasting.send()
    asked = desk.blasting.judge.asked[-1]
    assert (asked.body, asked.urgent) == ("Diolch Gwen.", True)
    whole = desk.caller.get(f"/conversations/{desk.row()['id']}").json
    assert [one["body"] for one in whole["messages"]][-1] == "Diolch Gwen."
    assert (whole["messages"][-1]["state"], whole["state"]) == ("sent", "open")


@pytest.mark.parametrize(
    ("said", "reason"), [("STOP", "opted_out"), ("st op", "in_review")], ids=["no", "perhaps"]
)
def test_nobody_answers_a_no_or_what_may_be_one(desk: Desk, said: str, reason: str) -> None:
    desk.hears(said)
    answer = desk.answer()
    assert (answer.status_code, answer.json["reason"]) == (409, reason)
    desk.blasting.send()
    assert len(desk.blasting.judge.ledger) == 1, "only what came before"


def test_who_wrote_first_is_answered_where_texts_need_consent(desk: Desk, clock: SetClock) -> None:
    change_campaign(desk.blasting.ctx, desk.campaign_id, {"require_consent_sms": True})
    desk.hears("Who are you?", number=mobile(7))
    for number in (mobile(0), mobile(7)):
        answer = desk.do("reply", number=number, json={"body": "From Common Ground."})
        assert answer.status_code == 201
    desk.blasting.send()
    assert [one.body for one in desk.blasting.judge.asked[-2:]] == ["From Common Ground."] * 2
    clock.forward(days=8)
    answer = desk.answer("Still there?")
    assert (answer.status_code, answer.json["reason"]) == (409, "no_consent")


def test_a_dead_number_that_writes_lives_and_is_answered(desk: Desk, clock: SetClock) -> None:
    ctx = desk.blasting.ctx
    died = clock.forward(hours=1)
    verdict = Said(mobile(0), Action.RETIRE_NUMBER, died, desk.gwen)
    with ctx.unit() as unit:
        follow(unit, [verdict], died)
    assert desk.answer().json["reason"] == "no_phone"
    clock.forward(minutes=1)
    desk.hears("I am still here")
    with ctx.unit() as unit:
        follow(unit, [verdict], clock())  # a word from before they wrote, which comes late
    assert desk.answer().status_code == 201
    desk.blasting.send()
    assert desk.blasting.judge.asked[-1].body == "Diolch Gwen."


def test_an_answer_that_waits_is_held_by_what_they_write_next(desk: Desk, clock: SetClock) -> None:
    clock.now = clock.now.replace(hour=21)
    sent = desk.answer().json
    assert (sent["waiting_reason"], sent["waits_until"]) == ("quiet_hours", "2026-05-08T08:00:00Z")
    desk.hears("st op")
    clock.now = clock.now.replace(day=8, hour=9)
    desk.blasting.send()
    assert desk.caller.get(f"/messages/{sent['id']}").json["waiting_reason"] == "in_review"
    desk.do("decide", json={"opt_out": True})
    desk.blasting.send()
    found = desk.caller.get(f"/messages/{sent['id']}").json
    assert (found["state"], found["skip_reason"]) == ("skipped", "opted_out")


def test_a_stranger_and_whoever_writes_after_the_campaign_are_answered(desk: Desk, ctx: Context) -> None:
    desk.hears("Who is this?", mobile(9))
    answer = desk.do("reply", number=mobile(9), json={"body": "Common Ground, hello."})
    assert (answer.status_code, answer.json["contact_id"]) == (201, None)
    unfilled = desk.do("reply", number=mobile(9), json={"body": "Hello {first_name}"})
    assert unfilled.status_code == 422
    end_campaign(ctx, desk.campaign_id)
    after = desk.answer()
    assert (after.status_code, after.json["campaign_id"]) == (201, None)
    desk.blasting.send()
    assert len(desk.blasting.judge.ledger) == 3


def test_who_has_died_or_whose_number_is_not_theirs_any_more(desk: Desk, ctx: Context) -> None:
    change_contact(ctx, desk.gwen, {"phones": [{"number": mobile(5)}]})
    assert desk.answer().json["reason"] == "no_phone"
    change_contact(ctx, desk.gwen, {"status": "deceased"})
    assert desk.answer().json["reason"] == "deceased"


def test_the_same_answer_is_written_once_by_its_key(desk: Desk) -> None:
    key = {"Idempotency-Key": "answer-1"}
    assert desk.answer(headers=key).json == desk.answer(headers=key).json
    desk.blasting.send()
    assert len(desk.blasting.judge.ledger) == 2


def test_volunteers_see_and_answer_what_was_given_to_them(desk: Desk, ctx: Context) -> None:
    vera, walt = (desk.volunteer(name, desk.campaign_id) for name in ("Vera", "Walt"))
    of_vera = desk.api(vera)
    path = f"/conversations/{desk.row()['id']}"
    assert of_vera.get("/conversations").json["data"] == []
    assert {of_vera.get(path).status_code, desk.answer(by=of_vera).status_code} == {404}
    given = desk.give(vera.id)
    assert (given.status_code, given.json["assignee"]) == (200, {"id": str(vera.id), "name": "Vera"})
    assert [row["id"] for row in of_vera.get("/conversations").json["data"]] == [desk.row()["id"]]
    assert desk.answer("I’m Vera.", by=of_vera).status_code == 201
    assert of_vera.post(f"{path}/assign", json={"volunteer_id": None}).status_code == 403
    assert of_vera.post(f"{path}/decide", json={"opt_out": False}).status_code == 403
    assert of_vera.get("/messages").status_code == 403
    desk.give(walt.id)
    assert {of_vera.get(path).status_code, desk.answer(by=of_vera).status_code} == {404}
    assert desk.api(walt).post(f"{path}/close").json["state"] == "closed"
    change_volunteer(ctx, walt.id, VolunteerChanges(campaign_ids=[campaign(ctx).id]))
    assert desk.api(walt).get(path).status_code == 404, "it isn’t their campaign any more"
    change_volunteer(ctx, walt.id, VolunteerChanges(active=False))
    assert desk.row()["assigned_to"] is None, "who is gone answers nothing"


@pytest.mark.slow
def test_a_volunteer_reads_nothing_of_other_campaigns(desk: Desk, ctx: Context) -> None:
    other = campaign(ctx)
    text_person(desk.blasting.ctx, NewText(desk.gwen, "Only for the others.", other.id))
    vera = desk.volunteer("Vera", desk.campaign_id)
    desk.give(vera.id)
    path = f"/conversations/{desk.row()['id']}"
    assert "Only for the others." in desk.caller.get(path).text
    assert "Only for the others." not in desk.api(vera).get(path).text


def test_an_organiser_runs_the_conversations_of_their_campaigns(desk: Desk, ctx: Context) -> None:
    near = desk.api(desk.volunteer("Olwen", desk.campaign_id, role=Role.ORGANISER))
    far = desk.api(desk.volunteer("Osian", campaign(ctx).id, role=Role.ORGANISER))
    assert (desk.answer(by=near).status_code, desk.answer(by=far).status_code) == (201, 404)
    assert far.get("/conversations").json["data"] == []
    vera = desk.volunteer("Vera", desk.campaign_id)
    given = {"json": {"volunteer_id": str(vera.id)}}
    assert (desk.do("assign", near, **given).status_code, desk.do("assign", far, **given).status_code) == (
        200,
        404,
    )
    desk.hears("st op")
    no = {"json": {"opt_out": True}}
    assert desk.do("decide", far, **no).status_code == 404
    assert desk.do("decide", desk.api(vera), **no).status_code == 403
    assert desk.do("decide", near, **no).json["state"] == "closed"
    assert desk.answer().json["reason"] == "opted_out"


@pytest.mark.parametrize("who", cases(["stranger", "nobody", "teller", "gone"], quick=1))
def test_it_is_given_only_to_somebody_who_may_answer(desk: Desk, ctx: Context, who: str) -> None:
    if who == "nobody":
        to = uuid.uuid4()
    else:
        role = Role.TELLER if who == "teller" else Role.VOLUNTEER
        in_it = (desk.campaign_id,) if who != "stranger" else ()
        to = make_person(
            desk.units, ctx.organisation_id, role, "Una", campaign_ids=in_it, active=who != "gone"
        ).id
    answer = desk.give(to)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/volunteer_id")


@pytest.mark.slow
def test_conversations_by_who_answers(desk: Desk) -> None:
    desk.hears("Hello", mobile(9))
    vera = desk.volunteer("Vera", desk.campaign_id)
    desk.give(vera.id)

    def numbers(query: str) -> list[str]:
        return [row["number"] for row in desk.caller.get(f"/conversations?{query}").json["data"]]

    assert numbers(f"assigned_to={vera.id}") == numbers("assigned=true") == [mobile(0)]
    assert numbers("assigned=false") == [mobile(9)]
    desk.give(None)
    assert numbers("assigned=true") == []


@pytest.mark.slow
def test_who_answers_or_gives_at_the_same_time_is_heard_in_order(desk: Desk) -> None:
    them = [desk.volunteer(name, desk.campaign_id) for name in ("Vera", "Walt", "Xena")]
    path = f"/conversations/{desk.row()['id']}"
    callers = [desk.api(one) for one in (desk.caller.person,) * 3]

    def both(at: int) -> tuple[int, int]:
        given = callers[at].post(f"{path}/assign", json={"volunteer_id": str(them[at].id)})
        return given.status_code, callers[at].post(f"{path}/reply", json={"body": f"Answer {at}"}).status_code

    with ThreadPoolExecutor(3) as threads:
        assert set(threads.map(both, range(3))) == {(200, 201)}
    changes = [one.changes for one in desk.audited("conversation.assigned")]
    assert [one["before"] for one in changes] == [None, *(one["to"] for one in changes[:-1])]
    assert {one["to"] for one in changes} == {str(one.id) for one in them}
    assert desk.row()["assigned_to"] == changes[-1]["to"]
    desk.blasting.send()
    went = [one.body for one in desk.blasting.judge.ledger[1:]]
    assert sorted(went) == ["Answer 0", "Answer 1", "Answer 2"]


def test_a_form_sent_at_the_same_time_answers_once(desk: Desk, ctx: Context) -> None:
    wanted = NewReply(uuid.UUID(desk.row()["id"]), "Once.", uuid.uuid4())
    with ThreadPoolExecutor(4) as threads:
        ids = {one.id for one in threads.map(lambda _: reply(ctx, wanted), range(4))}
    assert ids == {wanted.id}
    other = reply(ctx, NewReply(wanted.conversation_id, "Other words.", wanted.id))
    assert other.id != wanted.id
