"""Answering people together: who takes whom, hands over, blocks; kept words, notes and tags."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from dialer.carrier.errors import action_of
from dialer.carrier.port import Refused
from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.needing_answers import wait_again
from dialer.services.people.contacts import change_contact
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models import new_id
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.phone_bank import mobile
from tests.services.messaging.test_shared_numbers import wait_until_somebody_waits
from tests.services.messaging.test_told import tell
from tests.texting import SENDER, Blasting, add_people, campaign, people


@dataclass(frozen=True)
class Evening:
    """People of one campaign write back, the first mobile first; Vera and Walt answer, Carys looks on."""

    api: Callable[[Person], Caller]
    carys: Caller
    blasting: Blasting
    clock: SetClock
    units: UnitFactory
    campaign_id: uuid.UUID
    contacts: list[uuid.UUID]
    vera: Caller
    walt: Caller

    def hears(self, index: int, body: str = "Where do I vote?") -> None:
        self.clock.forward(seconds=1)
        text = InboundText(uuid.uuid4().hex, mobile(index), SENDER, body, self.clock())
        receive(self.blasting.system, text)

    def takes(self, who: Caller, **more: Any) -> str | None:
        answer = who.post("/conversations/next", json=more)
        assert answer.status_code == 200
        return answer.json["conversation"] and answer.json["conversation"]["number"]

    def row(self, index: int, who: Caller | None = None, query: str = "") -> dict[str, Any]:
        rows = (who or self.carys).get(f"/conversations?limit=100{query}").json["data"]
        return next(row for row in rows if row["number"] == mobile(index))

    def line(self, name: str, who: Caller | None = None) -> list[str]:
        found, cursor = [], ""
        while cursor is not None:
            at = f"/conversations?limit=2&line={name}{cursor and f'&cursor={cursor}'}"
            page = (who or self.carys).get(at).json
            found += [row["number"] for row in page["data"]]
            cursor = page["next_cursor"]
        return found

    def do(self, who: Caller, index: int, deed: str, **given: Any) -> Any:
        line = "&line=blocked" if deed == "unblock" else ""
        path = f"/conversations/{self.row(index, query=line)['id']}/{deed}"
        return (who.put if deed == "tags" else who.post)(path, json=given)

    def volunteer(self, name: str, role: Role = Role.VOLUNTEER) -> Caller:
        of = self.blasting.ctx.organisation_id
        return self.api(make_person(self.units, of, role, name, campaign_ids=(self.campaign_id,)))


@pytest.fixture
def evening(
    ctx: Context, api: Callable[[Person], Caller], carys: Person, clock: SetClock, units: UnitFactory
) -> Evening:
    blasting = Blasting(ctx, clock)
    contacts = people(ctx, 5)
    made = campaign(ctx)
    of = ctx.organisation_id
    vera, walt = (
        api(make_person(units, of, Role.VOLUNTEER, name, campaign_ids=(made.id,)))
        for name in ("Vera", "Walt")
    )
    sent = blasting.launch(contacts, campaign_id=made.id)
    blasting.plan(sent.id)
    blasting.send()
    return Evening(api, api(carys), blasting, clock, units, made.id, contacts, vera, walt)


def test_who_has_waited_longest_comes_first_and_each_to_one_of_us(evening: Evening) -> None:
    for index in (2, 0, 1, 2):
        evening.hears(index)
    assert evening.line("answer") == [mobile(2), mobile(0), mobile(1)]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(evening.takes, (evening.vera, evening.walt)))
    assert sorted(both) == sorted([mobile(2), mobile(0)]), "two at once, and never the same"
    assert [evening.takes(evening.vera), evening.takes(evening.walt)] == both, "a reload gives the same"
    with ThreadPoolExecutor(4) as pool:
        assert {*pool.map(evening.takes, [evening.vera] * 4)} == {both[0]}
    other = evening.volunteer("Xanthe")
    assert [evening.takes(other), evening.takes(evening.volunteer("Yan"))] == [mobile(1), None]
    stranger = make_person(evening.units, evening.vera.person.organisation_id, Role.VOLUNTEER, "Mallory")
    assert evening.takes(evening.api(stranger)) is None, "of another campaign"


def test_what_is_answered_waits_no_more_until_they_write_again(evening: Evening) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    assert evening.do(evening.vera, 0, "reply", body="In the hall.").status_code == 201
    assert (evening.line("answer"), evening.row(0)["unanswered_since"]) == ([], None)
    assert evening.takes(evening.vera) is None
    evening.hears(0, "Which hall?")
    assert evening.takes(evening.walt) is None, "Vera still has it"
    assert evening.takes(evening.vera) == mobile(0)
    evening.do(evening.vera, 0, "close")
    assert evening.line("answer") == []


def test_who_never_got_their_answer_waits_again(evening: Evening) -> None:
    evening.hears(0)
    evening.do(evening.carys, 0, "reply", body="In the hall.")
    evening.blasting.send()
    with evening.blasting.ctx.unit() as unit:
        sent = list(unit.session.scalars(select(Message).where(Message.purpose == "reply")))
    tell(evening.blasting, sent, "undelivered", 30007)
    assert evening.line("answer") == [mobile(0)]


@pytest.mark.parametrize(("code", "waits"), [(21612, True), (21610, False), (21211, False), (21614, False)])
def test_an_answer_that_is_refused_answered_nobody_and_nobody_waits_whom_none_could_reach(
    evening: Evening, code: int, waits: bool
) -> None:
    evening.hears(0)
    evening.do(evening.carys, 0, "reply", body="In the hall.")
    assert evening.line("answer") == []
    refusal = Refused(code, "No", action_of(code))
    evening.blasting.judge.answers = lambda _message: refusal  # type: ignore[assignment]
    evening.blasting.send()
    assert evening.line("answer") == ([mobile(0)] if waits else [])


@pytest.mark.parametrize("no", [False, True])
def test_an_answer_that_is_skipped_answered_nobody(evening: Evening, ctx: Context, no: bool) -> None:
    evening.hears(0)
    evening.do(evening.carys, 0, "reply", body="In the hall.")
    if no:
        evening.hears(0, "STOP")
    else:
        add_suppression(ctx, NewSuppression(["sms"], "manual", mobile(0)))
    evening.blasting.send()
    with ctx.unit() as unit:
        states = set(unit.session.scalars(select(Message.state).where(Message.purpose == "reply")))
    assert states == {"skipped"}
    assert evening.line("answer") == ([] if no else [mobile(0)])


@pytest.mark.parametrize("contact", ["known", "shared"])
@pytest.mark.parametrize("fault", ["removed_at", "dead_at", "line_type"])
def test_nobody_is_handed_a_conversation_again_and_again_whose_every_answer_is_refused(
    evening: Evening, ctx: Context, contact: str, fault: str
) -> None:
    evening.hears(0)
    with ctx.unit() as unit:
        talk = unit.session.scalars(select(Conversation).where(Conversation.number == mobile(0))).one()
        phone = unit.session.get_one(ContactPhone, (ctx.organisation_id, talk.contact_id, mobile(0)))
        setattr(phone, fault, "landline" if fault == "line_type" else ctx.now)
        talk.contact_id = talk.contact_id if contact == "known" else None
        talk.unanswered_since = None
        wait_again(unit, [mobile(0)], ctx.now)
    # somebody else's number, of which only theirs was wrong
    waits = [mobile(0)] if (contact, fault) == ("shared", "removed_at") else []
    assert evening.line("answer") == waits


@pytest.mark.parametrize(
    ("number", "waits"), [("+447060000000", 0), ("+447600000000", 0), ("+447624000000", 1)]
)
def test_numbers_that_take_no_texts_wait_for_none(
    evening: Evening, ctx: Context, number: str, waits: int
) -> None:
    evening.hears(0)
    with ctx.unit() as unit:
        talk = unit.session.scalars(select(Conversation).where(Conversation.number == mobile(0))).one()
        talk.number, talk.contact_id, talk.unanswered_since = number, None, None
        unit.session.flush()
        wait_again(unit, [number], ctx.now)
    assert len(evening.line("answer")) == waits


def test_a_stale_one_lands_back_in_the_pool_and_whoever_wrote_is_told(evening: Evening) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    evening.clock.forward(seconds=599)
    assert evening.takes(evening.walt) is None
    evening.clock.forward(seconds=1)
    assert evening.row(0, evening.vera)["number"] == mobile(0), "hers until somebody takes it"
    assert evening.takes(evening.walt) == mobile(0)
    assert evening.do(evening.vera, 0, "reply", body="In the hall.").status_code == 404
    assert evening.do(evening.walt, 0, "reply", body="In the hall.").status_code == 201
    sent = evening.carys.get(f"/messages?number={mobile(0)[1:]}").json["data"]
    assert len([one for one in sent if one["purpose"] == "reply"]) == 1


def test_nobody_has_more_than_they_can_answer(evening: Evening) -> None:
    for index in range(7):
        evening.hears(index)
    with evening.blasting.ctx.unit() as unit:
        unit.session.execute(update(Conversation).values(campaign_id=evening.campaign_id))
    first = evening.takes(evening.vera)
    more = [evening.takes(evening.vera, another=True) for _ in range(4)]
    assert len({first, *more}) == 5
    refused = evening.vera.post("/conversations/next", json={"another": True})
    assert (refused.status_code, refused.json["most"]) == (409, 5)
    assert evening.takes(evening.vera) == first
    evening.do(evening.vera, 0, "reply", body="In the hall.")
    assert evening.takes(evening.vera, another=True) == mobile(5)


def test_what_is_given_back_goes_to_somebody_else(evening: Evening) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    assert evening.do(evening.vera, 0, "give-back").status_code == 204
    assert evening.takes(evening.vera) is None
    assert evening.takes(evening.walt) == mobile(0)
    evening.do(evening.walt, 0, "give-back")
    evening.clock.forward(hours=1)
    assert evening.takes(evening.vera) == mobile(0)


def test_who_was_frightened_is_heard_when_another_has_them_by_now(evening: Evening) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    path = f"/conversations/{evening.row(0)['id']}/hand-over"
    evening.clock.forward(minutes=11)
    assert evening.takes(evening.walt) == mobile(0)
    xanthe = evening.volunteer("Xanthe")
    assert xanthe.post(path, json={"reason": "frightened"}).status_code == 404, "she never had it"
    assert evening.vera.post(path, json={"reason": "question"}).status_code == 404
    assert evening.vera.post(path, json={"reason": "frightened"}).status_code < 300
    assert evening.row(0)["handed_over"]["by"]["name"] == "Vera"
    evening.do(evening.carys, 0, "assign", volunteer_id=None)
    evening.do(evening.carys, 0, "reply", body="In the hall.")
    evening.hears(0, "I know where you live")
    assert evening.takes(evening.vera) is None, "spared for good"


def test_who_was_frightened_never_meets_them_again(evening: Evening, ctx: Context) -> None:
    evening.hears(0, "I know where you live")
    evening.takes(evening.vera)
    path = f"/conversations/{evening.row(0)['id']}"
    for _ in range(2):
        answer = evening.vera.post(f"{path}/hand-over", json={"reason": "frightened", "note": "He knows me"})
        assert answer.status_code == 204
    assert evening.line("coordinator") == [mobile(0)]
    told = evening.row(0)["handed_over"]
    assert (told["reason"], told["by"]["name"]) == ("frightened", "Vera")
    assert [note["body"] for note in evening.carys.get(path).json["notes"]] == ["He knows me"]
    assert evening.vera.get(path).status_code == 404
    assert (evening.takes(evening.vera), evening.takes(evening.walt)) == (None, None)
    refused = evening.carys.post(f"{path}/assign", json={"volunteer_id": str(evening.vera.person.id)})
    assert refused.status_code == 422
    evening.carys.post(f"{path}/reply", json={"body": "Please leave us alone."})
    assert evening.line("coordinator") == []
    change_contact(ctx, evening.contacts[0], {"phones": [{"number": mobile(0)}, {"number": mobile(9)}]})
    for index in (0, 9):
        evening.hears(index, "Hello again")
    with ctx.unit() as unit:
        unit.session.execute(update(Conversation).values(campaign_id=evening.campaign_id))
    assert evening.takes(evening.vera) is None, "nor from another number of theirs"
    assert evening.takes(evening.walt) == mobile(0)


def test_what_frightened_somebody_stands_before_all_that_was_handed_over(evening: Evening) -> None:
    reasons = ("question", "frightened", "press", "frightened", "distress")
    for index, reason in enumerate(reasons):
        evening.hears(index)
        evening.do(evening.carys, index, "hand-over", reason=reason)
    assert evening.line("coordinator") == [mobile(index) for index in (1, 3, 0, 2, 4)]
    evening.do(evening.carys, 2, "hand-over", reason="frightened")
    assert evening.line("coordinator") == [mobile(index) for index in (1, 2, 3, 0, 4)]
    old = evening.carys.get("/conversations?line=coordinator&cursor=WyJhIiwiYiJd")
    assert old.status_code == 422


def test_who_closes_has_read_what_they_wrote(evening: Evening) -> None:
    evening.hears(0)
    row = evening.row(0)
    path, seen = f"/conversations/{row['id']}/close", {"seen_message_id": row["last"]["id"]}
    evening.hears(0, "And when?")
    newer = evening.carys.post(path, json=seen)
    assert (newer.status_code, newer.json["reason"]) == (409, "newer_text")
    assert evening.line("answer") == [mobile(0)]
    seen = {"seen_message_id": evening.row(0)["last"]["id"]}
    assert evening.carys.post(path, json=seen).json["state"] == "closed"


def test_one_number_that_nobody_has_is_not_another(evening: Evening) -> None:
    evening.hears(20, "I know where you live")
    evening.hears(21)
    vera = str(evening.vera.person.id)
    assert evening.do(evening.carys, 20, "assign", volunteer_id=vera).status_code < 300
    assert evening.do(evening.vera, 20, "hand-over", reason="frightened", note="").status_code == 204
    assert evening.do(evening.carys, 20, "assign", volunteer_id=vera).status_code == 422
    assert evening.do(evening.carys, 21, "assign", volunteer_id=vera).status_code < 300


def test_a_blocked_number_reaches_nobody_and_its_no_is_heard(evening: Evening, ctx: Context) -> None:
    evening.hears(0, "You scum")
    evening.takes(evening.vera)
    assert evening.do(evening.vera, 0, "block").status_code == 204
    evening.hears(0, "scum")
    for line in ("answer", "coordinator"):
        assert evening.line(line) == []
    assert evening.carys.get("/conversations").json["data"] == []
    row = evening.row(0, query="&line=blocked")
    assert (row["blocked_texts"], row["last"]["body"]) == (1, "scum")
    text = evening.carys.post("/messages", json={"contact_id": str(evening.contacts[0]), "body": "Hello"})
    assert (text.status_code, text.json["reason"]) == (409, "suppressed")
    reach = evening.carys.get(f"/contacts/{evening.contacts[0]}/reach").json
    assert "suppressed" in str(reach) or "listed" in str(reach)
    evening.hears(0, "STOP")
    with ctx.unit() as unit:
        assert len(unit.session.scalars(select(OptOut)).all()) == 1
    refused = evening.vera.post(f"/conversations/{row['id']}/unblock", json={"reason": "Sorry"})
    assert refused.status_code == 403
    assert evening.do(evening.carys, 0, "unblock", reason="A neighbour’s joke").json["blocked_at"] is None
    assert (evening.row(0)["state"], evening.line("blocked")) == ("closed", [])
    with ctx.unit() as unit:
        standing = unit.session.scalars(select(Suppression).where(Suppression.lifted_at.is_(None))).all()
        assert {one.reason for one in standing} == {"opt_out"}
        audited = unit.session.scalars(select(AuditEntry.action)).all()
        assert {"number.blocked", "number.unblocked"} <= {*audited}


def test_after_a_block_what_came_meanwhile_waits(evening: Evening) -> None:
    evening.hears(0, "You scum")
    evening.do(evening.carys, 0, "block")
    bar = evening.carys.get("/suppressions").json["data"][0]
    evening.hears(0, "Sorry, that was my brother")
    assert evening.carys.delete(f"/suppressions/{bar['id']}?reason=wrong").status_code == 204
    assert (evening.line("blocked"), evening.line("answer")) == ([], [mobile(0)])


def test_a_no_while_somebody_writes(evening: Evening) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    evening.hears(0, "STOP")
    refused = evening.do(evening.vera, 0, "reply", body="In the hall.")
    assert (refused.status_code, refused.json["reason"]) == (409, "opted_out")
    assert evening.takes(evening.vera) is None
    evening.hears(0, "ok thanks")
    assert evening.line("answer") == [], "nobody may answer them"


def test_a_copy_of_our_words_waits_for_nobody(evening: Evening) -> None:
    evening.hears(0, "Liked “Hello Gwen, polls are open.”")
    assert evening.line("answer") == []
    assert evening.row(0)["state"] == "open"


def test_who_answers_leads_only_where_the_campaign_does(evening: Evening) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    to_ready, elsewhere = "See {link:https://example.org/halls}", "See {link:https://evil.example/in}"
    for body in (to_ready, elsewhere):
        refused = evening.do(evening.vera, 0, "reply", body=body)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/body")
    ready = {"campaign_id": str(evening.campaign_id), "name": "Halls", "body": to_ready}
    assert evening.carys.post("/canned-replies", json=ready).status_code == 201
    assert evening.do(evening.vera, 0, "reply", body=elsewhere).status_code == 422
    assert "/l/" in evening.do(evening.vera, 0, "reply", body=to_ready).json["body"]
    assert "/l/" in evening.do(evening.carys, 0, "reply", body=elsewhere).json["body"], "hers to choose"


def test_what_came_while_somebody_wrote_is_not_answered(evening: Evening) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    seen = evening.row(0)["last"]["id"]
    evening.hears(0, "My mother is very ill, please ring")
    waits_since = evening.row(0)["last"]["created_at"]
    replied = evening.do(evening.vera, 0, "reply", body="In the hall.", seen_message_id=seen)
    assert replied.status_code == 201
    assert evening.row(0)["unanswered_since"] == waits_since
    assert evening.takes(evening.vera) == mobile(0)
    read = evening.do(evening.vera, 0, "reply", body="We will.", seen_message_id=_latest(evening))
    assert (read.status_code, evening.line("answer")) == (201, [])


def _latest(evening: Evening) -> str:
    whole = evening.carys.get(f"/conversations/{evening.row(0)['id']}").json
    return max(text["id"] for text in whole["messages"] if text["direction"] == "inbound")


def test_a_doubtful_text_that_nobody_read_is_not_decided(evening: Evening) -> None:
    evening.hears(0, "Stop the cuts")
    no = {"opt_out": False, "seen_message_id": _latest(evening)}
    evening.hears(0, "not interested in any of this")
    refused = evening.do(evening.carys, 0, "decide", **no)
    assert (refused.status_code, refused.json["reason"]) == (409, "newer_text")
    of_it = {"conversation_id": evening.row(0)["id"]}
    several = evening.carys.post("/conversations/decide", json={"decisions": [no | of_it]})
    assert (several.json["decided"], evening.row(0)["state"]) == ([], "review")
    read = no | of_it | {"seen_message_id": _latest(evening)}
    several = evening.carys.post("/conversations/decide", json={"decisions": [read]})
    assert (several.json["left"], evening.row(0)["state"]) == ([], "open")


def test_notes_and_tags_help_who_comes_next(evening: Evening, ctx: Context) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    assert evening.do(evening.vera, 0, "notes", body="Wants a poster").json["by"]["name"] == "Vera"
    assert evening.do(evening.vera, 0, "tags", tags=["poster", " lift  home ", "poster"]).json["tags"] == [
        "poster",
        "lift home",
    ]
    with ctx.unit() as unit:
        assert unit.session.get_one(Contact, (ctx.organisation_id, evening.contacts[0])).tags == [
            "poster",
            "lift home",
        ]
    assert evening.do(evening.vera, 0, "tags", tags=["lift home"]).status_code == 200
    assert evening.carys.get("/conversations?tag=poster").json["data"] == []
    assert len(evening.carys.get("/conversations?tag=lift%20home").json["data"]) == 1
    assert evening.do(evening.walt, 0, "notes", body="Hi").status_code == 404
    assert evening.do(evening.vera, 0, "tags", tags=["x" * 61]).status_code == 422


def test_words_kept_ready_are_of_a_campaign_or_of_all(evening: Evening, ctx: Context) -> None:
    olwen = evening.volunteer("Olwen", Role.ORGANISER)
    words = {"name": "Where?", "body": "Hi {first_name|there}, in the hall. {caller_name}"}
    of_theirs = {**words, "campaign_id": str(evening.campaign_id), "bodies": {"cy": "Helo {first_name}."}}
    made = olwen.post("/canned-replies", json=of_theirs)
    assert made.status_code == 201
    assert olwen.post("/canned-replies", json={**words, "campaign_id": None}).status_code == 422
    assert evening.carys.post("/canned-replies", json={**words, "campaign_id": None}).status_code == 201
    assert evening.vera.post("/canned-replies", json=of_theirs).status_code == 403
    path = f"/canned-replies/{made.json['id']}"
    assert olwen.patch(path, json={"body": "Hi {frist_name}"}).json["type"].endswith("unknown-placeholder")
    assert olwen.patch(path, json={"bodies": {"xx": "?"}}).status_code == 422
    assert olwen.patch(path, json={"name": "Where do I vote?"}).json["body"] == words["body"]
    listed = evening.vera.get(f"/canned-replies?campaign_id={evening.campaign_id}").json["data"]
    assert [one["name"] for one in listed] == ["Where do I vote?"]
    assert evening.vera.delete(path).status_code == 403
    assert olwen.delete(path).status_code == 204
    assert evening.vera.get(path).status_code == 404


def test_nobody_is_handed_what_another_has_just_taken(evening: Evening, ctx: Context) -> None:
    evening.hears(0)
    evening.takes(evening.vera)
    evening.clock.forward(minutes=11)
    other = make_person(evening.units, ctx.organisation_id, Role.VOLUNTEER, "Xanthe")
    with ThreadPoolExecutor(1) as pool:
        with ctx.unit() as unit:
            row = unit.session.scalars(select(Conversation).with_for_update()).one()
            row.assigned_to, row.held_until = other.id, evening.clock() + dt.timedelta(minutes=10)
            unit.session.flush()
            asked = pool.submit(evening.takes, evening.vera)
            wait_until_somebody_waits(unit)
        assert asked.result() is None


def test_tags_stay_with_whom_they_were_put_on(evening: Evening, ctx: Context) -> None:
    other = new_id()
    add_people(ctx, [(other, [mobile(0)])])
    evening.hears(0)
    evening.do(evening.carys, 0, "person", contact_id=str(evening.contacts[0]))
    evening.do(evening.carys, 0, "tags", tags=["poster", "lift"])
    change_contact(ctx, other, {"tags": ["lift", "own"]})
    evening.do(evening.carys, 0, "person", contact_id=str(other))
    assert evening.row(0)["tags"] == []
    evening.do(evening.carys, 0, "tags", tags=["new"])
    with ctx.unit() as unit:
        both = (evening.contacts[0], other)
        found = [unit.session.get_one(Contact, (ctx.organisation_id, one)).tags for one in both]
        assert found == [["poster", "lift"], ["lift", "own", "new"]]
