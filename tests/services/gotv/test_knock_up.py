"""Knock-up lists hold exactly those whom the contract says, in order, page by page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden, NotFound, ValidationFailed
from dialer.domain.knock_up import Channel, Order
from dialer.domain.walk import place_of
from dialer.services.context import Context
from dialer.services.gotv.knock_up import (
    KnockUpSearch,
    knock_up_csv,
    knock_up_summary,
    list_knock_up,
)
from dialer.services.gotv.record import record_support, record_turnout
from dialer.services.paging import Page
from dialer.store.models import new_id
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.calling import Campaign
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from dialer.store.models.queue import ContactProgress
from dialer.store.session import UnitFactory
from tests.people import make_person
from tests.services.gotv.electors import election_id, make_campaign, make_electors

MOBILE, LANDLINE = "mobile", "landline"
NUMBERS = {"+447700900101": MOBILE, "+447700900102": MOBILE, "+441632960101": LANDLINE}
"""Several people may have one: a number that is barred is barred for all of them."""
BARRED = {("+447700900102", "sms"), ("+441632960101", "voice")}


@dataclass(frozen=True)
class Elector:
    """Somebody made up, with all that decides whether they are on a list."""

    support: int | None = 1
    voting_method: str | None = None
    voted: bool = False
    status: str = "active"
    address: str | None = "1 High Street"
    postcode: str | None = "CF10 1AA"
    district: str | None = "AA"
    noes: frozenset[str] = frozenset()
    numbers: tuple[str, ...] = ()
    gone: bool = False
    listed: bool = True
    attempts: int = 0
    name: str = "Siân"


@dataclass
class Town:
    """A campaign with its electors."""

    ctx: Context
    campaign_id: uuid.UUID
    people: dict[uuid.UUID, Elector] = field(default_factory=dict)

    def listed(
        self, channel: Channel, order: Order = Order.ATTEMPTS, limit: int = 50, **more: Any
    ) -> list[uuid.UUID]:
        """The list, walked page by page."""
        found: list[uuid.UUID] = []
        page: Page | None = Page(limit)
        while page is not None:
            some = list_knock_up(
                self.ctx, self.campaign_id, KnockUpSearch(channel, order=order, **more), page
            )
            found += [person.contact_id for person in some.items]
            page = Page(limit, some.next) if some.next else None
        return found


def make_town(ctx: Context, electors: list[Elector], support_max: int = 2) -> Town:
    ids = [
        make_electors(
            ctx,
            f"AA-{nth}-{uuid.uuid4().hex[:8]}",
            polling_district=one.district,
            address=one.address,
            postcode=one.postcode,
            status=one.status,
            last_name=one.name,
        )[0]
        for nth, one in enumerate(electors)
    ]
    listed = [contact for contact, one in zip(ids, electors, strict=True) if one.listed]
    campaign, election = make_campaign(ctx, *listed), election_id(ctx)
    with ctx.unit() as unit:
        mine = {"organisation_id": unit.organisation_id}
        unit.session.execute(
            update(Campaign).where(Campaign.id == campaign).values(knock_up_support_max=support_max)
        )
        for contact, one in zip(ids, electors, strict=True):
            who = {"contact_id": contact, "election_id": election, "source": "door", "at": ctx.now}
            record_support(unit, support=one.support, voting_method=one.voting_method, **who)  # type: ignore[arg-type]
            if one.voted:
                record_turnout(unit, **who)  # type: ignore[arg-type]
            unit.session.add_all(
                OptOut(
                    **mine,
                    id=new_id(),
                    contact_id=contact,
                    channel=channel,
                    source="manual",
                    created_at=ctx.now,
                )
                for channel in one.noes
            )
            unit.session.add_all(
                ContactPhone(
                    **mine,
                    contact_id=contact,
                    number=number,
                    line_type=NUMBERS[number],
                    position=place,
                    removed_at=ctx.now if one.gone else None,
                )
                for place, number in enumerate(one.numbers)
            )
            if one.attempts:
                progress = {"campaign_id": campaign, "contact_id": contact, "attempts": one.attempts}
                unit.session.add(ContactProgress(**mine, **progress, turn="retry", last_attempt_at=ctx.now))
    return Town(ctx, campaign, dict(zip(ids, electors, strict=True)))


def is_on(one: Elector, channel: Channel, support_max: int) -> bool:
    """The contract's words (§9)."""
    due = (
        one.listed
        and one.support is not None
        and one.support <= support_max
        and not one.voted
        and one.voting_method not in {"postal", "proxy"}
        and one.status != "deceased"
    )
    if channel is Channel.DOORSTEP:
        return due and bool(one.address) and one.status != "moved" and "door" not in one.noes
    fits = [number for number in one.numbers if (number, str(channel)) not in BARRED and not one.gone]
    if channel is Channel.SMS:
        fits = [number for number in fits if NUMBERS[number] == MOBILE]
    return due and bool(fits) and str(channel) not in one.noes


