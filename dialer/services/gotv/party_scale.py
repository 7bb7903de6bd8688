"""What parties mean in an election, changed for whoever named one and will.

What people said is kept as they said it; what it means follows the scale. So a change only says what is
wanted, and whose evidence says otherwise is found in the evidence itself: broken off, it goes on when it is
saved again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.errors import ValidationFailed
from dialer.domain.party_scale import Party, PartyScale, checked, read_scale, stored
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of
from dialer.services.gotv.record import recompute_records
from dialer.store.models.gotv import Election
from dialer.store.queries import parties as shelf
from dialer.store.session import UnitOfWork

AT_ONCE: Final = 1000
ROUNDS: Final = 20
"""So many people are changed in one transaction, and so many times in one request."""


@dataclass(frozen=True, slots=True)
class Named:
    """A party as people named it: how many did, what it means, and of how many answers that is to change."""

    name: str
    people: int
    support: int | None
    changing: int


@dataclass(frozen=True, slots=True)
class ScaleView:
    """A scale, every party that was named in the election, and how many answers don't mean that."""

    scale: PartyScale
    named: Sequence[Named]

    @property
    def left(self) -> int:
        """The answers that are to change."""
        return sum(one.changing for one in self.named)


def party_scale(ctx: Context, election_id: uuid.UUID) -> ScaleView:
    """What parties mean now."""
    require(ctx.actor, Permission.ELECTION_READ)
    with ctx.unit() as unit:
        scale = scale_of(election_of(unit, election_id))
        return _view(unit, election_id, scale)


def preview_party_scale(ctx: Context, election_id: uuid.UUID, parties: Sequence[Party]) -> ScaleView:
    """What another scale would change; nothing is."""
    require(ctx.actor, Permission.ELECTION_MANAGE)
    with ctx.unit() as unit:
        election_of(unit, election_id)
        return _view(unit, election_id, _taken(parties))


def set_party_scale(ctx: Context, election_id: uuid.UUID, parties: Sequence[Party]) -> ScaleView:
    """Have parties mean this from now on, also to whoever named one before. Of more than 20,000 answers the
    rest is `left`, for the same press again.
    """
    require(ctx.actor, Permission.ELECTION_MANAGE)
    scale = _taken(parties)
    _keep(ctx, election_id, scale)
    for _ in range(ROUNDS):
        if _change_next(ctx, election_id) < AT_ONCE:
            break
    with ctx.unit() as unit:
        return _view(unit, election_id, scale)


def current_scale(ctx: Context) -> PartyScale:
    """The scale of the current election, for whoever writes scripts."""
    require(ctx.actor, Permission.ELECTION_READ)
    with ctx.unit() as unit:
        return scale_of(current_election(unit))


def scale_of(election: Election) -> PartyScale:
    """The scale of an election."""
    return read_scale(election.party_scale)


def _taken(parties: Sequence[Party]) -> PartyScale:
    taken = checked(parties)
    if isinstance(taken, PartyScale):
        return taken
    raise ValidationFailed(errors=taken)


@again_after_deadlock
def _keep(ctx: Context, election_id: uuid.UUID, scale: PartyScale) -> None:
    with ctx.unit() as unit:
        election = election_of(unit, election_id)
        if stored(scale) != election.party_scale:
            changes = {"before": election.party_scale, "after": stored(scale)}
            election.party_scale = stored(scale)
            ctx.audit(unit, "election.party_scale_set", "election", election_id, changes)


@again_after_deadlock
def _change_next(ctx: Context, election_id: uuid.UUID) -> int:
    """Have the next answers mean what the scale says; how many."""
    with ctx.unit() as unit:
        scale = scale_of(election_of(unit, election_id))
        meant = {one.name: scale.support_of(one.name) for one in shelf.named(unit, election_id)}
        changed = shelf.mean(unit, election_id, meant, AT_ONCE)
        recompute_records(unit, election_id, set(changed))
        return len(changed)


def _view(unit: UnitOfWork, election_id: uuid.UUID, scale: PartyScale) -> ScaleView:
    named = []
    for one in shelf.named(unit, election_id):
        support = scale.support_of(one.name)
        changing = sum(count for means, count in one.means.items() if means != support)
        named.append(Named(one.name, one.people, support, changing))
    return ScaleView(scale, named)
