"""A word to many of us: to each once, whoever presses twice and whatever breaks."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from dialer.domain.circular import Audience
from dialer.domain.errors import AudienceChanged, Conflict, InvalidTransition, NotFound, ValidationFailed
from dialer.domain.event import Span
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.teams import create_team
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    create_volunteer,
)
from dialer.services.calling.campaigns import create_campaign
from dialer.services.context import Context
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.organising import circular_writing
from dialer.services.organising.circular_writing import ask_if_due, write_some
from dialer.services.organising.circulars import (
    CircularView,
    NewCircular,
    call_off_circular,
    get_circular,
    id_for,
    list_circulars,
    look_at_circular,
    send_circular,
)
from dialer.services.organising.events import NewEvent, make_event
from dialer.services.organising.rsvps import RsvpForm, sign_up
from dialer.services.paging import Page
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.queries.conversations import locked_conversation

TOM, UNA = "+447700900321", "+447700900322"
WORDS = "The hall opens at five today."


@pytest.fixture
def campaign_id(ctx: Context) -> uuid.UUID:
    """A campaign with Tom and Una, by phone, and Ann, of whom nothing is known; texts come from somewhere."""
    add_sender(ctx, NewSender("+447700900188"))
    made = create_campaign(ctx, {"name": "Aber", "kind": "phone_bank"}).id
    for name, phone in (("Tom", TOM), ("Una", UNA), ("Ann", None)):
        create_volunteer(ctx, NewVolunteer(name, [made], phone=phone))
    return made


@pytest.fixture
def wanted(campaign_id: uuid.UUID) -> NewCircular:
    return NewCircular(Audience.CAMPAIGN, campaign_id, WORDS, expected=2, id=new_id())


def written(ctx: Context) -> list[tuple[str, str, str]]:
    with ctx.unit() as unit:
        rows = unit.session.execute(
            select(Message.number, Message.body, Message.state).where(Message.purpose == "single")
        )
        return sorted(tuple(row) for row in rows)


def write_all(ctx: Context) -> None:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    while write_some(system):
        pass


def test_it_is_looked_at_before_it_goes(ctx: Context, wanted: NewCircular) -> None:
    seen = look_at_circular(ctx, wanted)
    assert (seen.name, seen.recipients, dict(seen.channels)) == ("Aber", 2, {"sms": 2})
    assert dict(seen.left_out) == {"no_way": 1}
    [read] = seen.previews
    assert (read.body, read.segments) == (WORDS, 1)
    assert seen.cost == 2 * read.cost
    assert look_at_circular(ctx, replace(wanted, body="")).recipients == 2
    assert written(ctx) == []


def test_each_gets_it_once_however_often_it_is_sent(ctx: Context, wanted: NewCircular) -> None:
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda _: send_circular(ctx, wanted), range(2)))
    assert {one.id for one in sent} == {wanted.id}
    assert send_circular(ctx, replace(wanted, expected=None)).id == wanted.id
    assert dict(get_circular(ctx, sent[0].id).counts) == {"waiting": 2}
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    ask_if_due(system)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: write_all(ctx), range(2)))
    assert written(ctx) == [(TOM, WORDS, "queued"), (UNA, WORDS, "queued")]
    shown = get_circular(ctx, sent[0].id)
    assert (dict(shown.counts), dict(shown.left_out), shown.total) == ({"queued": 2}, {"no_way": 1}, 3)
    assert [(one.name, one.reason) for one in shown.not_reached] == [("Ann", "no_way")]
    assert [one.id for one in list_circulars(ctx, Page()).items] == [wanted.id]


def test_other_words_or_to_others_are_another_circular(ctx: Context, wanted: NewCircular) -> None:
    send_circular(ctx, wanted)
    assert id_for(ctx, wanted) == wanted.id
    for other in (
        replace(wanted, body="In room 3, sorry."),
        replace(wanted, subject="The hall"),
        replace(wanted, audience=Audience.TEAM, audience_id=create_team(ctx, "Gwent", "region").id),
    ):
        with pytest.raises(Conflict):
            send_circular(ctx, other)
        assert id_for(ctx, other) != wanted.id
    changed = replace(wanted, body="In room 3, sorry.")
    send_circular(ctx, replace(changed, id=id_for(ctx, changed)))
    write_all(ctx)
    assert [body for _, body, _ in written(ctx)] == ["In room 3, sorry.", WORDS] * 2


def test_two_that_send_other_words_at_once_know_of_each_other(ctx: Context, wanted: NewCircular) -> None:
    def send(body: str) -> bool:
        try:
            send_circular(ctx, replace(wanted, body=body))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, ("One.", "Two."))) == [False, True]
    write_all(ctx)
    assert len({body for _, body, _ in written(ctx)}) == 1


def test_a_worker_that_dies_in_the_middle_leaves_no_doubles(
    ctx: Context, wanted: NewCircular, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_circular(ctx, wanted)
    monkeypatch.setattr(circular_writing, "BATCH", 2)
    before, seen = circular_writing.write_once, []

    def die(*args: object, **named: object) -> object:
        seen.append(args)
        if len(seen) == 2:
            raise ConnectionError
        return before(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(circular_writing, "write_once", die)
    with pytest.raises(ConnectionError):
        write_all(ctx)
    assert written(ctx) == []
    write_all(ctx)
    assert [number for number, *_ in written(ctx)] == [TOM, UNA]


def test_who_wrote_to_us_still_waits_for_an_answer(ctx: Context, wanted: NewCircular) -> None:
    with ctx.unit() as unit:
        locked_conversation(unit, TOM, ctx.now).unanswered_since = ctx.now
    send_circular(ctx, wanted)
    write_all(ctx)
    assert [number for number, *_ in written(ctx)] == [TOM, UNA]
    with ctx.unit() as unit:
        waits = unit.session.scalar(select(Conversation.unanswered_since).where(Conversation.number == TOM))
    assert waits == ctx.now


def test_a_no_holds_also_one_that_comes_after_the_press(ctx: Context, wanted: NewCircular) -> None:
    add_suppression(ctx, NewSuppression(["sms"], "manual", TOM))
    assert dict(look_at_circular(ctx, wanted).left_out) == {"suppressed": 1, "no_way": 1}
    sent = send_circular(ctx, replace(wanted, expected=1))
    add_suppression(ctx, NewSuppression(["sms"], "manual", UNA))
    write_all(ctx)
    assert written(ctx) == []
    assert dict(get_circular(ctx, sent.id).left_out) == {"suppressed": 2, "no_way": 1}


def test_whoever_was_sent_home_meanwhile_gets_nothing(
    ctx: Context, wanted: NewCircular, campaign_id: uuid.UUID
) -> None:
    new = create_volunteer(ctx, NewVolunteer("Vi", [campaign_id], phone="+447700900323"))
    sent = send_circular(ctx, replace(wanted, expected=3))
    change_volunteer(ctx, new.id, VolunteerChanges(active=False))
    write_all(ctx)
    assert [number for number, *_ in written(ctx)] == [TOM, UNA]
    assert dict(get_circular(ctx, sent.id).left_out) == {"no_way": 2}


def test_what_hasnt_gone_is_called_off(
    ctx: Context, wanted: NewCircular, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circular_writing, "BATCH", 1)
    sent = send_circular(ctx, wanted)
    write_some(ctx.as_actor(system_actor(ctx.organisation_id)))
    for _ in range(2):
        off = call_off_circular(ctx, sent.id)
    write_all(ctx)
    assert (dict(off.counts), dict(off.left_out)) == ({"cancelled": 1}, {"called_off": 1, "no_way": 1})
    assert [state for *_, state in written(ctx)] == ["cancelled"]


def test_what_has_gone_cant_be_called_off(ctx: Context, wanted: NewCircular) -> None:
    sent = send_circular(ctx, wanted)
    write_all(ctx)
    with ctx.unit() as unit:
        for row in unit.session.scalars(select(Message).where(Message.purpose == "single")):
            row.state = "sent"
    with pytest.raises(InvalidTransition):
        call_off_circular(ctx, sent.id)


def test_as_many_as_were_seen_or_nobody(ctx: Context, wanted: NewCircular) -> None:
    for expected in (None, 1, 3):
        with pytest.raises(AudienceChanged) as refused:
            send_circular(ctx, replace(wanted, expected=expected))
        assert refused.value.recipients == 2
    empty = create_campaign(ctx, {"name": "Nobody", "kind": "phone_bank"}).id
    with pytest.raises(Conflict):
        send_circular(ctx, replace(wanted, audience_id=empty, expected=0))
    for bad in ("", "Hello {first_name}", "x" * 2_000):
        with pytest.raises(ValidationFailed):
            send_circular(ctx, replace(wanted, body=bad))
    with pytest.raises(NotFound):
        look_at_circular(ctx, replace(wanted, audience_id=new_id()))


def test_a_team_is_everybody_in_it_and_below_it(ctx: Context, wanted: NewCircular) -> None:
    top = create_team(ctx, "Gwent", "region")
    below = create_team(ctx, "Aber", "local", top.id)
    for name, team, phone in (("Vi", top.id, "+447700900323"), ("Wyn", below.id, "+447700900324")):
        create_volunteer(ctx, NewVolunteer(name, [], phone=phone, team_ids=[team]))
    seen = look_at_circular(ctx, replace(wanted, audience=Audience.TEAM, audience_id=top.id))
    assert (seen.name, seen.recipients) == ("Gwent", 2)


def test_a_session_is_whoever_signed_up_known_or_not(
    ctx: Context, wanted: NewCircular, campaign_id: uuid.UUID
) -> None:
    start = ctx.now + dt.timedelta(days=1)
    span = Span(start, start + dt.timedelta(hours=1))
    event = make_event(ctx, NewEvent("phone_bank", "Ring round", "The hall", span, campaign_id))
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    for name, phone in (("Tom", TOM), ("Ida", "07700 900325")):
        sign_up(system, event.id, RsvpForm(name, phone, consent=True))
    to_all: NewCircular = replace(wanted, audience=Audience.SESSION, audience_id=event.id, expected=1)
    seen = look_at_circular(ctx, to_all)
    assert (seen.name, dict(seen.channels), dict(seen.left_out)) == ("Ring round", {"sms": 1}, {"no_way": 1})
    sent: CircularView = send_circular(ctx, to_all)
    write_all(ctx)
    assert [number for number, *_ in written(ctx)] == [TOM]
    assert [one.name for one in get_circular(ctx, sent.id).not_reached] == ["Ida"]
