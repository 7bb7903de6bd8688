"""One sign-up for each person, by whichever of their names they came."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from dialer.domain.access import Role
from dialer.domain.event import Span
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import create_campaign
from dialer.services.context import Context
from dialer.services.organising.events import NewEvent, get_event, make_event
from dialer.services.organising.private_pages import look_at_private_page
from dialer.services.organising.rsvps import RsvpForm, come_myself, guests_of, sign_up, stay_away, withdraw
from dialer.services.organising.views import RsvpView
from dialer.services.paging import Page
from dialer.store.models.accounts import Account
from dialer.store.models.events import Rsvp
from dialer.store.session import UnitFactory
from tests.people import Person, make_person

PHONE = "+447700900123"
OTHER_PHONE = "+447700900124"
EMAIL = "una@example.org"
SHOWN = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


@pytest.fixture
def campaign_id(ctx: Context) -> uuid.UUID:
    return create_campaign(ctx, {"name": "Aber", "kind": "phone_bank", "senders": ["+447700900001"]}).id


@pytest.fixture
def event_id(ctx: Context, campaign_id: uuid.UUID) -> uuid.UUID:
    """A session of the campaign with three places."""
    new = NewEvent("phone_bank", "Ring round", "The hall", _span(ctx), campaign_id, capacity=3)
    return make_event(ctx, new).id


def _span(ctx: Context) -> Span:
    start = ctx.now + dt.timedelta(days=3)
    return Span(start, start + dt.timedelta(hours=2))


def test_who_comes_back_with_another_phone_is_told_there(ctx: Context, event_id: uuid.UUID) -> None:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    first = sign_up(system, event_id, RsvpForm("Una", PHONE, EMAIL, consent=True))
    withdraw(ctx, first.id)
    again = sign_up(system, event_id, RsvpForm("Una Rees", OTHER_PHONE, EMAIL, consent=True))
    assert again.id == first.id
    [guest] = guests_of(ctx, event_id, Page()).items
    assert (guest.name, guest.phone, guest.email) == ("Una Rees", OTHER_PHONE, EMAIL)


def test_who_had_two_sign_ups_and_comes_back_has_one(ctx: Context, event_id: uuid.UUID) -> None:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    for form in (RsvpForm("Una", PHONE, consent=True), RsvpForm("Una", email=EMAIL, consent=True)):
        withdraw(ctx, sign_up(system, event_id, form).id)
    sign_up(system, event_id, RsvpForm("Una", PHONE, EMAIL, consent=True))
    [guest] = guests_of(ctx, event_id, Page()).items
    assert (guest.phone, guest.email) == (PHONE, EMAIL)


@pytest.fixture
def una(units: UnitFactory, organisation_id: uuid.UUID, campaign_id: uuid.UUID) -> Person:
    """A volunteer of the campaign whose phone is shown to be hers."""
    return make_person(
        units,
        organisation_id,
        Role.VOLUNTEER,
        "Una",
        campaign_ids=(campaign_id,),
        phone=PHONE,
        email="Una@Example.org",
        phone_confirmed_at=SHOWN,
    )


def by_form(ctx: Context, event_id: uuid.UUID, phone: str = "", email: str = "", places: int = 1) -> RsvpView:
    """Somebody fills in the public form."""
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    return sign_up(system, event_id, RsvpForm("Somebody", phone, email, consent=True, places=places))


def set_phone(ctx: Context, account_id: uuid.UUID, phone: str | None, email: str | None = None) -> None:
    with ctx.unit() as unit:
        changed = update(Account).where(Account.id == account_id).values(phone=phone, email=email)
        unit.session.execute(changed)


def rows(ctx: Context, event_id: uuid.UUID) -> list[tuple[uuid.UUID | None, str | None, str | None, str]]:
    with ctx.unit() as unit:
        found = unit.session.scalars(select(Rsvp).where(Rsvp.event_id == event_id).order_by(Rsvp.id))
        return [(row.account_id, row.phone, row.email, row.state) for row in found]


@pytest.mark.parametrize(("phone", "email"), [(PHONE, ""), ("", EMAIL), (PHONE, EMAIL)])
def test_whoever_signed_up_by_the_form_and_has_an_account_since_comes_once(
    ctx: Context,
    context_of: Callable[[Person], Context],
    event_id: uuid.UUID,
    una: Person,
    *,
    phone: str,
    email: str,
) -> None:
    set_phone(ctx, una.id, None)
    made = by_form(ctx, event_id, phone, email, places=2)
    set_phone(ctx, una.id, PHONE, "Una@Example.org")
    hers = context_of(una)
    for _ in range(2):
        assert come_myself(hers, event_id) == made
    assert rows(ctx, event_id) == [(una.id, None, None, "going")]
    (guest,) = guests_of(ctx, event_id, Page(10)).items
    assert (guest.name, guest.phone, guest.places) == ("Una", PHONE, 2)
    seen = get_event(hers, event_id)
    assert (seen.going, seen.mine) == (2, made)
    stay_away(hers, event_id)
    assert get_event(hers, event_id).going == 0


def test_a_phone_that_nobody_has_shown_to_be_theirs_takes_nobodys_place(
    ctx: Context, context_of: Callable[[Person], Context], event_id: uuid.UUID, una: Person
) -> None:
    set_phone(ctx, una.id, None)
    by_form(ctx, event_id, PHONE)
    set_phone(ctx, una.id, PHONE)
    with ctx.unit() as unit:
        unit.session.execute(update(Account).where(Account.id == una.id).values(phone_confirmed_at=None))
    come_myself(context_of(una), event_id)
    assert rows(ctx, event_id) == [(None, PHONE, None, "going"), (una.id, None, None, "going")]


def test_who_signed_off_and_filled_in_the_form_has_the_one_that_stands(
    ctx: Context, context_of: Callable[[Person], Context], event_id: uuid.UUID, una: Person
) -> None:
    hers = context_of(una)
    come_myself(hers, event_id)
    stay_away(hers, event_id)
    made = by_form(ctx, event_id, OTHER_PHONE)
    set_phone(ctx, una.id, OTHER_PHONE)
    assert come_myself(hers, event_id) == made
    assert rows(ctx, event_id) == [(una.id, None, None, "going")]
    stay_away(hers, event_id)
    assert come_myself(hers, event_id).id == made.id
    with ctx.unit() as unit:
        code = unit.session.scalars(select(Rsvp.code).where(Rsvp.event_id == event_id)).one()
    page = look_at_private_page(ctx.as_actor(system_actor(ctx.organisation_id)), code)
    assert (page.name, page.state) == ("Una", "going")


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.ORGANISER, Role.COORDINATOR, Role.ADMIN])
@pytest.mark.parametrize("typed", [{"phone": PHONE}, {"email": EMAIL}, {"phone": PHONE, "email": EMAIL}])
def test_whoever_types_anothers_number_reads_nothing_of_them(
    ctx: Context,
    context_of: Callable[[Person], Context],
    units: UnitFactory,
    campaign_id: uuid.UUID,
    event_id: uuid.UUID,
    *,
    role: Role,
    typed: dict[str, str],
) -> None:
    ids = (
        (create_campaign(ctx, {"name": "Other", "kind": "phone_bank"}).id,) if role is Role.VOLUNTEER else ()
    )
    theirs = {"phone": PHONE, "email": EMAIL}
    make_person(units, ctx.organisation_id, role, "Secret", campaign_ids=ids, **theirs)
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(campaign_id,))
    by_form(ctx, event_id, **typed)
    (guest,) = guests_of(context_of(olwen), event_id, Page(10)).items
    assert (guest.account_id, guest.name) == (None, "Somebody")
    assert {"phone": guest.phone, "email": guest.email} == {"phone": None, "email": None, **typed}


def test_the_form_knows_volunteers_of_the_campaign_and_who_signed_up_already(
    ctx: Context, units: UnitFactory, event_id: uuid.UUID, una: Person, carys: Person
) -> None:
    assert by_form(ctx, event_id, email=EMAIL) == by_form(ctx, event_id, PHONE)
    set_phone(ctx, carys.id, OTHER_PHONE)
    own = come_myself(ctx, event_id)
    assert by_form(ctx, event_id, OTHER_PHONE) == own
    assert [row[0] for row in rows(ctx, event_id)] == [una.id, carys.id]
    of_nobody = make_event(ctx, NewEvent("rally", "Rally", "The square", _span(ctx))).id
    mallory = make_person(units, ctx.organisation_id, Role.VOLUNTEER, "Mal", phone="+447700900125")
    for phone, known in ((OTHER_PHONE, None), ("+447700900125", mallory.id)):
        by_form(ctx, of_nobody, phone)
        assert rows(ctx, of_nobody)[-1][0] == known
