"""Texts that wait for a picture that was taken away: left out, said so, and never sent. A blast that has
one is paused instead (`picture_leaving`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Row

from dialer.domain.message_gate import Skip
from dialer.services.context import Context
from dialer.services.messaging.figures import Move, count_moves
from dialer.services.messaging.needing_answers import REPLY, wait_again
from dialer.services.messaging.pictures import picture_address
from dialer.store.models.pictures import Picture
from dialer.store.queries import message_pictures
from dialer.store.queries.message_claims import Claimed
from dialer.store.session import UnitOfWork


def leave_out_where_gone(
    ctx: Context, unit: UnitOfWork, holder: uuid.UUID, texts: Sequence[Claimed]
) -> Sequence[Claimed]:
    """Leave out those of these claimed texts whose picture is gone; the others. What waits is left out as a
    picture is taken away: these were on their way then, and came back since the carrier hadn't taken them.
    """
    pictured = [one.id for one in texts if one.has_picture]
    if not pictured:
        return texts
    gone = message_pictures.leave_out_gone(unit, holder, pictured, Skip.PICTURE)
    _note(ctx, unit, gone)
    left_out = {row.id for row in gone}
    return [one for one in texts if one.id not in left_out]


def leave_out_waiting(ctx: Context, unit: UnitOfWork, picture: Picture) -> int:
    """Leave out what waits with a picture that is gone by now, or leads to it; how many."""
    unit.session.flush()
    address = picture_address(ctx, picture.code)
    gone = message_pictures.leave_out_with(unit, picture.id, address, Skip.PICTURE)
    _note(ctx, unit, gone)
    return len(gone)


def _note(ctx: Context, unit: UnitOfWork, gone: Sequence[Row[Any]]) -> None:
    """Whoever was to get an answer with it waits for one again."""
    count_moves(
        unit,
        (
            Move(row.blast_id, row.campaign_id, row.purpose, "queued", "skipped", reason_after=Skip.PICTURE)
            for row in gone
        ),
    )
    wait_again(unit, [row.number for row in gone if row.purpose == REPLY], ctx.now)
