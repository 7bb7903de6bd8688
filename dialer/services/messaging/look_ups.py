"""Batches of look-ups: how many numbers and for how much, begun with the number typed, stopped, let go on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import func, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.domain.look_up import Which, check_typed
from dialer.services.budget import left_to_campaign, left_to_spend
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.audience_rules import asked_now, audience_of
from dialer.store.models import new_id
from dialer.store.models.audiences import Audience
from dialer.store.models.calling import Campaign
from dialer.store.models.look_ups import LookUpBatch
from dialer.store.models.people import Contact, ContactList
from dialer.store.queries import number_lines
from dialer.store.queries.audience_people import people_after
from dialer.store.queries.number_lines import Numbered
from dialer.store.session import UnitOfWork

JOB: Final = "workers.jobs.run_look_ups"
BY_HAND: Final = "by_hand"
PEOPLE_AT_ONCE: Final = 5_000
OPEN: Final = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose numbers: a list's people, those whom an audience picks, or one person's: one of the three. What
    they cost counts for a campaign where one is named.
    """

    list_id: uuid.UUID | None = None
    audience_id: uuid.UUID | None = None
    contact_id: uuid.UUID | None = None
    which: str = Which.UNKNOWN
    campaign_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class LookUpPreview:
    """What would be asked for, and for how much. `known` were looked up within the days that an answer holds,
    `in_hand` are another batch's, `elsewhere` lie in countries that aren't texted: none of them is asked for.
    `most` may be asked for at once; `left` is what the campaign, or without one the installation, may still
    spend, None without a limit.
    """

    name: str
    numbers: int
    known: int
    in_hand: int
    elsewhere: int
    each: Decimal
    cost: Decimal
    currency: str
    most: int
    holds_days: int
    left: Decimal | None


@dataclass(frozen=True, slots=True)
class LookUpView:
    """A batch: `known` and `failed` are settled; `asked` is how often the carrier was asked, each charged or
    perhaps charged, and `cost` what that comes to. `found` counts the kinds, by the carrier's words. One
    that waits for the carrier goes on at `again_at`.
    """

    id: uuid.UUID
    list_id: uuid.UUID | None
    audience_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    name: str
    which: str
    state: str
    stopped_for: str | None
    again_at: dt.datetime | None
    numbers: int
    known: int
    failed: int
    asked: int
    cost: Decimal
    currency: str
    found: Sequence[tuple[str, int]]
    created_at: dt.datetime
    finished_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class LookedUp:
    """How often the carrier was asked for a campaign, and what that cost in our currency."""

    asked: int
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class LineSaid:
    """What the carrier said of a line (None: nothing), when, and until when it isn't asked again."""

    line: str | None
    looked_up_at: dt.datetime
    holds_until: dt.datetime


@dataclass(frozen=True, slots=True)
class FailedLookUp:
    """A number of which nothing was learnt, and why (`domain.look_up.Fault`)."""

    number: str
    fault: str
    error_code: int | None


def preview_look_ups(ctx: Context, wanted: Wanted) -> LookUpPreview:
    """How many numbers would be asked for now, and what that costs."""
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        return _preview(ctx, unit, wanted)[0]


@again_after_deadlock
def begin_look_ups(ctx: Context, wanted: Wanted, expected_numbers: int) -> LookUpView:
    """Have the carrier asked for them. `AudienceChanged` where another number was typed than are asked for
    now, `ValidationFailed` for none, for more than may be at once, or for more than may be spent.
    """
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        seen, numbers = _preview(ctx, unit, wanted)
        check_typed(expected_numbers, seen.numbers)
        _check_bounds(seen)
        row = _new_batch(ctx, unit, wanted, seen)
        unit.session.add(row)
        unit.session.flush()
        since = ctx.messaging.look_ups.known_since(ctx.now)
        check_typed(expected_numbers, number_lines.take(unit, row.id, numbers, since))
        changes = {"numbers": row.numbers, "cost": f"{seen.cost} {seen.currency}"}
        ctx.audit(unit, "look_up.begun", "look_up_batch", row.id, changes)
        unit.after_commit(lambda: enqueue_look_ups(ctx, row.id))
        return _view(row)


def _new_batch(ctx: Context, unit: UnitOfWork, wanted: Wanted, seen: LookUpPreview) -> LookUpBatch:
    return LookUpBatch(
        organisation_id=unit.organisation_id,
        id=new_id(),
        list_id=wanted.list_id,
        audience_id=wanted.audience_id,
        campaign_id=wanted.campaign_id,
        name=seen.name,
        which=wanted.which,
        state="queued",
        numbers=seen.numbers,
        known=0,
        lines={},
        failed=0,
        asked=0,
        price=seen.each,
        currency=seen.currency,
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
    )


