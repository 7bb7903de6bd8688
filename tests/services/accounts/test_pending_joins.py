"""What somebody asked for by a join link is theirs as soon as they are in, once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dialer.domain.access import Role
from dialer.domain.event import Span
from dialer.domain.phone import PhonePolicy
from dialer.services.accounts import pending_joins
from dialer.services.accounts.join_links import NewJoinLink, create_join_link, delete_join_link
from dialer.services.accounts.joining import JoinForm, join
from dialer.services.accounts.pending_joins import finish_my_joins
from dialer.services.accounts.sign_in_links import create_invite, sign_in_with_link
from dialer.services.accounts.views import JoinOutcome
from dialer.services.accounts.volunteers import VolunteerChanges, change_volunteer, get_volunteer
from dialer.services.context import Context
from dialer.services.organising.events import NewEvent, cancel_event, make_event
from dialer.services.organising.rsvps import come_myself, guests_of, stay_away
from dialer.services.paging import Page
from dialer.store.models.events import Event
from dialer.store.session import MetOutOfOrder, UnitOfWork
from tests.people import Person, make_person

PHONES = PhonePolicy(allow_fictional=True)
HOUR = dt.timedelta(hours=1)

Ask = Callable[..., JoinOutcome]


@pytest.fixture
def session_id(ctx: Context, hill: uuid.UUID) -> uuid.UUID:
    """A session of Pen Hill, for which Vic doesn't call."""
    starts_at = ctx.now + 24 * HOUR
    return make_event(
        ctx, NewEvent("phone_bank", "Ring round", "The hall", Span(starts_at, starts_at + HOUR), hill)
    ).id


@pytest.fixture
def ask(ctx: Context, vic: Person) -> Ask:
    """Join by a code on a device that isn't Vic's, with the phone that Vic is known by."""
    change_volunteer(ctx, vic.id, VolunteerChanges(phone="07700 900123"))

    def attempt(code: str, now: dt.datetime = ctx.now) -> JoinOutcome:
        form = JoinForm("Vic", "07700 900123", consent=True)
        return join(ctx.units, PHONES, code, form, device=None, now=now).outcome

    return attempt


def link_to(ctx: Context, campaign_id: uuid.UUID, **new: object) -> str:
    """A link's code."""
    return create_join_link(ctx, campaign_id, replace(NewJoinLink(), **new)).code  # type: ignore[arg-type]


def open_link(ctx: Context, vic: Person) -> Context:
    """Vic's, who opened the sign-in link that a coordinator made."""
    code = create_invite(ctx, vic.id).url.rsplit("/", 1)[1]
    return replace(ctx, actor=sign_in_with_link(ctx.units, code, ctx.now).actor)


def guests(ctx: Context, session_id: uuid.UUID) -> list[tuple[str, str]]:
    return [(one.name, one.state) for one in guests_of(ctx, session_id, Page()).items]


def test_whoever_is_known_joins_by_opening_their_link(
    ctx: Context, vic: Person, *, ask: Ask, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    code = link_to(ctx, hill, event_id=session_id)
    assert [ask(code), ask(code)] == [JoinOutcome.LINK_ASKED] * 2
    assert guests(ctx, session_id) == []
    assert get_volunteer(ctx, vic.id).campaign_ids == [marsh]
    vics = open_link(ctx, vic)
    assert [(event.id, rsvp.state) for event, rsvp in finish_my_joins(vics)] == [(session_id, "going")]
    assert set(get_volunteer(ctx, vic.id).campaign_ids) == {marsh, hill}
    assert guests(ctx, session_id) == [("Vic", "going")]
    assert finish_my_joins(vics) == []


def test_two_that_finish_at_once_sign_up_once(
    ctx: Context, vic: Person, ask: Ask, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    ask(link_to(ctx, hill, event_id=session_id))
    vics = open_link(ctx, vic)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: len(finish_my_joins(vics)), range(2)))
    assert sorted(done) == [0, 1]
    assert guests(ctx, session_id) == [("Vic", "going")]


