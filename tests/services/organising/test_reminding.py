"""Whoever signed up is told each thing once, by a phone that is theirs, and nothing once they are off it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from dialer.domain.access import Role
from dialer.domain.event import Span
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.accounts import change_account
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    create_volunteer,
)
from dialer.services.calling.campaigns import (
    CampaignFields,
    activate_campaign,
    change_campaign,
    create_campaign,
    end_campaign,
)
from dialer.services.context import Context
from dialer.services.organising import reminding
from dialer.services.organising.events import NewEvent, cancel_event, make_event
from dialer.services.organising.private_pages import (
    leave_by_link,
    look_at_private_page,
    show_phone_by_link,
)
from dialer.services.organising.rsvps import (
    RsvpForm,
    change_event,
    come_myself,
    guests_of,
    sign_up,
    stay_away,
    withdraw,
)
from dialer.services.organising.telling import how_i_am_reminded
from dialer.services.paging import Page
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.events import Event, EventNotice, Rsvp
from dialer.store.models.messaging import Message
from dialer.store.models.people import Suppression
from tests.letters import POLICY
from tests.people import Person, join_campaign

TOM = "+447700900123"
UNA = "+447700900124"
START: dt.datetime = dt.datetime(2026, 5, 12, 17, tzinfo=dt.UTC)
"""Tuesday at six in London; the tests begin on the Thursday before."""
EVENING = dt.datetime(2026, 5, 11, 17, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 5, 12, 8, tzinfo=dt.UTC)


@dataclass
class Bank:
    """A campaign with one session, and the hand of the machine."""

    ctx: Context
    campaign_id: uuid.UUID
    event_id: uuid.UUID

    @property
    def system(self) -> Context:
        return self.ctx.as_actor(system_actor(self.ctx.organisation_id))

    def joins(self, phone: str | None = None, email: str = "") -> uuid.UUID:
        """Somebody fills in the public form."""
        form = RsvpForm("Somebody", phone or "", email, consent=True)
        return sign_up(self.system, self.event_id, form).id

    def sweep(self, at: dt.datetime) -> None:
        for _ in range(5):
            reminding.remind_some(self.system.at(at))

    def told(self) -> list[str]:
        """What waits to go, by how it begins."""
        with self.ctx.unit() as unit:
            rows = unit.session.scalars(
                select(Message)
                .where(Message.purpose == "event", Message.state == "queued")
                .order_by(Message.id)
            )
            return [f"{row.number} {(row.subject or row.body).split(':')[0]}" for row in rows]

    def sent(self) -> None:
        """All that waits has gone."""
        with self.ctx.unit() as unit:
            unit.session.execute(update(Message).where(Message.purpose == "event").values(state="sent"))

    def goes_to(self, place: str, at: dt.datetime) -> None:
        change_event(self.ctx.at(at), self.event_id, {"place": place})

    def bodies(self) -> list[str]:
        """What stands in that which waits to go."""
        with self.ctx.unit() as unit:
            waits = (Message.purpose == "event", Message.state == "queued")
            return list(unit.session.scalars(select(Message.body).where(*waits).order_by(Message.id)))

    def knows(self, at: dt.datetime) -> list[bool | None]:
        """Of each who signed up, whether they could be told."""
        return [one.told for one in guests_of(self.ctx.at(at), self.event_id, Page(10)).items]

    def code(self, rsvp_id: uuid.UUID) -> str:
        with self.ctx.unit() as unit:
            return unit.session.get_one(Rsvp, (unit.organisation_id, rsvp_id)).code


def new_session(campaign_id: uuid.UUID, capacity: int | None = None) -> NewEvent:
    span = Span(START, START + dt.timedelta(hours=2))
    return NewEvent("phone_bank", "Ring round", "The hall", span, campaign_id, capacity=capacity)


@pytest.fixture
def bank(ctx: Context) -> Bank:
    campaign = create_campaign(ctx, {"name": "Aber", "kind": "phone_bank", "senders": ["+447700900001"]})
    return Bank(ctx, campaign.id, make_event(ctx, new_session(campaign.id, 2)).id)


@pytest.fixture
def tom(ctx: Context, bank: Bank) -> Context:
    """Tom, whose phone a coordinator gave."""
    made = create_volunteer(ctx, NewVolunteer(name="Tom", phone=TOM, campaign_ids=[bank.campaign_id]))
    actor = replace(ctx.actor, account_id=made.id, campaign_ids=frozenset({bank.campaign_id}))
    return ctx.as_actor(actor)


def test_each_is_told_once(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    come_myself(tom, bank.event_id)
    assert bank.told() == [f"{TOM} You're coming"]
    bank.sent()
    bank.sweep(EVENING - dt.timedelta(seconds=1))
    assert bank.told() == []
    bank.sweep(EVENING)
    bank.sweep(EVENING + dt.timedelta(hours=1))
    assert bank.told() == [f"{TOM} Tomorrow"]
    bank.sent()
    bank.sweep(MORNING)
    bank.sweep(START - dt.timedelta(minutes=31))
    assert bank.told() == [f"{TOM} Today"]
    bank.sent()
    bank.sweep(START)
    assert bank.told() == []


def test_whoever_comes_late_isnt_told_what_they_just_read(bank: Bank, tom: Context) -> None:
    come_myself(tom.at(EVENING + dt.timedelta(minutes=5)), bank.event_id)
    bank.sent()
    bank.sweep(EVENING + dt.timedelta(minutes=6))
    assert bank.told() == []
    bank.sweep(MORNING)
    assert bank.told() == [f"{TOM} Today"]


def test_a_reminder_that_waits_is_dropped_with_the_place(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    bank.sent()
    bank.sweep(EVENING)
    stay_away(tom.at(EVENING), bank.event_id)
    assert bank.told() == []
    bank.sweep(MORNING)
    assert bank.told() == []
    come_myself(tom.at(MORNING), bank.event_id)
    assert bank.told() == []  # they know, and have the link


def test_a_new_role_takes_nobody_out_of_a_session_but_going_home_does(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    assert tom.actor.account_id is not None

    def comes() -> list[str]:
        with bank.ctx.unit() as unit:
            return list(unit.session.scalars(select(Rsvp.state)))

    for role in (Role.COORDINATOR, Role.ORGANISER, Role.OBSERVER):
        change_account(bank.ctx, tom.actor.account_id, AccountChanges(), role)
    assert comes() == ["going"]
    change_account(bank.ctx, tom.actor.account_id, AccountChanges(active=False))
    assert comes() == ["withdrawn"]


def test_what_was_called_off_reminds_nobody_and_is_told_to_all(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    rsvp_id = bank.joins(UNA)
    show_phone_by_link(bank.system, bank.code(rsvp_id))
    bank.sent()
    bank.sweep(EVENING)
    assert len(bank.told()) == 2
    cancel_event(bank.ctx.at(EVENING), bank.event_id)
    assert bank.told() == []
    bank.sweep(EVENING)
    bank.sweep(MORNING)
    assert bank.told() == [f"{TOM} Called off", f"{UNA} Called off"]


def test_more_than_fit_into_one_batch(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "BATCH", 2)
    bank.ctx = replace(bank.ctx, messaging=POLICY)
    event_id = make_event(bank.ctx, new_session(bank.campaign_id)).id
    bank.event_id = event_id
    for number in range(5):
        bank.joins(email=f"p{number}@example.org")
    bank.sent()
    calls = 0
    while reminding.remind_some(bank.system.at(EVENING)):
        calls += 1
    assert calls == 3
    assert sorted(bank.told()) == [f"p{number}@example.org Tomorrow" for number in range(5)]


def test_a_phone_that_nobody_has_shown_to_be_theirs_gets_one_text(bank: Bank) -> None:
    rsvp_id = bank.joins(UNA)
    assert bank.told() == [f"{UNA} You're coming"]
    bank.sent()
    bank.sweep(EVENING)
    assert bank.told() == []
    with bank.ctx.unit() as unit:
        notice = unit.session.get_one(EventNotice, (unit.organisation_id, rsvp_id, "day_before"))
        assert notice.message_id is None
    code = bank.code(rsvp_id)
    assert look_at_private_page(bank.system, code).asks
    show_phone_by_link(bank.system, code)
    assert not look_at_private_page(bank.system, code).asks
    bank.sweep(MORNING)
    assert bank.told() == [f"{UNA} Today"]


def test_a_public_form_fills_no_strangers_phone(bank: Bank) -> None:
    for _ in range(5):
        bank.event_id = make_event(bank.ctx, new_session(bank.campaign_id)).id
        bank.joins(UNA)
    assert len(bank.told()) == 3


def test_the_link_in_a_text_shows_the_phone_of_one_of_us(bank: Bank, ctx: Context, vic: Person) -> None:
    join_campaign(ctx.units, vic, bank.campaign_id)
    with ctx.unit() as unit:
        unit.session.execute(update(Account).where(Account.id == vic.id).values(phone=UNA))
    rsvp_id = bank.joins(UNA)
    assert look_at_private_page(bank.system, bank.code(rsvp_id)).asks
    show_phone_by_link(bank.system, bank.code(rsvp_id))
    with ctx.unit() as unit:
        assert unit.session.get_one(Account, (unit.organisation_id, vic.id)).phone_confirmed_at == ctx.now


def test_by_email_in_their_language_where_there_is_no_phone(bank: Bank, ctx: Context) -> None:
    bank.ctx = replace(ctx, messaging=POLICY)
    made = create_volunteer(
        ctx,
        NewVolunteer(name="Tom", email="Tom@Example.org", languages=["cy"], campaign_ids=[bank.campaign_id]),
    )
    come_myself(bank.ctx.as_actor(replace(ctx.actor, account_id=made.id)), bank.event_id)
    assert bank.told() == ["tom@example.org Rydych chi'n dod"]
    with ctx.unit() as unit:
        body = unit.session.scalars(select(Message.body).where(Message.purpose == "event")).one()
    assert re.search(r"\(http\S+/e/[a-z0-9]{12}\)", body)


def test_whoever_moves_up_is_told_each_time(bank: Bank, tom: Context) -> None:
    first, second = bank.joins("+447700900125"), bank.joins("+447700900126")
    come_myself(tom, bank.event_id)
    assert bank.told()[-1] == f"{TOM} You're on the waiting list"
    bank.sent()
    leave_by_link(bank.system, bank.code(first))
    leave_by_link(bank.system, bank.code(first))
    assert bank.told() == [f"{TOM} There's a place for you"]
    bank.sent()
    stay_away(tom, bank.event_id)
    bank.joins("+447700900127")
    come_myself(tom, bank.event_id)
    bank.sent()
    withdraw(bank.ctx, second)
    assert bank.told() == [f"{TOM} There's a place for you"]


def test_without_a_sender_they_come_all_the_same(ctx: Context) -> None:
    campaign = create_campaign(ctx, {"name": "Aber", "kind": "phone_bank"})
    bank = Bank(ctx, campaign.id, make_event(ctx, new_session(campaign.id)).id)
    rsvp_id = bank.joins(UNA)
    assert bank.told() == []
    assert look_at_private_page(bank.system, bank.code(rsvp_id)).state == "going"


@pytest.fixture
def ann(ctx: Context, bank: Bank) -> Context:
    """Ann, of whom a coordinator gave a phone and an email, where letters can be sent."""
    new = NewVolunteer(name="Ann", phone=UNA, email="Ann@Example.org", campaign_ids=[bank.campaign_id])
    actor = replace(ctx.actor, account_id=create_volunteer(ctx, new).id)
    return replace(ctx, messaging=POLICY).as_actor(actor)


def test_by_email_where_there_is_no_number_that_texts_come_from(
    ctx: Context, bank: Bank, ann: Context
) -> None:
    change_campaign(ctx, bank.campaign_id, CampaignFields(senders=[]))
    assert how_i_am_reminded(ann) == "by_email"
    come_myself(ann, bank.event_id)
    assert bank.told() == ["ann@example.org You're coming"]
    assert how_i_am_reminded(replace(ann, messaging=ctx.messaging)) == "not"


def test_by_email_whose_phone_said_no_to_texts(bank: Bank, ann: Context) -> None:
    assert how_i_am_reminded(ann) == "by_text"
    say_no(ann, "sms", number=UNA)
    assert how_i_am_reminded(ann) == "by_email"
    come_myself(ann, bank.event_id)
    assert bank.told() == ["ann@example.org You're coming"]
    say_no(ann, "email", email="ann@example.org")
    assert how_i_am_reminded(ann) == "not"


def say_no(ctx: Context, channel: str, **place: str) -> None:
    with ctx.unit() as unit:
        given = {"reason": "opt_out", "source": "text", "created_at": ctx.now}
        unit.session.add(
            Suppression(organisation_id=unit.organisation_id, id=new_id(), channel=channel, **place, **given)
        )


HOUR: dt.timedelta = dt.timedelta(hours=1)


def test_another_place_is_told_to_whoever_was_reminded(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    bank.sent()
    bank.sweep(EVENING)
    assert "The hall." in bank.bodies()[0]
    bank.goes_to("The library", EVENING + HOUR)
    assert bank.told() == []
    bank.sweep(EVENING + HOUR)
    bank.sweep(EVENING + HOUR)
    assert bank.told() == [f"{TOM} Tomorrow"]
    assert "6 pm. New place: The library. Calendar" in bank.bodies()[0]
    bank.sent()
    bank.sweep(MORNING)
    bank.sent()
    change_event(bank.ctx.at(MORNING), bank.event_id, {"title": "Ring", "place": "The library"})
    bank.sweep(MORNING)
    assert bank.told() == []
    bank.goes_to("The inn", MORNING + HOUR)
    bank.sweep(MORNING + HOUR)
    assert bank.told() == [f"{TOM} Today"]
    assert bank.knows(MORNING + HOUR) == [True]


def test_what_waits_with_the_old_place_is_written_anew(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    bank.goes_to("The library", bank.ctx.now + HOUR)
    assert bank.told() == [f"{TOM} You're coming"]
    assert "New place: The library." in bank.bodies()[0]


def test_whoever_came_after_the_reminder_hears_of_another_place(bank: Bank, tom: Context) -> None:
    come_myself(tom.at(MORNING + HOUR), bank.event_id)
    bank.sent()
    bank.goes_to("The library", MORNING + 2 * HOUR)
    bank.joins("+447700900125")
    bank.sent()
    bank.sweep(MORNING + 2 * HOUR)
    assert "New place: The library." in bank.bodies()[0]


def test_whoever_couldnt_be_told_of_another_place_is_to_be_rung(bank: Bank) -> None:
    bank.joins(UNA)
    bank.sweep(EVENING)
    assert bank.knows(EVENING) == [None]
    bank.goes_to("The library", EVENING + HOUR)
    assert bank.knows(EVENING + HOUR) == [None]
    bank.sweep(EVENING + HOUR)
    assert bank.knows(EVENING + HOUR) == [False]


def test_whoever_couldnt_be_told_that_they_moved_up_is_to_be_rung(bank: Bank) -> None:
    first, *_ = [bank.joins(phone) for phone in ("+447700900125", "+447700900126", UNA)]
    leave_by_link(bank.system, bank.code(first))
    assert bank.knows(bank.ctx.now) == [None, False]


def test_what_was_called_off_too_late_to_tell_is_told_no_more(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    end = START + dt.timedelta(hours=2)
    cancel_event(bank.ctx.at(end - dt.timedelta(minutes=1)), bank.event_id)
    assert bank.knows(end - dt.timedelta(minutes=1)) == [None]
    bank.sweep(end)
    assert bank.knows(end) == [False]


def test_in_the_last_half_hour_nobody_is_told(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    late = START - dt.timedelta(minutes=20)
    bank.sent()
    bank.goes_to("The library", late)
    bank.sweep(late)
    assert (bank.told(), bank.knows(late)) == ([], [False])


def test_who_was_sent_home_is_told_nothing(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    bank.sent()
    assert tom.actor.account_id is not None
    change_volunteer(bank.ctx, tom.actor.account_id, VolunteerChanges(active=False))
    bank.sweep(EVENING)
    assert bank.told() == []
    with bank.ctx.unit() as unit:
        assert unit.session.get_one(Event, (unit.organisation_id, bank.event_id)).taken == 0


def test_who_was_taken_off_the_campaign_keeps_no_place(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    other = create_campaign(bank.ctx, {"name": "Bron", "kind": "phone_bank", "senders": ["+447700900001"]})
    stays = make_event(bank.ctx, new_session(other.id)).id
    assert tom.actor.account_id is not None
    both = [bank.campaign_id, other.id]
    change_volunteer(bank.ctx, tom.actor.account_id, VolunteerChanges(campaign_ids=both))
    come_myself(tom.as_actor(replace(tom.actor, campaign_ids=frozenset(both))), stays)
    bank.sent()
    change_volunteer(bank.ctx, tom.actor.account_id, VolunteerChanges(campaign_ids=[other.id]))
    with bank.ctx.unit() as unit:
        taken = [
            unit.session.get_one(Event, (unit.organisation_id, id_)).taken for id_ in (bank.event_id, stays)
        ]
    assert taken == [0, 1]
    bank.sweep(EVENING)
    assert len(bank.told()) == 1


def test_the_end_of_a_campaign_calls_its_sessions_off(bank: Bank, tom: Context) -> None:
    come_myself(tom, bank.event_id)
    bank.sent()
    activate_campaign(bank.ctx, bank.campaign_id)
    end_campaign(bank.ctx, bank.campaign_id)
    with bank.ctx.unit() as unit:
        assert unit.session.get_one(Event, (unit.organisation_id, bank.event_id)).state == "cancelled"
    bank.sweep(bank.ctx.now)
    assert bank.told() == [f"{TOM} Called off"]


def test_nobody_is_asked_where_nothing_is_soon(bank: Bank, tom: Context) -> None:
    asked: list[str] = []

    class Jobs:
        def enqueue(self, queue: str, job_path: str, *args: str | int, first: bool = False) -> None:
            asked.append(job_path)

    system = replace(bank.system, jobs=Jobs())  # type: ignore[arg-type]
    reminding.ask_if_due(system.at(EVENING))
    assert asked == []
    come_myself(tom, bank.event_id)
    reminding.ask_if_due(system)
    assert asked == []
    reminding.ask_if_due(system.at(EVENING))
    assert asked == [reminding.REMIND]
