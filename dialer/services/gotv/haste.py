"""Which marks of a teller are too many to count by themselves: by their own times, and by when they came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dialer.domain.access import Role
from dialer.domain.telling_rate import (
    ARRIVING_MOST,
    LONGEST,
    held_beyond,
    is_before_joining,
    link_most,
    too_fast,
)
from dialer.services.context import Context
from dialer.store.models.accounts import ApiToken
from dialer.store.queries import telling_haste
from dialer.store.session import UnitOfWork


def hold_haste(ctx: Context, unit: UnitOfWork) -> None:
    """Let a teller's requests, and those of all who joined by the same link, be judged one after the other:
    each beside what the others brought.
    """
    if ctx.actor.role is Role.TELLER and ctx.actor.account_id is not None:
        telling_haste.hold_author(unit.session, unit.organisation_id, ctx.actor.account_id)
        token = _joined(ctx, unit)
        if token is not None:
            telling_haste.hold_link(unit.session, unit.organisation_id, token.teller_link_id)


def too_hasty(ctx: Context, unit: UnitOfWork, marks: Sequence[dt.datetime]) -> list[bool]:
    """Which of a teller's marks, noted at these times, are held; others answer for theirs themselves."""
    if ctx.actor.role is not Role.TELLER or ctx.actor.account_id is None or not marks:
        return [False] * len(marks)
    where = (unit.session, unit.organisation_id)
    before = telling_haste.times_near(
        *where, ctx.actor.account_id, since=min(marks) - LONGEST, until=max(marks) + LONGEST
    )
    held = too_fast(before, marks)
    room = ARRIVING_MOST - telling_haste.arrived_of_account(*where, ctx.actor.account_id)
    token = _joined(ctx, unit)
    if token is not None:
        held = [fast or is_before_joining(at, token.created_at) for fast, at in zip(held, marks, strict=True)]
        brought = telling_haste.arrived_of_link(*where, token.teller_link_id)
        room = min(room, link_most(len(token.polling_districts)) - brought)
    return held_beyond(held, room)


def _joined(ctx: Context, unit: UnitOfWork) -> ApiToken | None:
    """The token of somebody who joined by a link."""
    if ctx.actor.token_id is None:
        return None
    token = unit.session.get(ApiToken, (unit.organisation_id, ctx.actor.token_id))
    return token if token is not None and token.teller_link_id is not None else None
