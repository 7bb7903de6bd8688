"""Audiences: saved rules that pick contacts, counted and shown as they are now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final, TypedDict

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.filters.reading import read_filter
from dialer.domain.filters.saved import named_in, put_in
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.audience_rules import (
    Written,
    asked_now,
    audience_of,
    names_in,
    read_checked,
    saved_filters,
)
from dialer.services.people.audience_views import AudienceView, CountView
from dialer.services.people.contact_views import contact_views
from dialer.services.people.views import ContactView
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.audiences import Audience
from dialer.store.models.messaging import Blast
from dialer.store.models.people import Contact
from dialer.store.queries.audience_people import count_within, people_after
from dialer.store.session import UnitOfWork

PATIENCE_S: Final = 1.5
"""As long is counted; where it takes longer, the figure is told from some of the people."""

_TOO_LARGE_ABOVE: Final = (
    "An audience that names this one would get too large, or lead back to itself. Write less here."
)


class AudienceFields(TypedDict, total=False):
    """What may be said of an audience."""

    name: str
    filter: dict[str, Any]


def list_audiences(ctx: Context, page: Page) -> Slice[AudienceView]:
    """Every audience, oldest first."""
    require(ctx.actor, Permission.AUDIENCE_READ)
    with ctx.unit() as unit:
        statement = select(Audience).where(Audience.organisation_id == unit.organisation_id)
        if (after := after_id(page)) is not None:
            statement = statement.where(Audience.id > after)
        rows = unit.session.scalars(statement.order_by(Audience.id).limit(page.limit + 1)).all()
        found = cut(rows, page, lambda row: (str(row.id),))
        return Slice(_views(unit, found.items), found.next)


def get_audience(ctx: Context, audience_id: uuid.UUID) -> AudienceView:
    """One audience; `NotFound` when there is none such."""
    require(ctx.actor, Permission.AUDIENCE_READ)
    with ctx.unit() as unit:
        return _view(unit, audience_of(unit, audience_id))


def create_audience(ctx: Context, fields: AudienceFields) -> AudienceView:
    """Save a rule; `ValidationFailed` names each place of the filter that can't be taken."""
    require(ctx.actor, Permission.AUDIENCE_MANAGE)
    with ctx.unit() as unit:
        hold_audiences(unit)
        return save_audience(ctx, unit, fields)


def save_audience(ctx: Context, unit: UnitOfWork, fields: AudienceFields) -> AudienceView:
    """Save a rule within a unit of work that holds audiences; refusals as for `create_audience`."""
    read_checked(unit, fields["filter"])
    row = Audience(
        organisation_id=unit.organisation_id,
        id=new_id(),
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
        updated_at=ctx.now,
        **fields,
    )
    unit.session.add(row)
    ctx.audit(unit, "audience.created", "audience", row.id)
    return _view(unit, row)


def change_audience(ctx: Context, audience_id: uuid.UUID, fields: AudienceFields) -> AudienceView:
    """Change the fields given. Lists that were made of it stay as they are."""
    require(ctx.actor, Permission.AUDIENCE_MANAGE)
    with ctx.unit() as unit:
        hold_audiences(unit)
        row = audience_of(unit, audience_id)
        if "filter" in fields:
            read_checked(unit, fields["filter"])
            _check_above(unit, audience_id, fields["filter"])
        for name, value in fields.items():
            setattr(row, name, value)
        row.updated_at = ctx.now
        ctx.audit(unit, "audience.changed", "audience", audience_id, {"fields": sorted(fields)})
        return _view(unit, row)