def list_look_ups(ctx: Context, page: Page) -> Slice[LookUpView]:
    """The batches, the latest first."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        query = select(LookUpBatch).where(LookUpBatch.organisation_id == unit.organisation_id)
        if (after := after_id(page)) is not None:
            query = query.where(LookUpBatch.id < after)
        rows = unit.session.scalars(query.order_by(LookUpBatch.id.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(_view)


def get_look_up(ctx: Context, batch_id: uuid.UUID) -> LookUpView:
    """One batch."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        return _view(reach_batch(unit, batch_id))


def looked_up_for(ctx: Context, campaign_id: uuid.UUID) -> LookedUp:
    """All look-ups whose cost counts for a campaign."""
    require(ctx.actor, Permission.STATS_READ, campaign_id=campaign_id)
    with ctx.unit() as unit:
        asked = select(
            func.coalesce(func.sum(LookUpBatch.asked), 0),
            func.coalesce(func.sum(LookUpBatch.asked * LookUpBatch.price), 0),
        ).where(
            LookUpBatch.organisation_id == unit.organisation_id,
            LookUpBatch.campaign_id == campaign_id,
            LookUpBatch.currency == ctx.messaging.currency,
        )
        count, cost = unit.session.execute(asked).one()
        return LookedUp(int(count), Decimal(cost), ctx.messaging.currency)


def lines_of_numbers(ctx: Context, numbers: Sequence[str]) -> dict[str, LineSaid]:
    """What is known of those of these numbers that the carrier was asked for."""
    require(ctx.actor, Permission.CONTACT_READ)
    holds = dt.timedelta(days=ctx.messaging.look_ups.holds_days)
    with ctx.unit() as unit:
        found = number_lines.looked_up(unit, numbers)
    return {number: LineSaid(line, at, at + holds) for number, line, at in found}


def failed_look_ups(ctx: Context, batch_id: uuid.UUID, page: Page) -> Slice[FailedLookUp]:
    """The numbers of a batch of which nothing was learnt, by number."""
    require(ctx.actor, Permission.SENDER_READ)
    with ctx.unit() as unit:
        reach_batch(unit, batch_id)
        after = page.after[0] if page.after else ""
        rows = number_lines.failed_after(unit, batch_id, after, page.limit + 1)
        found = cut(rows, page, lambda one: (one.number,))
        return found.map(lambda one: FailedLookUp(one.number, one.fault or "", one.error_code))


def stop_look_ups(ctx: Context, batch_id: uuid.UUID) -> LookUpView:
    """Ask for no more of them; what is on the wire is still written down. Again: no change."""
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        row = reach_batch(unit, batch_id, lock=True)
        if row.state in OPEN:
            row.state, row.stopped_for = "stopped", BY_HAND
            ctx.audit(unit, "look_up.stopped", "look_up_batch", row.id)
        return _view(row)


def resume_look_ups(ctx: Context, batch_id: uuid.UUID) -> LookUpView:
    """Go on with one that was stopped, by whatever. `InvalidTransition` where it is over."""
    require(ctx.actor, Permission.SENDER_MANAGE)
    with ctx.unit() as unit:
        row = reach_batch(unit, batch_id, lock=True)
        if row.state == "completed":
            raise InvalidTransition("All of them have been asked for.", state=row.state)
        if row.state == "stopped":
            row.state, row.stopped_for, row.again_at = "queued", None, None
            ctx.audit(unit, "look_up.resumed", "look_up_batch", row.id)
            unit.after_commit(lambda: enqueue_look_ups(ctx, batch_id))
        return _view(row)


def enqueue_look_ups(ctx: Context, batch_id: uuid.UUID) -> None:
    """Ask a worker to go on with a batch."""
    ctx.jobs.enqueue("default", JOB, str(ctx.organisation_id), str(batch_id))


def reach_batch(unit: UnitOfWork, batch_id: uuid.UUID, *, lock: bool = False) -> LookUpBatch:
    """One batch's row, locked when it is to change."""
    query = select(LookUpBatch).where(
        LookUpBatch.organisation_id == unit.organisation_id, LookUpBatch.id == batch_id
    )
    row = unit.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def _name_of(unit: UnitOfWork, wanted: Wanted) -> str:
    """Of the list or audience; nobody's name is kept with what was paid for. `ValidationFailed` for none."""
    kinds = {"audience_id": Audience, "list_id": ContactList, "contact_id": Contact}
    field, kind = next((field, kind) for field, kind in kinds.items() if getattr(wanted, field) is not None)
    row = unit.session.get(kind, (unit.organisation_id, getattr(wanted, field)))
    if row is None:
        raise ValidationFailed.at(f"/{field}", "There is nothing with this id.")
    return row.name if isinstance(row, Audience | ContactList) else ""


