"""A word to many of us: looked at, sent once, followed, called off.

No second engine for texts to many: a circular is as many single texts, each written down by the deed that
writes one to one volunteer (`written.write_once`) and sent through the one gate. It has no list of contacts,
no senders to choose, no opt-outs of a campaign, and few people: what a blast is made for. Who gets it is
kept with the press, a row each, and a worker writes the texts; each has the id of its row, so that nobody
gets two whatever breaks in between.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.circular import MANY, MOST, Audience, LeftOut
from dialer.domain.email_address import channel_of
from dialer.domain.errors import AudienceChanged, Conflict, InvalidTransition, NotFound, ValidationFailed
from dialer.domain.texting import EMAIL, SMS
from dialer.services.context import Context
from dialer.services.messaging.picture_texts import price_of
from dialer.services.messaging.senders import kinds_of
from dialer.services.messaging.views import TextPreview
from dialer.services.messaging.volunteer_texts import word_to
from dialer.services.messaging.written import preview_of
from dialer.services.organising.circular_people import Placed, name_of, placed, recipients
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.circulars import Circular, CircularText
from dialer.store.models.events import Rsvp
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

WRITE: Final = "workers.jobs.write_circulars"
NAMED: Final = 100
"""So many of those left out are named."""


@dataclass(frozen=True, slots=True)
class NewCircular:
    """What is to be said, and to whom. `id` is the circular's own, where a form that may be sent twice has
    drawn one; `expected` is how many people it goes to, as whoever sends it has seen.
    """

    audience: Audience
    audience_id: uuid.UUID
    body: str = field(repr=False)
    subject: str = field(default="", repr=False)
    expected: int | None = None
    id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class CircularCheck:
    """What would happen: how many are written to by which channel, and why others aren't."""

    name: str
    channels: Mapping[str, int]
    left_out: Mapping[str, int]
    cost: Decimal
    currency: str
    previews: Sequence[TextPreview] = ()
    """How it reads, by text and by email."""

    @property
    def recipients(self) -> int:
        """To how many people it goes."""
        return sum(self.channels.values())

    @property
    def is_many(self) -> bool:
        """Whether their number is to be typed."""
        return self.recipients > MANY


@dataclass(frozen=True, slots=True)
class NotReached:
    """Somebody who was left out, to be rung."""

    account_id: uuid.UUID | None
    name: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class CircularView:
    """A circular and what became of it: by state of its texts (`waiting` before one is written), and why
    people were left out; the first of those by name, where one circular is asked for.
    """

    id: uuid.UUID
    audience: str
    audience_id: uuid.UUID
    name: str
    body: str
    subject: str | None
    total: int
    created_at: dt.datetime
    called_off_at: dt.datetime | None
    counts: Mapping[str, int]
    left_out: Mapping[str, int]
    not_reached: Sequence[NotReached] = ()

    @property
    def is_going(self) -> bool:
        """Whether something of it still waits to go."""
        return any(self.counts.get(state) for state in ("waiting", "queued", "sending"))


def look_at_circular(ctx: Context, wanted: NewCircular) -> CircularCheck:
    """Whom it would go to, how it would read, and what it would cost. Without a body only whom.

    NotFound where there is no such team, campaign or session in reach; refused as a text to one is.
    """
    require(ctx.actor, Permission.MESSAGE_SEND)
    name = name_of(ctx, wanted.audience, wanted.audience_id)
    with ctx.unit() as unit:
        found = placed(ctx, unit, recipients(ctx, unit, wanted.audience, wanted.audience_id))
        return _check(ctx, unit, name, wanted, found)


def send_circular(ctx: Context, wanted: NewCircular) -> CircularView:
    """Send it to each of them once; with the id of one that was sent it is that one.

    Conflict where that one said something else or went to others; AudienceChanged where they aren't as many
    as were `expected`, Conflict where there is nobody; ValidationFailed where it can't be sent as it is.
    """
    require(ctx.actor, Permission.MESSAGE_SEND)
    name = name_of(ctx, wanted.audience, wanted.audience_id)
    with ctx.unit() as unit:
        if (before := _of_its_id(unit, wanted)) is not None:
            return _view(unit, _the_same(before, wanted))
        found = placed(ctx, unit, recipients(ctx, unit, wanted.audience, wanted.audience_id))
        check = _check(ctx, unit, name, wanted, found)
        if not wanted.body.strip():
            raise ValidationFailed.at("/body", "Write what it says.")
        _check_number(check, wanted.expected)
        made = _write(ctx, unit, wanted, name, found)
        unit.after_commit(lambda: enqueue_writing(ctx))
        return _view(unit, made)


