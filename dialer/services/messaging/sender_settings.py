"""What may be set for a sender: its rate, that it is a 10DLC number, that it stops."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.blast import Pause
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.sender import kind_of, may_be
from dialer.services.context import Context
from dialer.services.messaging.number_tasks import read_soon
from dialer.services.messaging.outgoing import enqueue_sending
from dialer.services.messaging.own_numbers import home_of
from dialer.services.messaging.senders import rate, sender_rows
from dialer.services.messaging.service_settings import SERVICE, service_view
from dialer.services.messaging.views import SenderView
from dialer.services.messaging.waiting import is_resting
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.messaging import Sender
from dialer.store.queries.own_numbers import named_senders, senders_known
from dialer.store.session import UnitOfWork

SETTABLE: Final = ("kind", "rate_per_s", "pictures")


@dataclass(frozen=True, slots=True)
class NewSender:
    """A number, short code, Messaging Service or name that texts will come from, and what is set for it."""

    address: str
    kind: str | None = None
    rate_per_s: float | None = None
    pictures: bool | None = None


def list_senders(ctx: Context, page: Page) -> Slice[SenderView]:
    """The senders that were used or added, the first of them first."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        query = select(Sender).where(Sender.organisation_id == unit.organisation_id)
        if (after := after_id(page)) is not None:
            query = query.where(Sender.id > after)
        rows = unit.session.scalars(query.order_by(Sender.id).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(lambda row: sender_view(ctx, unit, row))


def list_services(ctx: Context) -> list[SenderView]:
    """The Messaging Services among them."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        ours = (Sender.organisation_id == unit.organisation_id, Sender.kind == SERVICE)
        rows = unit.session.scalars(select(Sender).where(*ours).order_by(Sender.id))
        return [sender_view(ctx, unit, row) for row in rows]


def unused_senders(ctx: Context) -> dict[str, list[str]]:
    """Those that campaigns name, by these campaigns' names, and from which nothing has gone out yet."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        known = senders_known(unit)
        return {one: names for one, names in named_senders(unit).items() if one not in known}


def get_sender(ctx: Context, sender_id: uuid.UUID) -> SenderView:
    """One sender."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        return sender_view(ctx, unit, reach_sender(unit, sender_id))


def add_sender(ctx: Context, wanted: NewSender) -> tuple[SenderView, bool]:
    """Make a sender known before it is first used, or find it; and set what is given. Whether it is new."""
    require(ctx.actor, Permission.SENDER_MANAGE)
    address = wanted.address.strip()
    if kind_of(address) is None:
        detail = (
            "A number with its country (+44…), a short code, MG…, a name of at most 11 letters, or an email"
            " address in lower case."
        )
        raise ValidationFailed.at("/address", detail)
    with ctx.unit() as unit:
        known = select(Sender.id).where(
            Sender.organisation_id == unit.organisation_id, Sender.address == address
        )
        new = unit.session.scalar(known) is None
        row = sender_rows(unit, [address])[address]
        if new:
            ctx.audit(unit, "sender.added", "sender", row.id)
        if new and row.kind == SERVICE:
            read_soon(ctx, unit)
        given = {name: getattr(wanted, name) for name in SETTABLE}
        _set(ctx, unit, row, {name: value for name, value in given.items() if value or value is False})
        return sender_view(ctx, unit, row), new


def change_sender(ctx: Context, sender_id: uuid.UUID, fields: Mapping[str, Any]) -> SenderView:
    """Set its kind, its segments a second, or whether pictures go with its texts (None: what its kind may).
    Takes hold within a second.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        row = reach_sender(unit, sender_id, lock=True)
        _set(ctx, unit, row, fields)
        return sender_view(ctx, unit, row)


def pause_sender(ctx: Context, sender_id: uuid.UUID) -> SenderView:
    """Let nothing go out from it until it is resumed; its texts wait. One that rests because it was filtered
    doesn't try again by itself then. Again: no change.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        row = reach_sender(unit, sender_id, lock=True)
        if row.pause_reason is None or row.tries_again_at is not None:
            row.pause_reason, row.tries_again_at = Pause.BY_HAND, None
            ctx.audit(unit, "sender.paused", "sender", row.id, {"pause_reason": row.pause_reason})
        return sender_view(ctx, unit, row)


def resume_sender(ctx: Context, sender_id: uuid.UUID) -> SenderView:
    """Let it send again, at its whole rate, whoever or whatever stopped it; what was blocked before doesn't
    stop it again.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        row = reach_sender(unit, sender_id, lock=True)
        if row.pause_reason is not None or row.trial_since is not None:
            row.pause_reason, row.resumed_at, row.resting_until = None, ctx.now, None
            row.handed_over_at = row.tries_again_at = row.trial_since = None
            row.rests = 0
            ctx.audit(unit, "sender.resumed", "sender", row.id)
            unit.after_commit(lambda: enqueue_sending(ctx))
        return sender_view(ctx, unit, row)


def reach_sender(unit: UnitOfWork, sender_id: uuid.UUID, *, lock: bool = False) -> Sender:
    """One sender's row, locked when it is to change."""
    query = select(Sender).where(Sender.organisation_id == unit.organisation_id, Sender.id == sender_id)
    row = unit.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def _set(ctx: Context, unit: UnitOfWork, row: Sender, fields: Mapping[str, Any]) -> None:
    if "kind" in fields and not may_be(row.address, fields["kind"]):
        raise ValidationFailed.at("/kind", "It is none of these: only a long code may be said to be 10DLC.")
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        unit.session.flush()
        ctx.audit(unit, "sender.changed", "sender", row.id, changed)


def sender_view(ctx: Context, unit: UnitOfWork, row: Sender) -> SenderView:
    """A sender as it is shown."""
    resting = row.pause_reason is None and is_resting(row, ctx.now)
    return SenderView(
        id=row.id,
        address=row.address,
        kind=row.kind,
        rate_per_s=row.rate_per_s,
        effective_rate_per_s=rate(row, ctx.messaging),
        pool=tuple(row.pool),
        state="paused" if row.pause_reason else "resting" if resting else "active",
        pause_reason=row.pause_reason,
        resting_until=row.resting_until if resting else None,
        handed_over_at=row.handed_over_at,
        tries_again_at=row.tries_again_at,
        trial_since=row.trial_since,
        created_at=row.created_at,
        pictures=row.pictures,
        service=service_view(row, home_of(ctx, unit)) if row.kind == SERVICE else None,
    )