ELECTORS = st.builds(
    Elector,
    support=st.none() | st.integers(1, 5) | st.just(1),
    voting_method=st.sampled_from([None, None, "in_person", "postal", "proxy"]),
    voted=st.sampled_from([False, False, False, True]),
    status=st.sampled_from(["active", "active", "active", "moved", "deceased"]),
    address=st.sampled_from([None, "1 High Street", "2 High St", "3 High Street", "Rose Cottage, Mill Lane"]),
    postcode=st.sampled_from([None, "CF10 1AA", "CF10 2AA"]),
    district=st.sampled_from([None, "AA", "AB"]),
    noes=st.frozensets(st.sampled_from(["door", "voice", "sms"]), max_size=2),
    numbers=st.lists(st.sampled_from(list(NUMBERS)), unique=True, max_size=3).map(tuple),
    gone=st.sampled_from([False, False, False, True]),
    listed=st.sampled_from([True, True, True, False]),
    attempts=st.integers(0, 2),
    name=st.sampled_from(["Adams", "Bowen"]),
)


@pytest.fixture
def barred(ctx: Context) -> None:
    """The numbers that somebody said no with."""
    with ctx.unit() as unit:
        unit.session.execute(
            insert(Suppression),
            [
                {
                    "organisation_id": unit.organisation_id,
                    "id": new_id(),
                    "number": number,
                    "channel": channel,
                    "reason": "opt_out",
                    "source": "manual",
                    "created_at": ctx.now,
                }
                for number, channel in sorted(BARRED)
            ],
        )


@pytest.mark.usefixtures("barred")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(electors=st.lists(ELECTORS, max_size=9), support_max=st.integers(1, 5), limit=st.integers(1, 4))
def test_it_is_exactly_those_whom_the_contract_says(
    ctx: Context, electors: list[Elector], support_max: int, limit: int
) -> None:
    town = make_town(ctx, electors, support_max)
    figures = knock_up_summary(ctx, town.campaign_id)
    for channel in Channel:
        due = {contact for contact, one in town.people.items() if is_on(one, channel, support_max)}
        assert figures.by_channel[channel] == len(due)
        for order in Order:
            listed = town.listed(channel, order, limit)
            assert set(listed) == due
            assert len(listed) == len(due), "each once"
            assert listed == sorted(due, key=lambda contact: _place(town, contact, order))
        in_one = town.listed(channel, limit=limit, polling_district="AA")
        assert set(in_one) == {contact for contact in due if town.people[contact].district == "AA"}


def _place(town: Town, contact: uuid.UUID, order: Order) -> tuple[object, ...]:
    one = town.people[contact]
    first = (one.attempts, one.support) if order is Order.ATTEMPTS else ()
    return (*first, place_of(one.district, one.address, one.postcode), one.name, "Siân", str(contact))


