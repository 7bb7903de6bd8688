"""Volunteers: added, listed, changed, sent home."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from dialer.domain.access import Permission, Role, require
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.domain.languages import SPOKEN
from dialer.services.accounts.account_fields import (
    clean_email_or_none,
    clean_name,
    clean_phone_or_none,
)
from dialer.services.accounts.campaigns import known_campaigns
from dialer.services.accounts.ending import end_access, give_up_conversations
from dialer.services.accounts.views import VolunteerView
from dialer.services.accounts.volunteer_reach import find_managed_volunteer, in_reach
from dialer.services.calling.leases import end_shifts_of
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account, AccountCampaign, SignInRequest
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewVolunteer:
    """Somebody to be added. A phone counts as confirmed: a coordinator vouches for it."""

    name: str
    campaign_ids: Sequence[uuid.UUID]
    email: str | None = None
    phone: str | None = None
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class VolunteerChanges:
    """What is to be different; None leaves a thing as it is, an empty email or phone clears it.

    `campaign_ids` are all that the volunteer may call for from now on: naming one approves it.
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    languages: Sequence[str] | None = None
    campaign_ids: Sequence[uuid.UUID] | None = None
    active: bool | None = None


def create_volunteer(ctx: Context, new: NewVolunteer) -> VolunteerView:
    """Add somebody who will call for these campaigns.

    Raises Conflict (with the `id`) when the email or phone is somebody's already.
    """
    require(ctx.actor, Permission.VOLUNTEER_MANAGE)
    with ctx.unit() as unit:
        campaign_ids = known_campaigns(ctx, unit, new.campaign_ids)
        if ctx.actor.campaign_ids is not None and not campaign_ids:
            raise ValidationFailed.at("/campaign_ids", "Name at least one of your campaigns.")
        account = Account(
            organisation_id=ctx.organisation_id, role=Role.VOLUNTEER, languages=[], created_at=ctx.now
        )
        _save(ctx, unit, account, VolunteerChanges(new.name, new.email, new.phone, new.languages))
        _set_campaigns(ctx, unit, account.id, campaign_ids)
        ctx.audit(unit, "volunteer.created", "account", account.id, {"campaign_ids": _words(campaign_ids)})
        return _look(ctx, unit, account.id)


def list_volunteers(ctx: Context, page: Page) -> Slice[VolunteerView]:
    """The volunteers in the actor's reach, in the order in which they came."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    query = _volunteers(ctx).order_by(Account.id).limit(page.limit + 1)
    if (after := after_id(page)) is not None:
        query = query.where(Account.id > after)
    with ctx.unit() as unit:
        views = [_view(ctx, row) for row in unit.session.execute(query)]
    return cut(views, page, lambda view: (str(view.id),))


def get_volunteer(ctx: Context, volunteer_id: uuid.UUID) -> VolunteerView:
    """One volunteer. Raises NotFound also when out of the actor's reach."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    with ctx.unit() as unit:
        return _look(ctx, unit, volunteer_id)


def change_volunteer(ctx: Context, volunteer_id: uuid.UUID, changes: VolunteerChanges) -> VolunteerView:
    """Merge the changes. `active=False` ends all that lets the volunteer in, and their calling, at once.

    Tokens, signed-in browsers and links stay ended when the volunteer comes back.
    """
    require(ctx.actor, Permission.VOLUNTEER_MANAGE)
    with ctx.unit() as unit:
        account = find_managed_volunteer(ctx, unit, volunteer_id)
        was_active = account.active
        changed = _save(ctx, unit, account, changes)
        if changes.campaign_ids is not None:
            _set_campaigns(ctx, unit, account.id, known_campaigns(ctx, unit, changes.campaign_ids))
            changed.append("campaign_ids")
        if was_active and not account.active:
            end_access(unit, account.id, ctx.now)
            give_up_conversations(unit, account.id)
            end_shifts_of(ctx, unit, account.id)
        ctx.audit(unit, "volunteer.changed", "account", account.id, {"fields": sorted(changed)})
        return _look(ctx, unit, account.id)


def _apply(ctx: Context, account: Account, changes: VolunteerChanges) -> list[str]:
    """Put the changes on the row; gives the names of the fields that are different now."""
    values: dict[str, object] = {
        "name": None if changes.name is None else clean_name(changes.name),
        "languages": None if changes.languages is None else known_languages(changes.languages),
        "active": changes.active,
    }
    wanted = {name: value for name, value in values.items() if value is not None}
    if changes.email is not None:
        wanted["email"] = clean_email_or_none(changes.email)
    if changes.phone is not None:
        wanted["phone"] = clean_phone_or_none(changes.phone, ctx.phones)
    changed = [name for name, value in wanted.items() if getattr(account, name) != value]
    for name in changed:
        setattr(account, name, wanted[name])
    if "phone" in changed:
        account.phone_confirmed_at = ctx.now if account.phone else None
    return changed


