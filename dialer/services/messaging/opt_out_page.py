"""Saying no by the link in a text or letter: whoever holds it may, and learns nothing by it but three digits,
or three letters.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.email_address import channel_of, masked_address
from dialer.domain.errors import NotFound
from dialer.domain.phone import masked
from dialer.domain.texting import EMAIL
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, Units
from dialer.services.messaging.no_to_texts import SAID_BY_LINK, bar_from_texts
from dialer.store.models.accounts import Organisation
from dialer.store.models.messaging import OptOutLink
from dialer.store.queries.conversations import owner_of, standing_noes
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class OptOutPage:
    """What the page says: whose texts or letters they are, the number or address with nearly all of it
    hidden, and whether it is out already.
    """

    organisation: str
    masked: str
    is_out: bool
    by_email: bool = False


def organisation_of_code(units: Units, code: str) -> uuid.UUID | None:
    """Whose texts a code is about; None where it was never given out."""
    with units.read() as unit:
        return unit.session.scalar(select(OptOutLink.organisation_id).where(OptOutLink.code == code))


def look_at_opt_out(ctx: Context, code: str) -> OptOutPage:
    """What stands on the page of a link. Looking changes nothing, so that a preview opts nobody out."""
    require(ctx.actor, Permission.OPT_OUT_SELF)
    with ctx.unit() as unit:
        place = _place(unit, code)
        name = unit.session.get_one(Organisation, unit.organisation_id).name
        by_email = channel_of(place) == EMAIL
        shown = masked_address(place) if by_email else masked(place)
        return OptOutPage(name, shown, bool(standing_noes(unit, place)), by_email)


@again_after_deadlock
def opt_out_by_link(ctx: Context, code: str) -> None:
    """Let nobody write to the link's number or address any more; holds when this returns. Again: no
    change.
    """
    require(ctx.actor, Permission.OPT_OUT_SELF)
    with ctx.unit() as unit:
        place = _place(unit, code)
        bar_from_texts(ctx, unit, place, owner_of(unit, place, None), SAID_BY_LINK)


def _place(unit: UnitOfWork, code: str) -> str:
    found = select(OptOutLink.number).where(
        OptOutLink.organisation_id == unit.organisation_id, OptOutLink.code == code
    )
    place = unit.session.scalar(found)
    if place is None:
        raise NotFound
    return place
