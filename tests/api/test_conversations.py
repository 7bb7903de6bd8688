"""What people write to us, a page at a time, and what a coordinator decides about it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, Received, receive
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.messaging import Message
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.phone_bank import Voter, add_voters, mobile

OURS = "+441632960000"
Writes = Callable[..., Received]


@pytest.fixture
def api_of(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


@pytest.fixture
def writes(context_of, carys: Person, organisation_id: uuid.UUID, clock) -> Writes:
    """`writes(1, "STOP")`: the first mobile texts us, a second later than the text before."""

    def write(index: int, body: str) -> Received:
        clock.forward(seconds=1)
        ctx = context_of(carys).as_actor(system_actor(organisation_id))
        return receive(ctx, InboundText(uuid.uuid4().hex, mobile(index), OURS, body, ctx.now))

    return write


def walk(caller: Caller, query: str = "", meanwhile: Callable[[], object] = lambda: None) -> list[str]:
    """The numbers of all conversations, two a page; something may happen after each page."""
    found, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/conversations?limit=2{query}{cursor and f'&cursor={cursor}'}").json
        found += [row["number"] for row in page["data"]]
        cursor = page["next_cursor"]
        meanwhile()
    return found


@pytest.mark.parametrize(
    ("body", "klass", "rule"),
    [
        ("STOP", "opt_out", "keyword"),
        ("could you stop these texts", "opt_out", "stop_texting"),
        ("st op", "review", "damaged_keyword"),
        ("START", "opt_in", "keyword"),
        ("which stop do I get off at?", "other", "a_place_or_way"),
        ("", "other", "no_words"),
    ],
)
def test_classify(api_of: Caller, body: str, klass: str, rule: str):
    answer = api_of.post("/messages/classify", json={"body": body})
    assert answer.status_code == 200
    assert answer.json == {"class": klass, "rule": rule}


@pytest.mark.parametrize("given", [{}, {"body": 5}, {"body": "x", "more": 1}, {"body": "x" * 10_001}])
def test_what_cannot_be_classified_is_refused(api_of: Caller, given):
    assert api_of.post("/messages/classify", json=given).status_code == 422


def test_a_conversation_has_the_person_and_what_they_wrote_last(api_of: Caller, ctx: Context, writes: Writes):
    sian = Voter("Siân", (mobile(1),))
    add_voters(ctx, [sian])
    writes(1, "Hello")
    writes(1, "st op")
    (row,) = api_of.get("/conversations").json["data"]
    assert row["contact_id"] == str(sian.id)
    assert row["contact"] == {"id": str(sian.id), "first_name": "Siân", "last_name": "Jones"}
    assert (row["number"], row["sender"], row["state"]) == (mobile(1), OURS, "review")
    assert (row["last"]["body"], row["last"]["class"]) == ("st op", "review")
    assert (row["last"]["from"], row["last"]["to"]) == (mobile(1), OURS)
    whole = api_of.get(f"/conversations/{row['id']}").json
    assert [text["body"] for text in whole["messages"]] == ["Hello", "st op"]
    assert {key: whole[key] for key in row} == row


def test_the_latest_text_comes_first_and_states_are_told_apart(api_of: Caller, writes: Writes):
    for index, body in ((1, "Hello"), (2, "STOP"), (3, "st op"), (4, "Hi"), (1, "Hello?")):
        writes(index, body)
    assert walk(api_of) == [mobile(1), mobile(4), mobile(3), mobile(2)]
    assert walk(api_of, "&state=open") == [mobile(1), mobile(4)]
    assert walk(api_of, "&state=review") == [mobile(3)]
    assert walk(api_of, "&state=closed") == [mobile(2)]
    assert walk(api_of, f"&campaign_id={uuid.uuid4()}") == []


def test_who_writes_during_a_walk_is_met_once_all_the_same(api_of: Caller, writes: Writes):
    for index in range(1, 8):
        writes(index, "Hello")
    again = iter([1, 6, 3, 2])
    met = walk(api_of, meanwhile=lambda: writes(next(again, 99), "Hello again"))
    assert met == [mobile(index) for index in (7, 6, 5, 4, 3, 2, 1)]


@pytest.mark.parametrize(
    "query", ["state=shut", "limit=0", "cursor=abc", "cursor=WyJhIl0", "campaign_id=x&no=1"]
)
def test_queries_that_make_no_sense_are_refused(api_of: Caller, query: str):
    assert api_of.get(f"/conversations?{query}").status_code == 422


def test_closing_lasts_until_they_write_again(api_of: Caller, writes: Writes):
    writes(1, "Hello")
    (row,) = api_of.get("/conversations").json["data"]
    for _ in range(2):
        answer = api_of.post(f"/conversations/{row['id']}/close")
        assert (answer.status_code, answer.json["state"]) == (200, "closed")
    writes(1, "One more thing")
    assert api_of.get(f"/conversations/{row['id']}").json["state"] == "open"


def test_one_under_review_is_decided_before_it_is_closed(api_of: Caller, writes: Writes):
    writes(1, "st op")
    (row,) = api_of.get("/conversations").json["data"]
    answer = api_of.post(f"/conversations/{row['id']}/close")
    assert answer.status_code == 409
    assert (answer.json["type"].rpartition("/")[2], answer.json["state"]) == ("invalid-transition", "review")


def test_it_was_a_no(api_of: Caller, ctx: Context, writes: Writes):
    sian = Voter("Siân", (mobile(1),))
    add_voters(ctx, [sian])
    writes(1, "st op")
    (row,) = api_of.get("/conversations").json["data"]
    for _ in range(2):
        answer = api_of.post(f"/conversations/{row['id']}/decide", json={"opt_out": True})
        assert (answer.status_code, answer.json["state"]) == (200, "closed")
    assert api_of.get(f"/contacts/{sian.id}").json["opt_outs"]["sms"] is not None
    assert api_of.post(f"/conversations/{row['id']}/decide", json={"opt_out": False}).status_code == 409
    with ctx.unit() as unit:
        actions = unit.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at)).all()
    assert {"conversation.decided", "opt_out.added"} <= set(actions)
    writes(1, "START")
    assert api_of.get(f"/contacts/{sian.id}").json["opt_outs"]["sms"] is None


def test_it_was_none_so_what_waited_goes_on(api_of: Caller, ctx: Context, context_of, carys, writes: Writes):
    with ctx.unit() as unit:
        waiting = queue_text(unit, ctx, number=mobile(1), body="Vote", purpose="single", sender=OURS)
        waiting.not_before = ctx.now + dt.timedelta(hours=5)
    writes(1, "st op")
    (row,) = api_of.get("/conversations").json["data"]
    answer = api_of.post(f"/conversations/{row['id']}/decide", json={"opt_out": False})
    assert (answer.status_code, answer.json["state"]) == (200, "open")
    now = context_of(carys).now
    with ctx.unit() as unit:
        assert unit.session.get_one(Message, (ctx.organisation_id, waiting.id)).not_before == now
    assert api_of.get("/suppressions").json["data"] == []


def test_what_is_not_there_is_not_there(api_of: Caller):
    nothing = f"/conversations/{uuid.uuid4()}"
    assert api_of.get(nothing).status_code == 404
    assert api_of.post(f"{nothing}/close").status_code == 404
    assert api_of.post(f"{nothing}/decide", json={"opt_out": True}).status_code == 404
    assert api_of.get("/conversations/x").status_code == 404


@pytest.mark.parametrize("role", [Role.TELLER, Role.OBSERVER])
def test_nobody_beside_the_ladder_reads_what_people_write(role: Role, api, units, organisation_id):
    caller = api(make_person(units, organisation_id, role, "Una"))
    assert caller.get("/conversations").status_code == 403


def test_reviews_name_the_rule_and_its_words_and_several_are_decided_at_once(api_of: Caller, writes: Writes):
    writes(1, "too many texts from you lot")
    writes(2, "st op")
    writes(2, "hello again")
    writes(3, "STOP")
    rows = api_of.get("/conversations?state=review").json["data"]
    doubted = {row["number"]: [(one["rule"], one["words"]) for one in row["doubted"]] for row in rows}
    assert doubted == {mobile(1): [("complaint", "too many texts")], mobile(2): [("damaged_keyword", "")]}
    given = [{"conversation_id": row["id"], "opt_out": row["number"] == mobile(1)} for row in rows]
    answer = api_of.post("/conversations/decide", json={"decisions": given}).json
    assert (sorted(answer["decided"]), answer["left"]) == (sorted(row["id"] for row in rows), [])
    nothing = [{"conversation_id": rows[0]["id"], "opt_out": rows[0]["number"] != mobile(1)}]
    assert api_of.post("/conversations/decide", json={"decisions": nothing}).json["left"] == [rows[0]["id"]]
    assert all(row["doubted"] == [] for row in api_of.get("/conversations").json["data"])
