"""Everybody who signs in: who gives which role, and what ends when it is taken."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.errors import Conflict, Forbidden, NotFound, RuleBroken, ValidationFailed
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.account_search import NOT_BACK_AFTER, AccountSearch, Doing
from dialer.services.accounts.accounts import (
    NewAccount,
    change_account,
    create_account,
    get_account,
    invite_account,
    list_accounts,
)
from dialer.services.accounts.authentication import actor_for_login, actor_for_token
from dialer.services.accounts.devices import who_is_remembered
from dialer.services.accounts.logins import sign_in_with_token
from dialer.services.accounts.sign_in_links import sign_in_with_link
from dialer.services.accounts.tokens import NewToken, create_token
from dialer.services.accounts.volunteers import list_volunteers
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.models.accounts import Account, AccountCampaign, AuditEntry
from dialer.store.models.calling import Shift
from dialer.store.session import UnitFactory
from tests.people import Person, make_person
from tests.services.accounts.campaigns import make_campaign, put_in_a_call

ContextOf = Callable[[Person], Context]
NOTHING = AccountChanges()


@pytest.fixture
def alys(units: UnitFactory, organisation_id: uuid.UUID) -> Person:
    """The one administrator."""
    return make_person(units, organisation_id, Role.ADMIN, "Alys")


def test_a_coordinator_adds_an_organiser_who_signs_in_by_a_link(ctx: Context, units: UnitFactory) -> None:
    olwen = create_account(ctx, NewAccount("Olwen", Role.ORGANISER, email="olwen@example.org"))
    assert (olwen.role, olwen.team_ids, olwen.last_seen_at) == ("organiser", [], None)
    code = invite_account(ctx, olwen.id).url.rpartition("/")[2]
    assert sign_in_with_link(units, code, ctx.now).actor.role is Role.ORGANISER
    with pytest.raises(NotFound):
        sign_in_with_link(units, code, ctx.now)
    assert get_account(ctx, olwen.id).last_seen_at == ctx.now


def test_nobody_makes_reads_or_invites_above_their_own(
    ctx: Context, context_of: ContextOf, alys: Person, vic: Person
) -> None:
    with pytest.raises(Forbidden):
        create_account(ctx, NewAccount("Me", Role.ADMIN))
    for deed in (
        lambda: invite_account(ctx, alys.id),
        lambda: change_account(ctx, alys.id, NOTHING, Role.VOLUNTEER),
        lambda: change_account(ctx, alys.id, AccountChanges(email="mine@example.org")),
        lambda: change_account(ctx, vic.id, NOTHING, Role.ADMIN),
        lambda: list_accounts(context_of(vic), Page()),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert change_account(context_of(alys), vic.id, NOTHING, Role.ADMIN).role == "admin"


def test_a_token_for_some_campaigns_makes_nobody_who_reaches_all(
    ctx: Context, units: UnitFactory, marsh: uuid.UUID
) -> None:
    token = create_token(ctx, NewToken(Role.COORDINATOR, "Marsh only", (marsh,)))
    actor = actor_for_token(units, token.secret, ctx.now)
    assert actor is not None
    with pytest.raises(Forbidden):
        create_account(ctx.as_actor(actor), NewAccount("Me", Role.COORDINATOR))


def test_one_s_own_role_and_the_last_administrator_stay(
    ctx: Context, context_of: ContextOf, alys: Person, carys: Person, units: UnitFactory
) -> None:
    with pytest.raises(Conflict):
        change_account(ctx, carys.id, NOTHING, Role.VOLUNTEER)
    assert change_account(ctx, carys.id, AccountChanges(name="Carys Lloyd")).name == "Carys Lloyd"
    admin = context_of(alys)
    other = create_account(admin, NewAccount("Bron", Role.ADMIN)).id
    bron = make_person(units, ctx.organisation_id, Role.ADMIN, "Program")
    change_account(admin, other, AccountChanges(active=False))
    change_account(context_of(bron), alys.id, NOTHING, Role.COORDINATOR)
    with pytest.raises(Conflict):
        change_account(context_of(bron), bron.id, AccountChanges(active=False))


def test_of_two_administrators_who_take_it_from_each_other_one_stays(
    context_of: ContextOf, alys: Person, units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    bron = make_person(units, organisation_id, Role.ADMIN, "Bron")
    ways = [(context_of(alys), bron.id), (context_of(bron), alys.id)]

    def take(way: tuple[Context, uuid.UUID]) -> bool:
        try:
            change_account(*way, NOTHING, Role.COORDINATOR)
        except RuleBroken:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(take, ways)) == [False, True]


def test_stepping_down_ends_what_would_outlive_it_and_stepping_up_does_not(
    ctx: Context, units: UnitFactory, vic: Person, marsh: uuid.UUID
) -> None:
    browser = sign_in_with_token(units, vic.token, ctx.now).secret
    put_in_a_call(ctx, vic, marsh)
    change_account(ctx, vic.id, NOTHING, Role.ORGANISER)
    still = actor_for_login(units, browser, ctx.now)
    assert still is not None
    assert still.role is Role.VOLUNTEER, "a token keeps the role it was made with"
    change_account(ctx, vic.id, NOTHING, Role.OBSERVER)
    assert actor_for_login(units, browser, ctx.now) is None
    assert actor_for_token(units, vic.token, ctx.now) is None
    with ctx.unit() as unit:
        assert unit.session.scalars(select(Shift.state)).all() == ["ended"]
        said = unit.session.scalars(
            select(AuditEntry.changes)
            .where(AuditEntry.action == "account.changed")
            .order_by(AuditEntry.id.desc())
        ).first()
    assert said == {"fields": ["role"], "before": "organiser", "after": "observer"}


def test_a_link_or_browser_of_a_volunteer_doesnt_open_what_they_become(
    ctx: Context, units: UnitFactory, vic: Person
) -> None:
    codes = [invite_account(ctx, vic.id).url.rpartition("/")[2] for _ in range(2)]
    tablet = sign_in_with_link(units, codes[0], ctx.now, remembered=True).secret
    change_account(ctx, vic.id, NOTHING, Role.COORDINATOR)
    with pytest.raises(NotFound):
        sign_in_with_link(units, codes[1], ctx.now)
    assert actor_for_login(units, tablet, ctx.now) is None
    change_account(ctx, vic.id, NOTHING, Role.VOLUNTEER)
    assert who_is_remembered(units, tablet, ctx.now) is None
    assert actor_for_token(units, vic.token, ctx.now) is None


def test_nobody_is_invited_who_could_open_nothing(ctx: Context, vic: Person) -> None:
    change_account(ctx, vic.id, AccountChanges(active=False))
    with pytest.raises(Conflict):
        invite_account(ctx, vic.id)
    with pytest.raises(NotFound):
        invite_account(ctx, uuid.uuid4())
    with pytest.raises(ValidationFailed):
        create_account(ctx, NewAccount(" ", Role.TELLER))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("sian", ["Siân O’Brien"]),
        ("OBrien siân", ["Siân O’Brien"]),
        ("07700 900123", ["Siân O’Brien"]),
        ("900123", ["Siân O’Brien"]),
        ("tom@ex", ["Tom 100%"]),
        ("%", []),
        ("nobody", []),
        ("", ["Carys", "Siân O’Brien", "Tom 100%"]),
    ],
)
def test_people_are_found_by_part_of_a_name_number_or_address(
    ctx: Context, words: str, names: list[str]
) -> None:
    create_account(ctx, NewAccount("Siân O’Brien", Role.ORGANISER, phone="07700 900123"))
    create_account(ctx, NewAccount("Tom 100%", Role.VOLUNTEER, email="tom@example.org"))
    assert [one.name for one in list_accounts(ctx, Page(), AccountSearch(words)).items] == names


def test_people_are_found_by_what_they_do(
    ctx: Context, vic: Person, mallory: Person, marsh: uuid.UUID
) -> None:
    put_in_a_call(ctx, vic, marsh)
    change_account(ctx, mallory.id, AccountChanges(active=False))

    def those(doing: Doing, later: dt.timedelta = dt.timedelta(0)) -> list[str]:
        search = AccountSearch(role=Role.VOLUNTEER, doing=doing)
        return [one.name for one in list_accounts(ctx.at(ctx.now + later), Page(), search).items]

    assert (those(Doing.CALLING), those(Doing.GONE), those(Doing.WAITING)) == (["Vic"], ["Mallory"], [])
    assert those(Doing.NOT_BACK) == []
    with ctx.unit() as unit:
        for shift in unit.session.scalars(select(Shift)):
            shift.state = "ended"
        unit.session.get_one(Account, (ctx.organisation_id, vic.id)).created_at = ctx.now
    assert those(Doing.NOT_BACK, NOT_BACK_AFTER + dt.timedelta(hours=1)) == ["Vic"]


def test_nobody_learns_what_somebody_does_in_campaigns_that_they_do_not_see(
    ctx: Context, units: UnitFactory, vic: Person, marsh: uuid.UUID
) -> None:
    """They wait to be let into another team's campaign, and call for it: that is for its own to see."""
    other = make_campaign(units, ctx.organisation_id, "Harbour")
    put_in_a_call(ctx, vic, other)
    with ctx.unit() as unit:
        of = {"organisation_id": ctx.organisation_id, "account_id": vic.id}
        unit.session.merge(AccountCampaign(**of, campaign_id=other, approved=False))
    theirs = ctx.as_actor(replace(ctx.actor, role=Role.ORGANISER, campaign_ids=frozenset({marsh})))

    def those(of_whom: Context, doing: Doing) -> list[str]:
        return [one.name for one in list_volunteers(of_whom, Page(), AccountSearch(doing=doing)).items]

    for doing in (Doing.WAITING, Doing.CALLING):
        assert (those(ctx, doing), those(theirs, doing)) == (["Vic"], [])