def known_languages(languages: Sequence[str]) -> list[str]:
    """The languages that somebody speaks, each once; `ValidationFailed` for one that isn't told apart."""
    for index, language in enumerate(languages):
        if language not in SPOKEN:
            raise ValidationFailed.at(f"/languages/{index}", f"Choose from {', '.join(SPOKEN)}.")
    return list(dict.fromkeys(languages))


def _save(ctx: Context, unit: UnitOfWork, account: Account, changes: VolunteerChanges) -> list[str]:
    """Write the changes and name the fields that are different now.

    Raises Conflict when the email or phone is another's; the unique indexes decide races.
    """
    try:
        with unit.session.begin_nested():
            changed = _apply(ctx, account, changes)
            email, phone = account.email, account.phone
            unit.session.add(account)
    except IntegrityError:
        raise _conflict(ctx, unit, email, phone) from None
    return changed


def _conflict(ctx: Context, unit: UnitOfWork, email: str | None, phone: str | None) -> Conflict:
    same = [Account.phone == phone] if phone else []
    if email:
        same.append(func.lower(Account.email) == email)
    found = unit.session.scalar(
        select(Account.id).where(Account.organisation_id == ctx.organisation_id, or_(*same)).limit(1)
    )
    detail = "Somebody with this email or phone is here already. Change them instead."
    return Conflict(detail, id=str(found)) if found else Conflict(detail)


def _set_campaigns(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, wanted: set[uuid.UUID]) -> None:
    mine = (AccountCampaign.organisation_id == ctx.organisation_id, AccountCampaign.account_id == account_id)
    unit.session.execute(delete(AccountCampaign).where(*mine, AccountCampaign.campaign_id.not_in(wanted)))
    for campaign_id in wanted:
        let_in(unit, account_id, campaign_id)


def let_in(unit: UnitOfWork, account_id: uuid.UUID, campaign_id: uuid.UUID) -> None:
    """Have the volunteer call for the campaign, whether or not they waited for it."""
    row = insert(AccountCampaign).values(
        organisation_id=unit.organisation_id, account_id=account_id, campaign_id=campaign_id, approved=True
    )
    unit.session.execute(
        row.on_conflict_do_update(
            index_elements=["organisation_id", "account_id", "campaign_id"], set_={"approved": True}
        )
    )


def _volunteers(ctx: Context) -> Select[Account, list[uuid.UUID], list[uuid.UUID], dt.datetime | None]:
    return (
        select(Account, _campaigns(approved=True), _campaigns(approved=False), SignInRequest.requested_at)
        .outerjoin(
            SignInRequest,
            and_(
                SignInRequest.organisation_id == Account.organisation_id,
                SignInRequest.account_id == Account.id,
                SignInRequest.answered_at.is_(None),
            ),
        )
        .where(Account.organisation_id == ctx.organisation_id, Account.role == Role.VOLUNTEER, in_reach(ctx))
    )


def _campaigns(*, approved: bool) -> ColumnElement[list[uuid.UUID]]:
    return func.array(
        select(AccountCampaign.campaign_id)
        .where(
            AccountCampaign.organisation_id == Account.organisation_id,
            AccountCampaign.account_id == Account.id,
            AccountCampaign.approved.is_(approved),
        )
        .order_by(AccountCampaign.campaign_id)
        .correlate(Account)
        .scalar_subquery()
    )


def _look(ctx: Context, unit: UnitOfWork, volunteer_id: uuid.UUID) -> VolunteerView:
    row = unit.session.execute(_volunteers(ctx).where(Account.id == volunteer_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(ctx, row)


def _view(
    ctx: Context, row: Row[Account, list[uuid.UUID], list[uuid.UUID], dt.datetime | None]
) -> VolunteerView:
    account, campaign_ids, waiting, asked_at = row
    return VolunteerView(
        id=account.id,
        name=account.name,
        email=account.email,
        phone=account.phone,
        languages=list(account.languages),
        campaign_ids=[each for each in campaign_ids if ctx.actor.sees_campaign(each)],
        waiting_campaign_ids=[each for each in waiting if ctx.actor.sees_campaign(each)],
        active=account.active,
        asked_for_link_at=asked_at,
        created_at=account.created_at,
    )


def _words(ids: set[uuid.UUID]) -> list[str]:
    return sorted(map(str, ids))
