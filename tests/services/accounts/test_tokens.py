"""Tokens: shown once, kept as a hash, refused from the moment they end, never above one's own role."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden, NotFound, ValidationFailed
from dialer.services.accounts.authentication import actor_for_token
from dialer.services.accounts.credentials import secret_hash
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.tokens import (
    NewToken,
    create_token,
    delete_token,
    get_token,
    issue_volunteer_token,
    list_tokens,
)
from dialer.services.accounts.volunteers import VolunteerChanges, change_volunteer
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.models.accounts import ApiToken, AuditEntry
from dialer.store.session import UnitFactory
from tests.people import Person, make_person

ContextOf = Callable[[Person], Context]


def test_a_token_opens_the_door_and_only_its_hash_is_kept(ctx: Context, units: UnitFactory) -> None:
    issued = create_token(ctx, NewToken(Role.COORDINATOR, "Export script"))
    assert issued.secret.startswith("dlr_")
    assert len(issued.secret) >= 4 + 43
    actor = actor_for_token(units, issued.secret, ctx.now)
    assert actor is not None
    assert (actor.role, actor.name, actor.campaign_ids) == (Role.COORDINATOR, "Export script", None)
    with ctx.unit() as unit:
        kept = unit.session.get(ApiToken, (ctx.organisation_id, issued.view.id))
        assert kept is not None
        assert kept.secret_hash == secret_hash(issued.secret)


def test_making_and_deleting_are_audited_without_the_secret(ctx: Context) -> None:
    issued = create_token(ctx, NewToken(Role.OBSERVER, "Press desk"))
    delete_token(ctx, issued.view.id)
    with ctx.unit() as unit:
        entries = unit.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["token.created", "token.deleted"]
    assert all(entry.actor_id == ctx.actor.account_id for entry in entries)
    assert not any(issued.secret in str(entry.changes) for entry in entries)


@pytest.mark.parametrize(
    ("granter", "role", "granted"),
    [
        (Role.ADMIN, Role.ADMIN, True),
        (Role.COORDINATOR, Role.ADMIN, False),
        (Role.COORDINATOR, Role.COORDINATOR, True),
        (Role.COORDINATOR, Role.TELLER, True),
        (Role.ORGANISER, Role.VOLUNTEER, False),
        (Role.VOLUNTEER, Role.VOLUNTEER, False),
        (Role.TELLER, Role.TELLER, False),
        (Role.OBSERVER, Role.OBSERVER, False),
    ],
)
def test_nobody_makes_a_role_above_their_own(
    context_of: ContextOf,
    units: UnitFactory,
    organisation_id: uuid.UUID,
    *,
    granter: Role,
    role: Role,
    granted: bool,
) -> None:
    ctx = context_of(make_person(units, organisation_id, granter, "Granter"))
    if granted:
        assert create_token(ctx, NewToken(role, "New")).view.role == role
    else:
        with pytest.raises(Forbidden):
            create_token(ctx, NewToken(role, "New"))


def test_the_command_line_makes_the_first_admin(ctx: Context, units: UnitFactory) -> None:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    issued = create_token(system, NewToken(Role.ADMIN, "First"))
    actor = actor_for_token(units, issued.secret, ctx.now)
    assert actor is not None
    assert actor.role is Role.ADMIN


def test_a_token_ends_at_its_moment(ctx: Context, units: UnitFactory) -> None:
    issued = create_token(ctx, NewToken(Role.COORDINATOR, "Tonight", expires_in_s=60))
    assert issued.view.expires_at == ctx.now + dt.timedelta(seconds=60)
    assert actor_for_token(units, issued.secret, ctx.now + dt.timedelta(seconds=59))
    assert actor_for_token(units, issued.secret, ctx.now + dt.timedelta(seconds=60)) is None


@pytest.mark.parametrize("expires_in_s", [0, -1, 10**12])
def test_an_end_out_of_range_is_refused(ctx: Context, expires_in_s: int) -> None:
    with pytest.raises(ValidationFailed):
        create_token(ctx, NewToken(Role.COORDINATOR, "Odd", expires_in_s=expires_in_s))


def test_a_deleted_token_is_refused_and_gone(ctx: Context, units: UnitFactory) -> None:
    issued = create_token(ctx, NewToken(Role.COORDINATOR, "Old"))
    delete_token(ctx, issued.view.id)
    assert actor_for_token(units, issued.secret, ctx.now) is None
    with pytest.raises(NotFound):
        delete_token(ctx, issued.view.id)
    with pytest.raises(NotFound):
        get_token(ctx, issued.view.id)
    assert issued.view.id not in {view.id for view in list_tokens(ctx, Page()).items}


def test_a_token_above_ones_own_role_is_not_taken_back(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    make_person(units, organisation_id, Role.ADMIN, "Alys")
    admins = [view for view in list_tokens(ctx, Page()).items if view.role == Role.ADMIN]
    with pytest.raises(Forbidden):
        delete_token(ctx, admins[0].id)


def test_a_token_of_another_organisation_is_not_there(ctx: Context, units: UnitFactory) -> None:
    issued = create_token(ctx, NewToken(Role.COORDINATOR, "Ours"))
    stranger = ctx.as_actor(system_actor(uuid.uuid4()))
    with pytest.raises(NotFound):
        delete_token(stranger, issued.view.id)


def test_a_volunteers_token_reaches_as_far_as_the_volunteer(
    ctx: Context, units: UnitFactory, vic: Person, marsh: uuid.UUID, hill: uuid.UUID
) -> None:
    issued = issue_volunteer_token(ctx, vic.id, None)
    actor = actor_for_token(units, issued.secret, ctx.now)
    assert actor is not None
    assert (actor.account_id, actor.role, actor.campaign_ids) == (vic.id, Role.VOLUNTEER, {marsh})
    change_volunteer(ctx, vic.id, VolunteerChanges(campaign_ids=[hill]))
    actor = actor_for_token(units, issued.secret, ctx.now)
    assert actor is not None
    assert actor.campaign_ids == {hill}


def test_a_token_may_narrow_but_never_widen(
    ctx: Context, units: UnitFactory, marsh: uuid.UUID, hill: uuid.UUID
) -> None:
    narrow = create_token(ctx, NewToken(Role.COORDINATOR, "Marsh only", (marsh,)))
    actor = actor_for_token(units, narrow.secret, ctx.now)
    assert actor is not None
    assert actor.campaign_ids == {marsh}
    theirs = ctx.as_actor(actor)
    for campaign_ids in ((), (hill,), (marsh, hill)):
        with pytest.raises(ValidationFailed):
            create_token(theirs, NewToken(Role.COORDINATOR, "Wider", campaign_ids))
    assert create_token(theirs, NewToken(Role.VOLUNTEER, "Same", (marsh,))).view.campaign_ids == [marsh]


def test_an_unknown_campaign_is_named_by_its_place(ctx: Context, marsh: uuid.UUID) -> None:
    with pytest.raises(ValidationFailed) as refused:
        create_token(ctx, NewToken(Role.VOLUNTEER, "Odd", (marsh, uuid.uuid4())))
    assert [fault.pointer for fault in refused.value.errors] == ["/campaign_ids/1"]


def test_only_a_teller_is_narrowed_to_districts(ctx: Context, units: UnitFactory) -> None:
    issued = create_token(ctx, NewToken(Role.TELLER, "Hall door", polling_districts=("MV3", " MV3 ", "MV4")))
    actor = actor_for_token(units, issued.secret, ctx.now)
    assert actor is not None
    assert actor.polling_districts == {"MV3", "MV4"}
    with pytest.raises(ValidationFailed):
        create_token(ctx, NewToken(Role.VOLUNTEER, "Vic", polling_districts=("MV3",)))
    with pytest.raises(ValidationFailed):
        create_token(ctx, NewToken(Role.TELLER, "Hall door", election_id=uuid.uuid4()))


def test_walking_the_pages_shows_each_token_once(ctx: Context) -> None:
    made = {create_token(ctx, NewToken(Role.OBSERVER, f"Screen {n}")).view.id for n in range(5)}
    seen, page = [], Page(limit=2)
    while True:
        found = list_tokens(ctx, page)
        seen += [view.id for view in found.items]
        if found.next is None:
            break
        page = Page(limit=2, after=found.next)
    assert made < set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("after", [("nonsense",), (), ("a", "b")])
def test_a_foreign_cursor_is_refused(ctx: Context, after: tuple[str, ...]) -> None:
    with pytest.raises(ValidationFailed):
        list_tokens(ctx, Page(after=after))
