"""Volunteers: added once, changed by those whose campaigns they call for, out at once when sent home."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.errors import Conflict, Forbidden, NotFound, ValidationFailed
from dialer.services.accounts.authentication import actor_for_login, actor_for_token
from dialer.services.accounts.logins import sign_in_with_token
from dialer.services.accounts.sign_in_links import create_invite, look_at_sign_in_link
from dialer.services.accounts.tokens import issue_volunteer_token
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    create_volunteer,
    get_volunteer,
    list_volunteers,
)
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Shift
from dialer.store.session import UnitFactory
from tests.people import Person, make_person
from tests.services.accounts.campaigns import put_in_a_call

ContextOf = Callable[[Person], Context]


@pytest.fixture
def organiser(
    context_of: ContextOf, units: UnitFactory, organisation_id: uuid.UUID, marsh: uuid.UUID
) -> Context:
    """Olwen, who runs Aber Marsh and nothing else."""
    return context_of(make_person(units, organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(marsh,)))


def test_a_new_volunteer_is_kept_in_one_writing(ctx: Context, marsh: uuid.UUID) -> None:
    view = create_volunteer(
        ctx, NewVolunteer("  Tom   Rees ", [marsh, marsh], " Tom@Example.ORG ", "07700 900 123", ["cy"])
    )
    assert (view.name, view.email, view.phone) == ("Tom Rees", "tom@example.org", "+447700900123")
    assert (view.languages, view.campaign_ids, view.active) == (["cy"], [marsh], True)
    with ctx.unit() as unit:
        account = unit.session.get(Account, (ctx.organisation_id, view.id))
        assert account is not None
        assert account.phone_confirmed_at == ctx.now


@pytest.mark.parametrize(
    ("new", "pointer"),
    [
        (NewVolunteer("  ", []), "/name"),
        (NewVolunteer("Tom", [], email="tom@"), "/email"),
        (NewVolunteer("Tom", [], phone="12345"), "/phone"),
        (NewVolunteer("Tom", [], languages=["en", "xx"]), "/languages/1"),
        (NewVolunteer("Tom", [uuid.uuid4()]), "/campaign_ids/0"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(ctx: Context, new: NewVolunteer, pointer: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        create_volunteer(ctx, new)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]
    assert not list_volunteers(ctx, Page()).items


@pytest.mark.parametrize("again", [{"email": "TOM@example.org"}, {"phone": "+44 7700 900123"}])
def test_a_known_email_or_phone_says_whose(ctx: Context, again: dict[str, str]) -> None:
    tom = create_volunteer(ctx, NewVolunteer("Tom", [], "tom@example.org", "07700900123"))
    with pytest.raises(Conflict) as refused:
        create_volunteer(ctx, NewVolunteer("Thomas", [], **again))
    assert refused.value.extra == {"id": str(tom.id)}


def test_of_many_at_once_with_one_phone_one_is_made(ctx: Context) -> None:
    def attempt(n: int) -> bool:
        try:
            create_volunteer(ctx, NewVolunteer(f"Tom {n}", [], phone="07700 900123"))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1
    assert len(list_volunteers(ctx, Page()).items) == 1


def test_a_change_merges_and_clears_only_what_is_given(ctx: Context, marsh: uuid.UUID) -> None:
    tom = create_volunteer(ctx, NewVolunteer("Tom", [marsh], "tom@example.org", "07700900123"))
    changed = change_volunteer(ctx, tom.id, VolunteerChanges(name="Tomos", email=""))
    assert (changed.name, changed.email, changed.phone) == ("Tomos", None, "+447700900123")
    assert changed.campaign_ids == [marsh]


def test_a_change_to_anothers_phone_is_refused_whole(ctx: Context) -> None:
    create_volunteer(ctx, NewVolunteer("Tom", [], phone="07700900123"))
    una = create_volunteer(ctx, NewVolunteer("Una", [], phone="07700900124"))
    with pytest.raises(Conflict):
        change_volunteer(ctx, una.id, VolunteerChanges(name="Oona", phone="07700900123"))
    assert get_volunteer(ctx, una.id).name == "Una"


def test_sending_home_ends_all_that_lets_in(
    ctx: Context, units: UnitFactory, vic: Person, marsh: uuid.UUID
) -> None:
    token = issue_volunteer_token(ctx, vic.id, None).secret
    browser = sign_in_with_token(units, vic.token, ctx.now).secret
    code = create_invite(ctx, vic.id).url.rpartition("/")[2]
    put_in_a_call(ctx, vic, marsh)
    change_volunteer(ctx, vic.id, VolunteerChanges(active=False))
    assert actor_for_token(units, token, ctx.now) is None
    assert actor_for_token(units, vic.token, ctx.now) is None
    assert actor_for_login(units, browser, ctx.now) is None
    assert look_at_sign_in_link(units, code, ctx.now) is None
    with ctx.unit() as unit:
        assert unit.session.scalars(select(Shift.state)).all() == ["ended"]
        assert unit.session.scalars(select(Assignment.state)).all() == ["expired"]
    change_volunteer(ctx, vic.id, VolunteerChanges(active=True))
    assert actor_for_token(units, token, ctx.now) is None


def test_an_organiser_sees_and_changes_only_its_own(
    ctx: Context, organiser: Context, vic: Person, mallory: Person, hill: uuid.UUID
) -> None:
    assert [view.id for view in list_volunteers(organiser, Page()).items] == [vic.id]
    with pytest.raises(NotFound):
        get_volunteer(organiser, mallory.id)
    with pytest.raises(NotFound):
        change_volunteer(organiser, mallory.id, VolunteerChanges(name="Mine"))
    assert change_volunteer(organiser, vic.id, VolunteerChanges(name="Victor")).name == "Victor"
    with pytest.raises(ValidationFailed):
        create_volunteer(organiser, NewVolunteer("Tom", [hill]))
    with pytest.raises(ValidationFailed):
        create_volunteer(organiser, NewVolunteer("Tom", []))


def test_an_organiser_makes_no_key_to_campaigns_of_others(
    ctx: Context, organiser: Context, vic: Person, marsh: uuid.UUID, hill: uuid.UUID
) -> None:
    change_volunteer(ctx, vic.id, VolunteerChanges(campaign_ids=[marsh, hill]))
    assert get_volunteer(organiser, vic.id).campaign_ids == [marsh]
    for deed in (
        lambda: issue_volunteer_token(organiser, vic.id, None),
        lambda: create_invite(organiser, vic.id),
        lambda: change_volunteer(organiser, vic.id, VolunteerChanges(active=False)),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_other_roles_are_no_volunteers(ctx: Context, carys: Person) -> None:
    with pytest.raises(NotFound):
        get_volunteer(ctx, carys.id)


def test_a_volunteer_sees_no_volunteers(context_of: ContextOf, vic: Person) -> None:
    with pytest.raises(Forbidden):
        list_volunteers(context_of(vic), Page())
