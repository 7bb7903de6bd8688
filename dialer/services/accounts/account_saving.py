"""What stands in an account, written down: fields, campaigns, teams; and all that ends when somebody goes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from dialer.domain.access import Role
from dialer.domain.errors import Conflict, FieldError, ValidationFailed
from dialer.domain.languages import SPOKEN
from dialer.services.accounts.account_fields import clean_email_or_none, clean_name, clean_phone_or_none
from dialer.services.accounts.campaigns import known_campaigns
from dialer.services.accounts.ending import end_access, give_up_conversations
from dialer.services.accounts.pending_joins import drop_joins, finish_joins
from dialer.services.calling.leases import end_shifts_of
from dialer.services.context import Context
from dialer.services.messaging.waiting_words import call_off_words
from dialer.services.organising.rsvps import leave_all
from dialer.store.models.accounts import Account, AccountCampaign, Membership, Team
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What is to be different; None leaves a thing as it is, an empty email or phone clears it.

    `campaign_ids` are all that they may call for from now on: naming one approves it. `team_ids` are all
    teams that they belong to, as far as the actor sees them.
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    languages: Sequence[str] | None = None
    campaign_ids: Sequence[uuid.UUID] | None = None
    active: bool | None = None
    team_ids: Sequence[uuid.UUID] | None = None


def save_account(ctx: Context, unit: UnitOfWork, account: Account, changes: AccountChanges) -> list[str]:
    """Write the changes and name the fields that are different now, sorted. What waits to be sent to a number
    or address that isn't theirs any more, or to them who were sent home, is called off.

    Raises Conflict (with the `id`) when the email or phone is another's; the unique indexes decide races.
    """
    reached = {one for one in (account.phone, account.email) if one}
    try:
        with unit.session.begin_nested():
            changed = _apply(ctx, account, changes)
            email, phone = account.email, account.phone
            unit.session.add(account)
    except IntegrityError:
        raise _conflict(ctx, unit, email, phone) from None
    gone = reached - {account.phone, account.email} if account.active else reached
    if gone:
        call_off_words(unit, gone)
    if changes.campaign_ids is not None:
        _set_campaigns(ctx, unit, account, known_campaigns(ctx, unit, changes.campaign_ids))
        changed.append("campaign_ids")
    if changes.team_ids is not None:
        _set_teams(ctx, unit, account, known_teams(ctx, unit, changes.team_ids))
        changed.append("team_ids")
    return sorted(changed)


def send_away(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID) -> None:
    """Send somebody home: what lets them in and what they had in hand ends, and they come to no session."""
    end_work(ctx, unit, account_id)
    leave_all(ctx, unit, account_id)
    drop_joins(unit, account_id)


def end_work(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID) -> None:
    """End all that lets an account in, and what it had in hand, at once."""
    end_access(unit, account_id, ctx.now)
    give_up_conversations(unit, account_id)
    end_shifts_of(ctx, unit, account_id)


def known_languages(languages: Sequence[str]) -> list[str]:
    """The languages that somebody speaks, each once; `ValidationFailed` for one that isn't told apart."""
    for index, language in enumerate(languages):
        if language not in SPOKEN:
            raise ValidationFailed.at(f"/languages/{index}", f"Choose from {', '.join(SPOKEN)}.")
    return list(dict.fromkeys(languages))


def known_teams(ctx: Context, unit: UnitOfWork, team_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """The ids as a set. Raises ValidationFailed at those that aren't there or out of reach."""
    query = (
        select(Team.id)
        .where(Team.organisation_id == ctx.organisation_id, Team.id.in_(set(team_ids)))
        .order_by(Team.id)
        .with_for_update(read=True, key_share=True)  # nobody deletes one meanwhile
    )
    there = {one for one in unit.session.scalars(query) if ctx.actor.sees_team(one)}
    faults = [
        FieldError(f"/team_ids/{index}", "There is no team with this id.")
        for index, team_id in enumerate(team_ids)
        if team_id not in there
    ]
    if faults:
        raise ValidationFailed("One of these teams isn’t there.", errors=faults)
    return there


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


def _apply(ctx: Context, account: Account, changes: AccountChanges) -> list[str]:
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


def _conflict(ctx: Context, unit: UnitOfWork, email: str | None, phone: str | None) -> Conflict:
    same = [Account.phone == phone] if phone else []
    if email:
        same.append(func.lower(Account.email) == email)
    found = unit.session.scalar(
        select(Account.id).where(Account.organisation_id == ctx.organisation_id, or_(*same)).limit(1)
    )
    detail = "Somebody with this email or phone is here already. Change them instead."
    return Conflict(detail, id=str(found)) if found else Conflict(detail)


def _set_campaigns(ctx: Context, unit: UnitOfWork, account: Account, wanted: set[uuid.UUID]) -> None:
    """Have somebody call for these campaigns alone. A volunteer sees no session of another any more, so that
    they couldn't sign off themselves: their place goes to whoever waits for it. Who waited to be let in comes
    to the session by whose link they joined.
    """
    waited = _waits_for(unit, account, wanted)
    gone = unit.session.scalars(
        delete(AccountCampaign)
        .where(
            AccountCampaign.organisation_id == unit.organisation_id,
            AccountCampaign.account_id == account.id,
            AccountCampaign.campaign_id.not_in(wanted),
        )
        .returning(AccountCampaign.campaign_id)
    ).all()
    for campaign_id in wanted:
        let_in(unit, account.id, campaign_id)
    if gone and account.role == Role.VOLUNTEER:
        leave_all(ctx, unit, account.id, gone)
        drop_joins(unit, account.id, gone)
    if waited and account.active:
        finish_joins(ctx, unit, account.id, waited)


def _waits_for(unit: UnitOfWork, account: Account, wanted: set[uuid.UUID]) -> Sequence[uuid.UUID]:
    waiting = select(AccountCampaign.campaign_id).where(
        AccountCampaign.organisation_id == unit.organisation_id,
        AccountCampaign.account_id == account.id,
        AccountCampaign.campaign_id.in_(wanted),
        AccountCampaign.approved.is_(False),
    )
    return unit.session.scalars(waiting).all()


def _set_teams(ctx: Context, unit: UnitOfWork, account: Account, wanted: set[uuid.UUID]) -> None:
    """Have somebody belong to these teams; to those out of the actor's sight they belong as before."""
    theirs = (
        Membership.organisation_id == unit.organisation_id,
        Membership.account_id == account.id,
    )
    had = set(unit.session.scalars(select(Membership.team_id).where(*theirs)))
    gone = {one for one in had - wanted if ctx.actor.sees_team(one)}
    unit.session.execute(delete(Membership).where(*theirs, Membership.team_id.in_(gone)))
    unit.session.add_all(
        Membership(
            organisation_id=unit.organisation_id,
            account_id=account.id,
            team_id=team_id,
            role=Role(account.role),
        )
        for team_id in wanted - had
    )
    unit.session.flush()