def delete_audience(ctx: Context, audience_id: uuid.UUID) -> None:
    """Remove an audience, never its people or lists made of them; `Conflict` while another names it, or a
    text that hasn't begun. One that has been launched keeps the rule as it was.
    """
    require(ctx.actor, Permission.AUDIENCE_MANAGE)
    with ctx.unit() as unit:
        hold_audiences(unit)
        row = audience_of(unit, audience_id)
        unit.session.refresh(row, with_for_update=True)
        users = [
            one for one, rule in saved_filters(unit).items() if audience_id in named_in(read_filter(rule))
        ]
        if users:
            raise Conflict(
                "Another audience names this one. Take it out there first.", audience_id=str(users[0])
            )
        if texts := _texts_to(unit, audience_id):
            raise Conflict(
                "A text that hasn’t begun goes to this audience. Choose others there first.",
                blast_id=str(texts[0]),
            )
        unit.session.delete(row)
        ctx.audit(unit, "audience.deleted", "audience", audience_id)


def count_audience(ctx: Context, audience_id: uuid.UUID) -> CountView:
    """How many people an audience picks now."""
    require(ctx.actor, Permission.AUDIENCE_READ)
    with ctx.unit() as unit:
        return _counted(ctx, unit, audience_of(unit, audience_id).filter)


def count_filter(ctx: Context, written: Any) -> CountView:
    """How many people a filter that isn't saved picks now; refusals as for `create_audience`."""
    require(ctx.actor, Permission.AUDIENCE_READ)
    with ctx.unit() as unit:
        read_checked(unit, written)
        return _counted(ctx, unit, written)


def audience_contacts(ctx: Context, audience_id: uuid.UUID, page: Page) -> Slice[ContactView]:
    """The people whom an audience picks now, in the order of their ids. A page may hold fewer than asked for,
    though more follow, where hardly anybody is picked.
    """
    require(ctx.actor, Permission.AUDIENCE_READ)
    require(ctx.actor, Permission.CONTACT_READ)
    with ctx.unit() as unit:
        asked = asked_now(ctx, unit, audience_of(unit, audience_id).filter)
        people, edge = people_after(unit, asked, after_id(page), page.limit + 1)
        found = cut(people, page, lambda one: (str(one),))
        further = (str(edge),) if edge and not found.next else found.next
        return Slice(contact_views(unit, _people(unit, found.items)), further)


def _counted(ctx: Context, unit: UnitOfWork, written: Written) -> CountView:
    rule = read_filter(written)
    names = names_in(unit, [rule])
    count, exact = count_within(unit, asked_now(ctx, unit, written), PATIENCE_S)
    return CountView(count, exact, rule, names)


def _texts_to(unit: UnitOfWork, audience_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The texts that go to an audience and haven't begun."""
    statement = select(Blast.id).where(
        Blast.organisation_id == unit.organisation_id,
        Blast.audience_id == audience_id,
        Blast.state.in_(("draft", "scheduled")),
    )
    return unit.session.scalars(statement.limit(1)).all()


def _people(unit: UnitOfWork, ids: Sequence[uuid.UUID]) -> Sequence[Contact]:
    statement = select(Contact).where(Contact.organisation_id == unit.organisation_id, Contact.id.in_(ids))
    return unit.session.scalars(statement.order_by(Contact.id)).all()


def _check_above(unit: UnitOfWork, audience_id: uuid.UUID, written: Written) -> None:
    """Refuse a filter that leads back to this audience, or makes one that names it too large."""
    saved = {**saved_filters(unit), audience_id: written}
    put_in({"audience": str(audience_id)}, saved)
    try:
        for one in saved.values():
            put_in(one, saved)
    except ValidationFailed:
        raise ValidationFailed.at("/filter", _TOO_LARGE_ABOVE) from None


def hold_audiences(unit: UnitOfWork) -> None:
    """Two who change audiences come one after the other, so that none is named that just went."""
    held = select(Organisation.id).where(Organisation.id == unit.organisation_id)
    unit.session.execute(held.with_for_update(key_share=True))


def _views(unit: UnitOfWork, rows: Sequence[Audience]) -> list[AudienceView]:
    rules = [read_filter(row.filter) for row in rows]
    names = names_in(unit, rules)
    return [
        AudienceView(row.id, row.name, row.filter, rule, names, row.created_at, row.updated_at)
        for row, rule in zip(rows, rules, strict=True)
    ]


def _view(unit: UnitOfWork, row: Audience) -> AudienceView:
    return _views(unit, [row])[0]