def id_for(ctx: Context, wanted: NewCircular) -> uuid.UUID:
    """The id that a form is to carry: its own, unless something else was sent by it, as where somebody goes
    back to a form that was sent and changes the words.
    """
    require(ctx.actor, Permission.MESSAGE_SEND)
    with ctx.unit() as unit:
        before = _of_its_id(unit, wanted)
    if wanted.id is None or (before is not None and not _is_the_same(before, wanted)):
        return new_id()
    return wanted.id


def get_circular(ctx: Context, circular_id: uuid.UUID) -> CircularView:
    """One circular, and who was left out."""
    require(ctx.actor, Permission.MESSAGE_SEND)
    with ctx.unit() as unit:
        return _view(unit, _find(unit, circular_id), _not_reached(unit, circular_id))


def list_circulars(ctx: Context, page: Page) -> Slice[CircularView]:
    """All of them, the latest first."""
    require(ctx.actor, Permission.MESSAGE_SEND)
    query = select(Circular).where(Circular.organisation_id == ctx.organisation_id)
    if (after := after_id(page)) is not None:
        query = query.where(Circular.id < after)
    with ctx.unit() as unit:
        rows = unit.session.scalars(query.order_by(Circular.id.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(lambda row: _view(unit, row))


def call_off_circular(ctx: Context, circular_id: uuid.UUID) -> CircularView:
    """Stop what hasn't gone yet; again: no change. InvalidTransition once nothing waits any more."""
    require(ctx.actor, Permission.MESSAGE_SEND)
    with ctx.unit() as unit:
        row = _find(unit, circular_id)
        if row.called_off_at is not None:
            return _view(unit, row)
        if not _view(unit, row).is_going:
            raise InvalidTransition("It has gone already.", state="sent")
        row.called_off_at = ctx.now
        of_it = (CircularText.organisation_id == unit.organisation_id, CircularText.circular_id == row.id)
        unit.session.execute(
            update(CircularText)
            .where(*of_it, CircularText.message_id.is_(None), CircularText.left_out.is_(None))
            .values(left_out=LeftOut.CALLED_OFF)
        )
        unit.session.execute(
            update(Message)
            .where(
                Message.organisation_id == unit.organisation_id,
                Message.id.in_(select(CircularText.message_id).where(*of_it)),
                Message.state == "queued",
            )
            .values(state="cancelled", lease=None, leased_until=None)
        )
        ctx.audit(unit, "circular.called_off", "circular", row.id)
        return _view(unit, row)


def enqueue_writing(ctx: Context) -> None:
    """Ask a worker to write what waits."""
    ctx.jobs.enqueue("messages", WRITE, str(ctx.organisation_id))


def _find(unit: UnitOfWork, circular_id: uuid.UUID) -> Circular:
    row = unit.session.get(Circular, (unit.organisation_id, circular_id))
    if row is None:
        raise NotFound
    return row


def _check(
    ctx: Context, unit: UnitOfWork, name: str, wanted: NewCircular, found: Sequence[Placed]
) -> CircularCheck:
    places = [one.place for one in found if one.place is not None]
    if len(places) > MOST:
        raise Conflict(f"These are more than {MOST:,} people. Write to one of their teams at a time.")
    firsts = {channel_of(place): place for place in reversed(places)} if wanted.body.strip() else {}
    previews = [
        preview_of(ctx, unit, word_to(ctx, unit, firsts[channel], wanted.body, wanted.subject, dry=True))
        for channel in (SMS, EMAIL)
        if channel in firsts
    ]
    return CircularCheck(
        name=name,
        channels=Counter(channel_of(place) for place in places),
        left_out=Counter(str(one.left_out) for one in found if one.left_out is not None),
        cost=_cost(ctx, unit, places, previews),
        currency=ctx.messaging.currency,
        previews=previews,
    )


def _cost(ctx: Context, unit: UnitOfWork, places: Sequence[str], previews: Sequence[TextPreview]) -> Decimal:
    """Of all of them, each in its own country; it reads the same to everybody."""
    cost = Decimal(0)
    for read in previews:
        channel = channel_of(read.number)
        theirs = [place for place in places if channel_of(place) == channel]
        if channel == EMAIL:
            cost += len(theirs) * (ctx.messaging.mail.price or 0)
        else:
            kind = kinds_of(unit, [read.sender])[read.sender]
            cost += sum(price_of(ctx.messaging, place, kind, read.segments) for place in theirs)
    return cost


def _check_number(check: CircularCheck, expected: int | None) -> None:
    if not check.recipients:
        raise Conflict("There is nobody whom it could go to.", recipients=0)
    if expected != check.recipients:
        raise AudienceChanged(expected=expected or 0, recipients=check.recipients)


def _write(
    ctx: Context, unit: UnitOfWork, wanted: NewCircular, name: str, found: Sequence[Placed]
) -> Circular:
    circular_id = wanted.id or new_id()
    is_new = unit.session.scalar(
        insert(Circular)
        .values(
            organisation_id=unit.organisation_id,
            id=circular_id,
            audience=wanted.audience,
            audience_id=wanted.audience_id,
            audience_name=name,
            body=wanted.body,
            subject=wanted.subject or None,
            total=len(found),
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        .on_conflict_do_nothing()
        .returning(Circular.id)
    )
    if is_new is not None:  # else the same form was sent a moment ago
        unit.session.add_all(
            CircularText(
                organisation_id=unit.organisation_id,
                circular_id=circular_id,
                account_id=one.whose.account_id,
                rsvp_id=one.whose.rsvp_id,
                left_out=one.left_out,
            )
            for one in found
        )
        about = {"audience": wanted.audience, "audience_id": str(wanted.audience_id), "people": len(found)}
        ctx.audit(unit, "circular.sent", "circular", circular_id, about)
        unit.session.flush()
    return _the_same(_find(unit, circular_id), wanted)


def _of_its_id(unit: UnitOfWork, wanted: NewCircular) -> Circular | None:
    return unit.session.get(Circular, (unit.organisation_id, wanted.id)) if wanted.id is not None else None


def _the_same(before: Circular, wanted: NewCircular) -> Circular:
    if not _is_the_same(before, wanted):
        raise Conflict("Something else was sent from this form before. Look at it once more, then send it.")
    return before


def _is_the_same(before: Circular, wanted: NewCircular) -> bool:
    sent = (before.audience, before.audience_id, before.body, before.subject or "")
    return sent == (wanted.audience, wanted.audience_id, wanted.body, wanted.subject)


def _view(unit: UnitOfWork, row: Circular, not_reached: Sequence[NotReached] = ()) -> CircularView:
    counts, left_out = Counter[str](), Counter[str]()
    for one in _figures(unit, row.id):
        if reason := one.left_out or one.skip_reason:
            left_out[reason] += one.people
        else:
            counts[one.state or "waiting"] += one.people
    return CircularView(
        id=row.id,
        audience=row.audience,
        audience_id=row.audience_id,
        name=row.audience_name,
        body=row.body,
        subject=row.subject,
        total=row.total,
        created_at=row.created_at,
        called_off_at=row.called_off_at,
        counts=counts,
        left_out=left_out,
        not_reached=not_reached,
    )


def _figures(
    unit: UnitOfWork, circular_id: uuid.UUID
) -> Sequence[Row[str | None, str | None, str | None, int]]:
    columns = (CircularText.left_out, Message.state, Message.skip_reason)
    query = (
        select(*columns, func.count().label("people"))
        .outerjoin(
            Message,
            (Message.organisation_id == CircularText.organisation_id)
            & (Message.id == CircularText.message_id),
        )
        .where(CircularText.organisation_id == unit.organisation_id, CircularText.circular_id == circular_id)
        .group_by(*columns)
    )
    return unit.session.execute(query).all()


def _not_reached(unit: UnitOfWork, circular_id: uuid.UUID) -> list[NotReached]:
    """The first of those who got nothing, or to whom it didn't arrive."""
    gone = Message.state.in_(("skipped", "failed", "undelivered"))
    query = (
        select(
            CircularText.account_id,
            func.coalesce(Account.name, Rsvp.name),
            func.coalesce(CircularText.left_out, Message.skip_reason, Message.state),
        )
        .outerjoin(
            Message,
            (Message.organisation_id == CircularText.organisation_id)
            & (Message.id == CircularText.message_id),
        )
        .outerjoin(
            Account,
            (Account.organisation_id == CircularText.organisation_id)
            & (Account.id == CircularText.account_id),
        )
        .outerjoin(
            Rsvp,
            (Rsvp.organisation_id == CircularText.organisation_id) & (Rsvp.id == CircularText.rsvp_id),
        )
        .where(
            CircularText.organisation_id == unit.organisation_id,
            CircularText.circular_id == circular_id,
            CircularText.left_out.is_not(None) | gone,
        )
        .order_by(CircularText.id)
        .limit(NAMED)
    )
    return [NotReached(*row) for row in unit.session.execute(query)]
