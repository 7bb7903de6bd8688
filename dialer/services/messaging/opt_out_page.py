"""Saying no by the link in a text: whoever holds the link may, and learns nothing by it but three digits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.domain.phone import masked
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, Units
from dialer.services.messaging.no_to_texts import SAID_BY_LINK, bar_from_texts
from dialer.store.models.accounts import Organisation
from dialer.store.models.messaging import OptOutLink
from dialer.store.queries.conversations import owner_of, standing_noes
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class OptOutPage:
    """What the page says: whose texts they are, the number with all but its last three digits hidden, and
    whether it is out already.
    """

    organisation: str
    masked: str
    is_out: bool


def organisation_of_code(units: Units, code: str) -> uuid.UUID | None:
    """Whose texts a code is about; None where it was never given out."""
    with units.read() as unit:
        return unit.session.scalar(select(OptOutLink.organisation_id).where(OptOutLink.code == code))


def look_at_opt_out(ctx: Context, code: str) -> OptOutPage:
    """What stands on the page of a link. Looking changes nothing, so that a preview opts nobody out."""
    require(ctx.actor, Permission.OPT_OUT_SELF)
    with ctx.unit() as unit:
        number = _number(unit, code)
        name = unit.session.get_one(Organisation, unit.organisation_id).name
        return OptOutPage(name, masked(number), bool(standing_noes(unit, number)))


@again_after_deadlock
def opt_out_by_link(ctx: Context, code: str) -> None:
    """Let nobody text the link's number any more; holds when this returns. Again: no change."""
    require(ctx.actor, Permission.OPT_OUT_SELF)
    with ctx.unit() as unit:
        number = _number(unit, code)
        bar_from_texts(ctx, unit, number, owner_of(unit, number, None), SAID_BY_LINK)


def _number(unit: UnitOfWork, code: str) -> str:
    found = select(OptOutLink.number).where(
        OptOutLink.organisation_id == unit.organisation_id, OptOutLink.code == code
    )
    number = unit.session.scalar(found)
    if number is None:
        raise NotFound
    return number
