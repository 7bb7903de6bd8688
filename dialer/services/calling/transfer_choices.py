"""Whom a volunteer may have rung to put somebody through to: numbers that the campaign lists, and those who
run it. Nobody but them can have any number rung at the campaign's cost.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import exists, or_, select

from dialer.domain.access import Permission, Role, require
from dialer.domain.errors import Conflict, FieldError, Forbidden, ValidationFailed
from dialer.domain.transfer import (
    NUMBERS_MAX,
    TransferNumber,
    checked,
    read_numbers,
    rung_number,
    stored,
    why_not_rung,
)
from dialer.services.accounts.phones import confirmed_numbers
from dialer.services.calling.reach import campaign_of, reach_assignment, reach_campaign
from dialer.services.calling.script_rows import script_from_row
from dialer.services.context import Context
from dialer.store.models.accounts import Account, AccountCampaign
from dialer.store.models.calling import Assignment, Campaign, ScriptVersion
from dialer.store.queries.accounts import organisers_by_team
from dialer.store.session import UnitOfWork

NOT_LISTED: Final = "You can put people through to the numbers that your coordinators have listed."
NOT_THERE: Final = "They can’t be rung: they don’t run the campaign, or no phone of theirs is confirmed."
ONE_WAY: Final = "Say to whom: either a phone, an account or a step of the script."
NO_SUCH_STEP: Final = "This script puts nobody through at that step."


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who runs the campaign, and has a phone that is shown to be theirs."""

    account_id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom a volunteer can put people through to."""

    numbers: tuple[TransferNumber, ...]
    people: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """Who is rung, and what they are called."""

    number: str = field(repr=False)
    label: str
    account_id: uuid.UUID | None = None
    node: str | None = None
    warm: bool = True
    """Whether the volunteer speaks with them first, unless they say otherwise."""


def transfer_numbers(ctx: Context, campaign_id: uuid.UUID) -> list[TransferNumber]:
    """The numbers that a campaign's volunteers may have rung."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ)
        return read_numbers(campaign.transfer_numbers)


def set_transfer_numbers(
    ctx: Context, campaign_id: uuid.UUID, numbers: Sequence[TransferNumber]
) -> list[TransferNumber]:
    """Put another list in its place. Raises ValidationFailed for numbers that can't be rung from here."""
    if len(numbers) > NUMBERS_MAX:
        raise ValidationFailed.at("/numbers", f"List {NUMBERS_MAX} numbers at most.")
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        kept = checked(numbers, ctx.phones)
        if errors := [one for one in kept if isinstance(one, FieldError)]:
            raise ValidationFailed(errors=errors)
        listed = [one for one in kept if isinstance(one, TransferNumber)]
        campaign.transfer_numbers = stored(listed)
        ctx.audit(unit, "campaign.transfer_numbers", "campaign", campaign.id, {"count": len(listed)})
        return listed


def transfer_choices(ctx: Context, assignment_id: uuid.UUID) -> Choices:
    """Whom the person in hand can be put through to."""
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.CALL_PLACE)
        campaign = campaign_of(unit, assignment)
        people = tuple(Colleague(one.id, one.name) for one in _colleagues(ctx, unit, campaign.id))
        return Choices(tuple(read_numbers(campaign.transfer_numbers)), people)


def destination(
    ctx: Context,
    unit: UnitOfWork,
    assignment: Assignment,
    *,
    phone: str | None,
    account_id: uuid.UUID | None,
    node: str | None,
) -> Destination:
    """Who is to be rung, where the actor may have them rung."""
    if sum(one is not None for one in (phone, account_id, node)) != 1:
        raise ValidationFailed.at("", ONE_WAY)
    campaign = campaign_of(unit, assignment)
    if account_id is not None:
        return _colleague(ctx, unit, campaign, account_id)
    if node is not None:
        return _of_step(unit, assignment, node)
    return _number(ctx, campaign, phone or "")


def _of_step(unit: UnitOfWork, assignment: Assignment, node_id: str) -> Destination:
    """Whom a step of the assignment's script puts people through to."""
    version = None
    if assignment.script_version_id is not None:
        version = unit.session.get(ScriptVersion, (unit.organisation_id, assignment.script_version_id))
    node = script_from_row(version).node(node_id) if version is not None else None
    if node is None or node.through is None:
        raise ValidationFailed.at("/node", NO_SUCH_STEP)
    through = node.through
    return Destination(through.phone, through.label, node=node_id, warm=through.warm)


def _number(ctx: Context, campaign: Campaign, phone: str) -> Destination:
    number = rung_number(phone, ctx.phones)
    if number is None:
        raise ValidationFailed.at("/phone", why_not_rung(phone, ctx.phones))
    for one in read_numbers(campaign.transfer_numbers):
        if one.phone == number:
            return Destination(number, one.label)
    if not ctx.actor.may(Permission.CAMPAIGN_MANAGE):
        raise Forbidden(NOT_LISTED)
    require(ctx.actor, Permission.CAMPAIGN_MANAGE, campaign_id=campaign.id)
    return Destination(number, "")


def _colleague(ctx: Context, unit: UnitOfWork, campaign: Campaign, account_id: uuid.UUID) -> Destination:
    for one in _colleagues(ctx, unit, campaign.id):
        if one.id == account_id:
            return Destination(confirmed_numbers(unit, account_id)[0], one.name, account_id=account_id)
    raise Conflict(NOT_THERE)


def _colleagues(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID) -> list[Account]:
    """Whoever runs a campaign and can be rung, by name; not the actor themselves."""
    has_campaign = exists().where(
        AccountCampaign.organisation_id == Account.organisation_id,
        AccountCampaign.account_id == Account.id,
        AccountCampaign.campaign_id == campaign_id,
    )
    by_team = Account.id.in_(organisers_by_team(unit.organisation_id, campaign_id))
    runs = or_(Account.role.in_((Role.ADMIN, Role.COORDINATOR)), has_campaign, by_team)
    query = select(Account).where(
        Account.organisation_id == unit.organisation_id,
        Account.role.in_((Role.ADMIN, Role.COORDINATOR, Role.ORGANISER)),
        Account.active,
        Account.id != ctx.actor.account_id,
        runs,
    )
    found = unit.session.scalars(query.order_by(Account.name, Account.id).limit(NUMBERS_MAX))
    return [one for one in found if confirmed_numbers(unit, one.id)]
