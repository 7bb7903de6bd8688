"""All that happened with a person is there, in one order by time, and each once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from dialer.domain.errors import Forbidden, NotFound, ValidationFailed
from dialer.domain.opt_out import NewConsent
from dialer.domain.result import HouseholdReport, Report
from dialer.domain.timeline import Kind
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.corrections import correct_result
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from dialer.services.gotv.pledges import NewPledge, put_pledge
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.turnout_undo import undo_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.messaging.conversation_notes import add_note
from dialer.services.messaging.conversations import ConversationSearch, decide, list_conversations
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.paging import Page
from dialer.services.people.contacts import ContactSearch, change_contact, list_contacts
from dialer.services.people.no_contact import add_opt_out, lift_opt_out
from dialer.services.people.opt_outs import bar_number
from dialer.services.people.suppressions import NewSuppression, add_suppression, delete_suppression
from dialer.services.people.timeline import Happening, timeline, view_timeline
from dialer.services.people.weighing import Origin
from dialer.store.models import new_id
from dialer.store.models.gotv import Pledge
from tests.people import Person
from tests.services.gotv.electors import election_id
from tests.services.people.importing import bring_in
from tests.web.phone_bank import PhoneBank, open_phone_bank

OURS, OWENS = "+447700900001", "+447700900102"


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    return open_phone_bank(ctx, vic)


def later(ctx: Context, minutes: int) -> Context:
    return ctx.at(ctx.now + dt.timedelta(minutes=minutes))


def texted(ctx: Context, body: str, number: str = OWENS) -> None:
    ours = ctx.as_actor(system_actor(ctx.organisation_id))
    receive(ours, InboundText(uuid.uuid4().hex, number, OURS, body, ctx.now))


def happened(ctx: Context, contact_id: uuid.UUID, *kinds: Kind) -> list[Happening]:
    return list(timeline(ctx, contact_id, Page(200), kinds).items)


def told(events: list[Happening]) -> list[tuple[str, str, str | None]]:
    return [(event.kind, event.what, event.note) for event in events]


def test_all_that_happened_stands_in_one_order(ctx: Context, bank: PhoneBank) -> None:
    owen = bank.people["Owen"]
    change_contact(ctx, owen, {"elector_number": "KA1-13"})
    put_pledge(later(ctx, 1), owen, NewPledge(bank.campaign_id, 3))
    put_pledge(later(ctx, 2), owen, NewPledge(bank.campaign_id, 1, "postal"))
    texted(later(ctx, 3), "Where do I vote?")
    conversation = list_conversations(later(ctx, 30), ConversationSearch(), Page()).items[0]
    add_note(later(ctx, 4), conversation.id, "Told him: the hall")
    mark_turnout(later(ctx, 5), [NewMark("KA1-13", at=later(ctx, 5).now, source="teller")])
    undo_turnout(later(ctx, 6), [NewMark("KA1-13")], reason="Another Owen")
    texted(later(ctx, 7), "STOP")
    consent = NewConsent("At our stall", later(ctx, 8).now)
    lift_opt_out(later(ctx, 9), owen, "sms", "He asked for it", consent)
    add_opt_out(later(ctx, 10), owen, "voice", note="Rang the office")
    events = happened(ctx, owen)
    at_once = slice(3, 5)
    assert {*told(events)[at_once]} == {("opt_out", "opt_out", "STOP"), ("text", "inbound", "STOP")}
    del events[at_once]
    assert told(events) == [
        ("opt_out", "opt_out", "Rang the office"),
        ("opt_out", "lifted", "He asked for it"),
        ("consent", "consent", "At our stall"),
        ("turnout", "taken_back", "Another Owen"),
        ("turnout", "voted", None),
        ("note", "note", "Told him: the hall"),
        ("text", "inbound", "Where do I vote?"),
        ("pledge", "pledge", None),
        ("pledge", "pledge", None),
        ("change", "contact.changed", None),
    ]
    pledges = [event for event in events if event.kind is Kind.PLEDGE]
    assert (pledges[0].facts["support"], pledges[0].facts["before"]) == (1, 3)
    assert (pledges[0].by, pledges[0].campaign, pledges[0].facts["source"]) == (
        "Carys",
        "Evening calls",
        "manual",
    )
    assert "before" not in pledges[1].facts
    assert events[-1].facts["fields"] == ["elector_number"]
    assert {event.facts["conversation_id"] for event in events if event.kind is Kind.NOTE} == {
        str(conversation.id)
    }


def test_a_no_has_the_words_that_made_it_and_no_older_ones(ctx: Context, bank: PhoneBank) -> None:
    owen = bank.people["Owen"]
    texted(ctx, "STOP")
    lift_opt_out(later(ctx, 2), owen, "sms", "He asked for it", NewConsent("At our stall", later(ctx, 1).now))
    add_opt_out(later(ctx, 60), owen, "sms", source="text")
    noes = [event for event in happened(ctx, owen, Kind.OPT_OUT) if event.what == "opt_out"]
    assert [no.note for no in noes] == [None, "STOP"], "what he wrote an hour before isn't his no of now"


def test_a_no_that_somebody_decided_has_the_words_they_decided_about(ctx: Context, bank: PhoneBank) -> None:
    owen = bank.people["Owen"]
    texted(ctx, "Please stop the cuts to our library")
    (waiting,) = list_conversations(later(ctx, 5), ConversationSearch(), Page()).items
    assert waiting.state == "review"
    decide(later(ctx, 900), waiting.id, opt_out=True)
    assert told(happened(ctx, owen, Kind.OPT_OUT)) == [
        ("opt_out", "opt_out", "Please stop the cuts to our library")
    ]


def test_a_bar_on_their_address_is_told(ctx: Context, bank: PhoneBank) -> None:
    owen = bank.people["Owen"]
    change_contact(ctx, owen, {"email": "Owen@example.org"})
    with ctx.unit() as unit:
        bar_number(unit, "owen@example.org", "email", Origin("complaint", ctx.now), reason="complaint")
        bar_number(unit, "gwen@example.org", "email", Origin("complaint", ctx.now), reason="complaint")
    (bar,) = happened(ctx, owen, Kind.OPT_OUT)
    assert (bar.what, bar.facts["email"], bar.facts["source"]) == ("barred", "owen@example.org", "complaint")
    assert not bar.facts["taken_back"]


@pytest.mark.parametrize("where", ["number", "email"])
def test_a_bar_that_was_lifted_stays_and_says_when_and_why(ctx: Context, bank: PhoneBank, where: str) -> None:
    owen = bank.people["Owen"]
    change_contact(ctx, owen, {"email": "owen@example.org"})
    at = {"email": "owen@example.org"} if where == "email" else {"number": OWENS}
    channels = ["email"] if where == "email" else ["voice"]
    made, _ = add_suppression(ctx, NewSuppression(channels, "manual", note="Rang at work", **at))
    delete_suppression(later(ctx, 60), made.id, "They rang us")
    lifted, bar = happened(ctx, owen, Kind.OPT_OUT)
    assert (bar.what, bar.note, bar.facts["taken_back"]) == ("barred", "Rang at work", True)
    assert (lifted.what, lifted.note, lifted.at) == ("unbarred", "They rang us", later(ctx, 60).now)
    assert lifted.facts[where] == at[where]


def test_a_call_says_what_was_answered_and_that_it_was_corrected(
    ctx: Context, bank: PhoneBank, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    mine = context_of(vic)
    given = next_assignment(mine, start_session(mine, bank.campaign_id).id)
    assert isinstance(given, AssignmentView)
    record_result(mine, given.id, HouseholdReport(Report("contacted", {"vote": "yes"}, notes="Kind")))
    correct_result(later(mine, 1), given.id, HouseholdReport(Report("contacted", {"vote": "no"})))
    now, before = happened(ctx, given.contact.id, Kind.CALL)
    assert (before.facts["disposition"], before.note, before.by) == ("contacted", "Kind", "Vic")
    assert before.facts["answers"] == [
        {
            "question": "Can we count on your vote for Aled Rees on Thursday 7 May?",
            "answer": "Yes, definitely",
        }
    ]
    assert (before.facts["corrected"], now.facts["corrected"]) == (True, False)
    assert [event.facts["taken_back"] for event in happened(ctx, given.contact.id, Kind.PLEDGE)] == [
        False,
        True,
    ]


def test_imports_say_what_they_brought_and_changed(ctx: Context, bank: PhoneBank) -> None:
    rows = "First name,Surname,Mobile,Ward\nNia,Rees,07700 900150,{ward}\n"
    bring_in(ctx, rows.format(ward="Bryn"))
    bring_in(later(ctx, 1), rows.format(ward="Coed"))
    nia = list_contacts(ctx, ContactSearch(phone="07700 900150"), Page()).items[0]
    changed, brought = happened(later(ctx, 2), nia.id, Kind.IMPORT)
    assert (brought.what, brought.note) == ("brought", "list.csv")
    assert (changed.what, changed.facts["fields"]) == ("changed", ["ward"])


def test_pages_hold_each_event_once_whatever_shares_a_moment(ctx: Context, bank: PhoneBank) -> None:
    owen, election = bank.people["Owen"], election_id(ctx)
    with ctx.unit() as unit:
        unit.session.add_all(
            Pledge(
                organisation_id=unit.organisation_id,
                id=new_id(),
                election_id=election,
                contact_id=owen,
                support=1 + nth % 5,
                source="manual",
                at=ctx.now - dt.timedelta(minutes=nth // 4),
            )
            for nth in range(23)
        )
    whole = [event.id for event in happened(ctx, owen)]
    walked: list[uuid.UUID] = []
    page = Page(5)
    while True:
        part = timeline(ctx, owen, page)
        walked += [event.id for event in part.items]
        if part.next is None:
            break
        page = Page(5, part.next)
    assert walked == whole
    assert len({*walked}) == 23


@pytest.mark.parametrize(
    "after",
    [
        ("x",),
        ("2026-05-07", "x", "y"),
        ("2026-05-07T12:00:00", str(uuid.uuid4()), "y"),
        ("2026-05-07T12:00:00+00:00", str(uuid.uuid4()), "\0"),
    ],
)
def test_another_lists_cursor_is_refused(ctx: Context, bank: PhoneBank, after: tuple[str, ...]) -> None:
    with pytest.raises(ValidationFailed):
        timeline(ctx, bank.people["Owen"], Page(5, after))


def test_only_coordinators_look_and_nobody_sees_whom_there_isnt(
    ctx: Context, bank: PhoneBank, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    with pytest.raises(Forbidden):
        view_timeline(context_of(vic), bank.people["Owen"], Page())
    with pytest.raises(NotFound):
        view_timeline(ctx, uuid.uuid4(), Page())
    other = dataclasses.replace(ctx, actor=dataclasses.replace(ctx.actor, organisation_id=uuid.uuid4()))
    with pytest.raises(NotFound):
        timeline(other, bank.people["Owen"], Page())