def _numbers(ctx: Context, unit: UnitOfWork, wanted: Wanted) -> Iterator[Numbered]:
    """Each number once."""
    since = ctx.messaging.look_ups.known_since(ctx.now)
    every_line = wanted.which == Which.ALL
    if wanted.list_id is not None:
        yield from number_lines.numbers_of_list(unit, wanted.list_id, every_line=every_line, since=since)
        return
    seen = set[str]()
    for people in _people_of(ctx, unit, wanted):
        some = number_lines.numbers_of_people(unit, people, every_line=every_line, since=since)
        yield from (one for one in some if one.number not in seen)
        seen.update(one.number for one in some)


def _check_wanted(wanted: Wanted) -> None:
    if sum(one is not None for one in (wanted.list_id, wanted.audience_id, wanted.contact_id)) != 1:
        raise ValidationFailed.at("/list_id", "Name a list, an audience or a contact.")
    if wanted.which not in set(Which):
        raise ValidationFailed.at("/which", "It is none of these.")


def _people_of(ctx: Context, unit: UnitOfWork, wanted: Wanted) -> Sequence[Sequence[uuid.UUID]]:
    """Everybody whom an audience picks, some at a time; or the one person."""
    if wanted.audience_id is None:
        return [[wanted.contact_id]] if wanted.contact_id is not None else []
    asked = asked_now(ctx, unit, audience_of(unit, wanted.audience_id).filter)
    chunks: list[Sequence[uuid.UUID]] = []
    after: uuid.UUID | None = None
    while True:
        people, after = people_after(unit, asked, after, PEOPLE_AT_ONCE)
        chunks.append(people)
        if after is None:
            return chunks


def left_for(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID | None) -> Decimal | None:
    """What look-ups may still cost: those of a campaign, or those that belong to none."""
    if campaign_id is None:
        return left_to_spend(ctx, unit)
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id))
    if campaign is None:
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.")
    return left_to_campaign(ctx, unit, campaign)


def _preview(ctx: Context, unit: UnitOfWork, wanted: Wanted) -> tuple[LookUpPreview, list[str]]:
    """What would be asked for, and the numbers themselves, as many as may be asked for at once. Lists are
    long: each number is looked at once, and no more than those are held.
    """
    _check_wanted(wanted)
    name = _name_of(unit, wanted)
    price, numbers, found = ctx.messaging.look_ups, list[str](), Counter[str]()
    for one in _numbers(ctx, unit, wanted):
        stands = _standing(ctx, one)
        found[stands] += 1
        if stands == "new" and found["new"] <= price.most:
            numbers.append(one.number)
    seen = LookUpPreview(
        name=name,
        numbers=found["new"],
        known=found["known"],
        in_hand=found["in_hand"],
        elsewhere=found["elsewhere"],
        each=price.each,
        cost=price.of(found["new"]),
        currency=ctx.messaging.currency,
        most=price.most,
        holds_days=price.holds_days,
        left=left_for(ctx, unit, wanted.campaign_id),
    )
    return seen, numbers


def _standing(ctx: Context, one: Numbered) -> str:
    if one.known:
        return "known"
    if one.in_hand:
        return "in_hand"
    return "new" if ctx.phones.allows(one.number) else "elsewhere"


def _check_bounds(seen: LookUpPreview) -> None:
    if not seen.numbers:
        raise ValidationFailed.at("/expected_numbers", "There is nothing to ask for.")
    if seen.numbers > seen.most:
        raise ValidationFailed.at("/expected_numbers", f"At most {seen.most:,} at once. Take a smaller list.")
    if seen.left is not None and seen.cost > seen.left:
        detail = (
            f"They cost {seen.cost} {seen.currency}, and {max(seen.left, Decimal(0))} may still be spent."
        )
        raise ValidationFailed.at("/expected_numbers", detail)


def _view(row: LookUpBatch) -> LookUpView:
    return LookUpView(
        id=row.id,
        list_id=row.list_id,
        audience_id=row.audience_id,
        campaign_id=row.campaign_id,
        name=row.name,
        which=row.which,
        state=row.state,
        stopped_for=row.stopped_for,
        again_at=row.again_at if row.state in OPEN else None,
        numbers=row.numbers,
        known=row.known,
        failed=row.failed,
        asked=row.asked,
        cost=row.price * row.asked,
        currency=row.currency,
        found=sorted(row.lines.items(), key=lambda one: (-one[1], one[0])),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
