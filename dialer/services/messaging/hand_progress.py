"""How far a blast is that is sent by hand, and who has sent how many of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.access import Permission
from dialer.domain.first_texts import BY_HAND
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.store.queries import counters, first_texts


@dataclass(frozen=True, slots=True)
class Presser:
    """Somebody who has sent texts of a blast by hand, and how many."""

    id: uuid.UUID
    name: str
    sent: int


@dataclass(frozen=True, slots=True)
class ByHand:
    """How far a blast is that is sent by hand: how many wait for a press, how many of these are in
    volunteers' hands, how many were pressed for and are still here, and who has sent how many, by name.
    """

    unpressed: int
    held: int
    pressed: int
    by_whom: tuple[Presser, ...]


def by_hand(ctx: Context, blast_id: uuid.UUID) -> ByHand | None:
    """How far a blast is that is sent by hand; None of any other."""
    with ctx.unit() as unit:
        blast, _ = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        if blast.mode != BY_HAND:
            return None
        pressed = first_texts.count_pressed(unit, blast.id)
        queued = counters.read(unit, "blast", [blast.id]).get("queued", 0)
        whom = first_texts.by_whom(unit, blast.id)
        return ByHand(
            unpressed=first_texts.count_unpressed(unit, blast.id, queued),
            held=first_texts.count_held(unit, blast.id, ctx.now),
            pressed=pressed,
            by_whom=tuple(Presser(row.id, row.name, row.pressed) for row in whom),
        )