def test_sessions_are_locked_in_one_order_whatever_was_asked_first(
    ctx: Context,
    vic: Person,
    *,
    ask: Ask,
    hill: uuid.UUID,
    session_id: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starts_at = ctx.now + 48 * HOUR
    later = make_event(
        ctx, NewEvent("phone_bank", "Again", "The hall", Span(starts_at, starts_at + HOUR), hill)
    ).id
    for minute, event_id in enumerate((later, session_id)):
        ask(link_to(ctx, hill, event_id=event_id), ctx.now + dt.timedelta(minutes=minute))
    locked, lock = list[uuid.UUID](), pending_joins.lock_event

    def give_way_once(unit: UnitOfWork, event_id: uuid.UUID) -> Event | None:
        locked.append(event_id)
        if len(locked) == 2:
            raise MetOutOfOrder
        return lock(unit, event_id)

    monkeypatch.setattr(pending_joins, "lock_event", give_way_once)
    assert len(finish_my_joins(open_link(ctx, vic))) == 2
    assert locked == sorted((session_id, later)) * 2


def test_what_was_asked_long_ago_is_forgotten(
    ctx: Context, vic: Person, *, ask: Ask, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    ask(link_to(ctx, hill, event_id=session_id), ctx.now - dt.timedelta(days=8))
    assert finish_my_joins(open_link(ctx, vic)) == []
    assert get_volunteer(ctx, vic.id).campaign_ids == [marsh]
    assert guests(ctx, session_id) == []


def test_who_waits_to_be_let_in_is_forgotten_never(
    ctx: Context, vic: Person, *, ask: Ask, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    ask(link_to(ctx, hill, event_id=session_id, approval=True), ctx.now - dt.timedelta(days=6))
    vics = open_link(ctx, vic)
    assert finish_my_joins(vics) == []
    assert finish_my_joins(replace(vics, now=ctx.now + dt.timedelta(days=2))) == []
    change_volunteer(ctx, vic.id, VolunteerChanges(campaign_ids=[marsh, hill]))
    assert guests(ctx, session_id) == [("Vic", "going")]


def test_who_is_known_and_has_to_be_let_in_comes_once_they_are(
    ctx: Context, vic: Person, *, ask: Ask, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    ask(link_to(ctx, hill, event_id=session_id, approval=True))
    assert finish_my_joins(open_link(ctx, vic)) == []
    assert get_volunteer(ctx, vic.id).waiting_campaign_ids == [hill]
    change_volunteer(ctx, vic.id, VolunteerChanges(campaign_ids=[marsh, hill]))
    assert guests(ctx, session_id) == [("Vic", "going")]


def test_a_newcomer_who_is_let_in_comes_and_one_who_isnt_doesnt(
    ctx: Context, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    code = link_to(ctx, hill, event_id=session_id, approval=True)
    new = [
        join(ctx.units, PHONES, code, JoinForm(name, reach, consent=True), device=None, now=ctx.now)
        for name, reach in (("Tom", "07700 900124"), ("Una", "una@example.org"))
    ]
    ids = [one.signed_in.actor.account_id for one in new if one.signed_in and one.signed_in.actor.account_id]
    assert guests(ctx, session_id) == []
    change_volunteer(ctx, ids[0], VolunteerChanges(campaign_ids=[hill]))
    change_volunteer(ctx, ids[1], VolunteerChanges(campaign_ids=[marsh]))
    change_volunteer(ctx, ids[1], VolunteerChanges(campaign_ids=[marsh, hill]))
    assert guests(ctx, session_id) == [("Tom", "going")]


def test_nobody_comes_who_signed_off_since(
    ctx: Context, vic: Person, *, ask: Ask, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    change_volunteer(ctx, vic.id, VolunteerChanges(campaign_ids=[marsh, hill]))
    ask(link_to(ctx, hill, event_id=session_id))
    later = replace(open_link(ctx, vic), now=ctx.now + HOUR)
    come_myself(later, session_id)
    stay_away(later, session_id)
    assert finish_my_joins(replace(later, now=later.now + HOUR)) == []
    assert guests(ctx, session_id) == []


def test_a_session_that_is_called_off_leaves_them_in_the_campaign(
    ctx: Context, vic: Person, ask: Ask, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    ask(link_to(ctx, hill, event_id=session_id))
    cancel_event(ctx, session_id)
    assert finish_my_joins(open_link(ctx, vic)) == []
    assert hill in get_volunteer(ctx, vic.id).campaign_ids


def test_a_link_that_was_taken_back_or_is_full_leads_nowhere(
    ctx: Context, vic: Person, *, ask: Ask, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    gone, full = link_to(ctx, hill, event_id=session_id), link_to(ctx, hill, max_joins=1)
    ask(gone)
    ask(full)
    delete_join_link(ctx, gone)
    join(ctx.units, PHONES, full, JoinForm("Una", "una@example.org", True), device=None, now=ctx.now)
    assert finish_my_joins(open_link(ctx, vic)) == []
    assert get_volunteer(ctx, vic.id).campaign_ids == [marsh]
    assert guests(ctx, session_id) == []


def test_whoever_was_sent_home_is_in_nothing_when_they_come_back(
    ctx: Context, vic: Person, *, ask: Ask, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    ask(link_to(ctx, hill, event_id=session_id))
    change_volunteer(ctx, vic.id, VolunteerChanges(active=False))
    change_volunteer(ctx, vic.id, VolunteerChanges(active=True))
    assert finish_my_joins(open_link(ctx, vic)) == []
    assert guests(ctx, session_id) == []


def test_only_volunteers_join_by_links(
    ctx: Context, organisation_id: uuid.UUID, marsh: uuid.UUID, hill: uuid.UUID, session_id: uuid.UUID
) -> None:
    oli = make_person(
        ctx.units,
        organisation_id,
        Role.ORGANISER,
        "Oli",
        campaign_ids=(marsh,),
        email="oli@example.org",
    )
    form = JoinForm("Oli", "oli@example.org", consent=True)
    code = link_to(ctx, hill, event_id=session_id)
    assert join(ctx.units, PHONES, code, form, device=None, now=ctx.now).outcome is JoinOutcome.LINK_ASKED
    assert finish_my_joins(replace(ctx, actor=oli.actor)) == []
    assert guests(ctx, session_id) == []
    assert oli.actor.campaign_ids == {marsh}