def test_nobody_comes_twice_or_is_left_out_when_somebody_votes_between_two_pages(ctx: Context) -> None:
    town = make_town(ctx, [Elector(address=f"{number} High Street") for number in (1, 3, 5, 2, 4)])
    first, second, third, *others = town.people
    search = KnockUpSearch(Channel.DOORSTEP, order=Order.WALK)
    page = list_knock_up(ctx, town.campaign_id, search, Page(2))
    assert [one.contact_id for one in page.items] == [first, second]
    with ctx.unit() as unit:
        for contact in (first, second):
            who = {"contact_id": contact, "election_id": election_id(ctx), "source": "door", "at": ctx.now}
            record_turnout(unit, **who)  # type: ignore[arg-type]
    after = list_knock_up(ctx, town.campaign_id, search, Page(2, page.next))
    assert [one.contact_id for one in after.items] == [third, others[0]]
    assert not list_knock_up(ctx, town.campaign_id, search, Page(2, after.next)).next


@pytest.mark.parametrize(
    "cursor", [("x",), ("0", "AA", "no id"), ("0", "AA", str(uuid.UUID(int=9))), ("9" * 30,) * 3]
)
def test_a_cursor_that_was_made_up_is_refused(ctx: Context, cursor: tuple[str, ...]) -> None:
    town = make_town(ctx, [])
    with pytest.raises(ValidationFailed):
        list_knock_up(ctx, town.campaign_id, KnockUpSearch(Channel.VOICE, order=Order.WALK), Page(2, cursor))


def test_the_phone_is_one_that_may_be_used(ctx: Context, barred: None) -> None:
    town = make_town(ctx, [Elector(numbers=("+441632960101", "+447700900102", "+447700900101"))])
    numbers = {
        channel: list_knock_up(ctx, town.campaign_id, KnockUpSearch(channel), Page(1)).items[0].phone
        for channel in Channel
    }
    assert numbers == {
        Channel.DOORSTEP: "+447700900102",
        Channel.VOICE: "+447700900102",
        Channel.SMS: "+447700900101",
    }
    silent = make_town(ctx, [Elector(numbers=("+447700900101",), noes=frozenset({"voice"}))])
    (person,) = list_knock_up(ctx, silent.campaign_id, KnockUpSearch(Channel.DOORSTEP), Page(1)).items
    assert person.phone is None, "whoever said no to calls has no number to be called at"


def test_the_whole_list_goes_away_as_a_file_and_that_is_audited(ctx: Context) -> None:
    town = make_town(ctx, [Elector(), Elector(address="=HYPERLINK()"), Elector(support=4)])
    lines = list(knock_up_csv(ctx, town.campaign_id, KnockUpSearch(Channel.DOORSTEP)))
    assert len(lines) == 3
    assert "'=HYPERLINK()" in "".join(lines)
    with ctx.unit() as unit:
        of_it = select(AuditEntry.changes).where(AuditEntry.action == "knock_up.exported")
        assert unit.session.scalars(of_it).all() == [{"channel": "doorstep", "polling_district": None}]


def test_volunteers_see_none_and_organisers_only_their_campaigns(ctx: Context, units: UnitFactory) -> None:
    town, search = make_town(ctx, [Elector()]), KnockUpSearch(Channel.DOORSTEP)
    for role in (Role.VOLUNTEER, Role.TELLER, Role.OBSERVER):
        nosy = make_person(units, ctx.organisation_id, role, "Nia", campaign_ids=(town.campaign_id,))
        with pytest.raises(Forbidden):
            list_knock_up(ctx.as_actor(nosy.actor), town.campaign_id, search, Page())
    stranger = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    for deed in (knock_up_csv, lambda *asked: list_knock_up(*asked, Page())):
        with pytest.raises(NotFound):
            deed(ctx.as_actor(stranger.actor), town.campaign_id, search)
    with pytest.raises(NotFound):
        knock_up_summary(ctx.as_actor(stranger.actor), town.campaign_id)
    with ctx.unit() as unit:
        assert unit.session.scalar(select(Contact.id)) is not None
