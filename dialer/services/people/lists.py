"""Lists: contacts imported or chosen together."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final, TypedDict

from sqlalchemy import delete, select

from dialer.domain.access import Permission, require
from dialer.domain.blast import OPEN
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.domain.phone import is_region
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.views import ListView
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign, CampaignList
from dialer.store.models.messaging import Blast, BlastList
from dialer.store.models.people import ContactList
from dialer.store.queries.list_tags import TagCount, tags_of_list
from dialer.store.session import UnitOfWork

TAGS_SHOWN: Final = 20
TAGS_PATIENCE_S: Final = 0.4


class ListFields(TypedDict, total=False):
    """What may be said of a list. `register` names the electoral register (authority and date) that its
    elector numbers are from, `id_source` whoever gave out its external ids.
    """

    name: str
    default_region: str
    register: str | None
    id_source: str | None


def list_lists(ctx: Context, page: Page) -> Slice[ListView]:
    """Every list, oldest first."""
    require(ctx.actor, Permission.LIST_READ)
    with ctx.unit() as unit:
        statement = select(ContactList).where(ContactList.organisation_id == unit.organisation_id)
        if (after := after_id(page)) is not None:
            statement = statement.where(ContactList.id > after)
        rows = unit.session.scalars(statement.order_by(ContactList.id).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(list_view)


def get_list(ctx: Context, list_id: uuid.UUID) -> ListView:
    """One list; `NotFound` when there is none such."""
    require(ctx.actor, Permission.LIST_READ)
    with ctx.unit() as unit:
        return list_view(list_of(unit, list_id))


def list_tags(ctx: Context, list_id: uuid.UUID) -> tuple[Sequence[TagCount], bool]:
    """The tags that most of a list's people have, with how many; False where told from some of them."""
    require(ctx.actor, Permission.LIST_READ)
    with ctx.unit() as unit:
        of = list_of(unit, list_id)
        return tags_of_list(unit, list_id, of.contact_count, TAGS_SHOWN, TAGS_PATIENCE_S)


def create_list(ctx: Context, fields: ListFields) -> ListView:
    """Make an empty list."""
    require(ctx.actor, Permission.LIST_MANAGE)
    _check(fields)
    with ctx.unit() as unit:
        row = ContactList(
            organisation_id=unit.organisation_id, id=new_id(), created_at=ctx.now, **_defaults(ctx, fields)
        )
        unit.session.add(row)
        unit.session.flush()
        ctx.audit(unit, "list.created", "list", row.id, {"default_region": row.default_region})
        return list_view(row)


def change_list(ctx: Context, list_id: uuid.UUID, fields: ListFields) -> ListView:
    """Change the fields given."""
    require(ctx.actor, Permission.LIST_MANAGE)
    _check(fields)
    with ctx.unit() as unit:
        row = list_of(unit, list_id)
        for name, value in fields.items():
            setattr(row, name, value)
        ctx.audit(unit, "list.changed", "list", row.id, {"fields": sorted(fields)})
        return list_view(row)


def delete_list(ctx: Context, list_id: uuid.UUID) -> None:
    """Remove a list, never its contacts; `Conflict` while a campaign or a blast under way uses it."""
    require(ctx.actor, Permission.LIST_MANAGE)
    with ctx.unit() as unit:
        row = list_of(unit, list_id)
        if _is_used(unit, list_id):
            raise Conflict(
                "A running campaign uses this list. Take it off the campaign, or end the campaign."
            )
        if _is_texted(unit, list_id):
            raise Conflict("A blast goes to this list. Cancel the blast, or wait until it is completed.")
        for link in (CampaignList, BlastList):
            unit.session.execute(
                delete(link).where(link.organisation_id == unit.organisation_id, link.list_id == list_id)
            )
        unit.session.delete(row)
        ctx.audit(unit, "list.deleted", "list", list_id, {"contacts": row.contact_count})


def list_of(unit: UnitOfWork, list_id: uuid.UUID) -> ContactList:
    """A list of the organisation; `NotFound` otherwise."""
    row = unit.session.get(ContactList, (unit.organisation_id, list_id))
    if row is None:
        raise NotFound
    return row


def list_view(row: ContactList) -> ListView:
    """A list as it is shown."""
    return ListView(
        row.id,
        row.name,
        row.default_region,
        row.register,
        row.id_source,
        row.contact_count,
        row.created_at,
    )


def check_region(region: str, pointer: str) -> None:
    """Refuse what is no country whose telephone numbers we know."""
    if not is_region(region):
        raise ValidationFailed.at(pointer, "Give a country as two capital letters, such as GB.")


def _check(fields: ListFields) -> None:
    if "default_region" in fields:
        check_region(fields["default_region"], "/default_region")


def _defaults(ctx: Context, fields: ListFields) -> dict[str, Any]:
    return {"default_region": ctx.phones.default_region, **fields}


def _is_used(unit: UnitOfWork, list_id: uuid.UUID) -> bool:
    statement = (
        select(Campaign.id)
        .join(
            CampaignList,
            (CampaignList.organisation_id == Campaign.organisation_id)
            & (CampaignList.campaign_id == Campaign.id),
        )
        .where(
            Campaign.organisation_id == unit.organisation_id,
            CampaignList.list_id == list_id,
            Campaign.state.in_(("active", "paused")),
        )
        .limit(1)
    )
    return unit.session.scalar(statement) is not None


def _is_texted(unit: UnitOfWork, list_id: uuid.UUID) -> bool:
    statement = (
        select(Blast.id)
        .join(
            BlastList,
            (BlastList.organisation_id == Blast.organisation_id) & (BlastList.blast_id == Blast.id),
        )
        .where(
            Blast.organisation_id == unit.organisation_id,
            BlastList.list_id == list_id,
            Blast.state.in_(OPEN),
        )
        .limit(1)
    )
    return unit.session.scalar(statement) is not None
