"""Pictures taken away: by somebody, at once and for good, or when they have been offered no more for long."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.blast import EDITABLE, GOING, Pause
from dialer.domain.errors import Conflict, Forbidden
from dialer.domain.retention import RETENTION, WITHDRAWN, kept_since
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.launching import pause_with_reason
from dialer.services.messaging.pictures import (
    PictureView,
    may_retire,
    picture_address,
    picture_view,
    reach_picture,
)
from dialer.services.messaging.pictures_gone import leave_out_waiting
from dialer.services.messaging.progress import ACCEPTED
from dialer.store.models.messaging import Blast
from dialer.store.models.pictures import Picture
from dialer.store.queries import counters
from dialer.store.queries.message_pictures import count_waiting_with
from dialer.store.session import UnitOfWork

CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A blast that a picture belongs to."""

    id: uuid.UUID
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class PictureUses:
    """What a picture is used for. Blasts that haven't begun (`not_begun`) stand against its withdrawal; those
    that are `going` would be paused. `elsewhere` are more of the former that the actor doesn't see. So many
    `texts` of blasts with it, or with the way to it, were sent, and so many others are `waiting` to go.
    """

    not_begun: tuple[UsedBy, ...]
    elsewhere: int
    going: tuple[UsedBy, ...]
    texts: int
    waiting: int = 0

    @property
    def stands_against(self) -> int:
        """How many blasts must let go of it first."""
        return len(self.not_begun) + self.elsewhere


def uses_of(ctx: Context, picture_id: uuid.UUID) -> PictureUses:
    """What a picture is used for now."""
    require(ctx.actor, Permission.PICTURE_READ)
    with ctx.unit() as unit:
        return _uses(ctx, unit, reach_picture(unit, picture_id))


@again_after_deadlock
def withdraw_picture(ctx: Context, picture_id: uuid.UUID) -> PictureView:
    """Take a picture away from everybody, for good; its address says so from then on. Withdrawn already: no
    change.

    `Conflict`, with their ids (`blasts`), where blasts use it that haven't begun. Those that run are paused,
    and can't go on, and what else waits with it is left out: nobody is sent the way to
    nothing. `Forbidden` as for `retire_picture`.
    """
    require(ctx.actor, Permission.PICTURE_MANAGE)
    with ctx.unit() as unit:
        row = reach_picture(unit, picture_id)
        if not may_retire(ctx, row.made_by):
            raise Forbidden("Whoever added it, or a coordinator, withdraws it.")
        unit.session.refresh(row, with_for_update=True)
        if row.gone_at is not None:
            return picture_view(ctx, row)
        uses = _uses(ctx, unit, row)
        if uses.stands_against:
            raise Conflict(
                f"Texts that haven’t begun use it ({_names(uses)}). Give them another, or none, first.",
                blasts=[str(one.id) for one in uses.not_begun],
            )
        for one in _going(unit, row.id):
            pause_with_reason(ctx, unit, one, Pause.PICTURE)
        row.gone_at, row.gone_why, row.data = ctx.now, WITHDRAWN, b""
        row.retired_at = row.retired_at or ctx.now
        left_out = leave_out_waiting(ctx, unit, row)
        about = {"texts": uses.texts, "left_out": left_out}
        ctx.audit(unit, "picture.withdrawn", "picture", row.id, about)
        return picture_view(ctx, row)


@again_after_deadlock
def delete_old_pictures(ctx: Context) -> int:
    """Delete pictures whose time is over: offered no more for so many days, and no blast that isn't over uses
    them; how many. What they were stays in their rows.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    before = kept_since(ctx.now, ctx.messaging.picture_days)
    if before is None:
        return 0
    with ctx.unit() as unit:
        used = select(Blast.picture_id).where(
            Blast.organisation_id == unit.organisation_id,
            Blast.picture_id.is_not(None),
            Blast.state.in_(EDITABLE | GOING) | (Blast.finished_at >= before),
        )
        query = select(Picture).where(
            Picture.organisation_id == unit.organisation_id,
            Picture.retired_at < before,
            Picture.gone_at.is_(None),
            Picture.id.not_in(used),
        )
        rows = unit.session.scalars(query.limit(CHUNK).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.gone_at, row.gone_why, row.data = ctx.now, RETENTION, b""
            leave_out_waiting(ctx, unit, row)
            ctx.audit(unit, "picture.deleted", "picture", row.id, {"why": RETENTION})
        return len(rows)


def _uses(ctx: Context, unit: UnitOfWork, picture: Picture) -> PictureUses:
    query = select(Blast).where(Blast.organisation_id == unit.organisation_id, Blast.picture_id == picture.id)
    blasts = unit.session.scalars(query.order_by(Blast.id)).all()
    seen = [one for one in blasts if ctx.actor.sees_campaign(one.campaign_id)]
    not_begun = [one for one in blasts if one.state in EDITABLE]
    accepted = counters.read(unit, BLAST, [one.id for one in blasts]).get(ACCEPTED, 0) if blasts else 0
    return PictureUses(
        not_begun=_used_by([one for one in seen if one.state in EDITABLE]),
        elsewhere=sum(one not in seen for one in not_begun),
        going=_used_by([one for one in seen if one.state in GOING]),
        texts=accepted,
        waiting=count_waiting_with(unit, picture.id, picture_address(ctx, picture.code)),
    )


def _used_by(blasts: Sequence[Blast]) -> tuple[UsedBy, ...]:
    return tuple(UsedBy(one.id, one.name, one.state) for one in blasts)


def _going(unit: UnitOfWork, picture_id: uuid.UUID) -> Sequence[uuid.UUID]:
    query = select(Blast.id).where(
        Blast.organisation_id == unit.organisation_id,
        Blast.picture_id == picture_id,
        Blast.state == "running",
    )
    return unit.session.scalars(query.order_by(Blast.id)).all()


def _names(uses: PictureUses) -> str:
    names = [f"“{one.name}”" for one in uses.not_begun]
    return ", ".join([*names, *([f"{uses.elsewhere} of other campaigns"] if uses.elsewhere else [])])
