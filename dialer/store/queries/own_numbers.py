"""What uses our numbers: the campaigns that show one or text from it, texts that go out from it, pools."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from sqlalchemy import Select, func, or_, select, update

from dialer.domain.blast import OPEN
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Blast, Sender
from dialer.store.models.own_numbers import NumberRent, NumberTask, OwnNumber
from dialer.store.session import UnitOfWork

ENDED: Final = "ended"
CHANGES: Final = ("buy", "put_right", "release")
"""What changes what the carrier's list says of us."""
OPEN_TASKS: Final = ("queued", "running")
Way = Literal["caller_id", "sender", "pool", "blast"]
Seen = Mapping[str, tuple[dt.datetime | None, dt.datetime | None]]
"""Of each number, when it was seen on the carrier's list, and when it was gone from it."""


@dataclass(frozen=True, slots=True)
class Use:
    """A campaign that shows a number (`caller_id`), texts from it (`sender`) or from a Messaging Service that
    has it (`pool`), or a text that isn't over (`blast`).
    """

    way: Way
    id: uuid.UUID
    name: str


def kept_numbers(unit: UnitOfWork) -> Sequence[OwnNumber]:
    """All rows, also of numbers that the carrier doesn't have (any more)."""
    query = select(OwnNumber).where(OwnNumber.organisation_id == unit.organisation_id)
    return unit.session.scalars(query.order_by(OwnNumber.number)).all()


def seen(unit: UnitOfWork) -> Seen:
    """When each number was seen on the carrier's list, and gone from it."""
    query = select(OwnNumber.number, OwnNumber.seen_at, OwnNumber.gone_at).where(
        OwnNumber.organisation_id == unit.organisation_id
    )
    return {row.number: (row.seen_at, row.gone_at) for row in unit.session.execute(query)}


def held_as(unit: UnitOfWork, before: Seen) -> tuple[Sequence[OwnNumber], set[str]]:
    """The rows that are as they were `before`, held until this unit is over; and the numbers that aren't."""
    query = select(OwnNumber).where(OwnNumber.organisation_id == unit.organisation_id)
    rows = unit.session.scalars(query.order_by(OwnNumber.number).with_for_update()).all()
    changed = {row.number for row in rows if before.get(row.number) != (row.seen_at, row.gone_at)}
    return [row for row in rows if row.number not in changed], changed


def paid_since(unit: UnitOfWork, numbers: Collection[str], since: dt.datetime) -> set[str]:
    """Those of these of which a month was charged then or later."""
    query = select(NumberRent.number).where(
        NumberRent.organisation_id == unit.organisation_id,
        NumberRent.number.in_(numbers),
        NumberRent.charged_at >= since,
    )
    return set(unit.session.scalars(query)) if numbers else set()


def last_months(unit: UnitOfWork, numbers: Collection[str]) -> dict[str, dt.datetime]:
    """When a month of each of these was charged last, of those that ever were."""
    query = (
        select(NumberRent.number, func.max(NumberRent.charged_at))
        .where(NumberRent.organisation_id == unit.organisation_id, NumberRent.number.in_(numbers))
        .group_by(NumberRent.number)
    )
    rows = unit.session.execute(query) if numbers else ()
    return {str(number): at for number, at in rows}


def bought_here(unit: UnitOfWork, numbers: Collection[str]) -> dict[str, dt.datetime]:
    """When each of these was asked for from here the last time, of those that were bought."""
    query = (
        select(NumberTask.number, func.max(NumberTask.created_at))
        .where(
            NumberTask.organisation_id == unit.organisation_id,
            NumberTask.number.in_(numbers),
            NumberTask.kind == "buy",
            NumberTask.state == "done",
        )
        .group_by(NumberTask.number)
    )
    rows = unit.session.execute(query) if numbers else ()
    return {str(number): at for number, at in rows}


def waiting_months(unit: UnitOfWork) -> dict[str, tuple[int, dt.datetime]]:
    """How many months of which number wait for their price, and since when, also of numbers that are gone."""
    query = (
        select(NumberRent.number, func.count(), func.min(NumberRent.charged_at))
        .where(NumberRent.organisation_id == unit.organisation_id, NumberRent.amount.is_(None))
        .group_by(NumberRent.number)
        .order_by(NumberRent.number)
    )
    return {number: (months, since) for number, months, since in unit.session.execute(query)}


def listed_after(unit: UnitOfWork, after: str, most: int) -> Sequence[OwnNumber]:
    """Those that the carrier's list has, that follow a number, as many as these at most."""
    query = select(OwnNumber).where(
        OwnNumber.organisation_id == unit.organisation_id,
        OwnNumber.sid.is_not(None),
        OwnNumber.gone_at.is_(None),
        OwnNumber.number > after,
    )
    return unit.session.scalars(query.order_by(OwnNumber.number).limit(most)).all()


def settled_rents(unit: UnitOfWork, now: dt.datetime) -> set[str]:
    """The numbers whose price is known, and whose next month isn't charged yet."""
    query = select(OwnNumber.number).where(
        OwnNumber.organisation_id == unit.organisation_id,
        OwnNumber.rent.is_not(None),
        OwnNumber.rent_due_at > now,
    )
    return set(unit.session.scalars(query))


def rents(unit: UnitOfWork) -> list[tuple[str | None, int, Decimal]]:
    """How many of ours cost how much a month, by currency; None: those whose price isn't known."""
    query = (
        select(OwnNumber.rent_currency, func.count(), func.coalesce(func.sum(OwnNumber.rent), 0))
        .where(
            OwnNumber.organisation_id == unit.organisation_id,
            OwnNumber.rent_due_at.is_not(None),
            OwnNumber.gone_at.is_(None),
        )
        .group_by(OwnNumber.rent_currency)
        .order_by(OwnNumber.rent_currency)
    )
    rows = unit.session.execute(query)
    return [(currency, count, Decimal(str(amount))) for currency, count, amount in rows]


def shown_by(unit: UnitOfWork) -> dict[str, list[str]]:
    """The numbers that campaigns show, each with their names, of those that aren't over."""
    found: dict[str, list[str]] = {}
    for campaign in _open_campaigns(unit):
        for number in campaign.caller_ids:
            found.setdefault(number, []).append(campaign.name)
    return found


def uses(unit: UnitOfWork) -> dict[str, list[Use]]:
    """What uses which number."""
    found: dict[str, list[Use]] = {}
    pools = _pools(unit)
    for number, use in _all_uses(unit, pools):
        if use not in (known := found.setdefault(number, [])):
            known.append(use)
    return found


def used_by_others(unit: UnitOfWork, numbers: Collection[str]) -> set[str]:
    """Those of them that other organisations of this installation show or text from."""
    if not numbers:
        return set()
    wanted = list(numbers)
    campaigns = select(Campaign.caller_ids, Campaign.senders).where(
        Campaign.organisation_id != unit.organisation_id,
        Campaign.state != ENDED,
        or_(Campaign.caller_ids.overlap(wanted), Campaign.senders.overlap(wanted)),
    )
    named = {one for pair in unit.session.execute(campaigns) for numbers_of in pair for one in numbers_of}
    senders = select(Sender.address).where(
        Sender.organisation_id != unit.organisation_id, Sender.address.in_(wanted)
    )
    return (named | set(unit.session.scalars(senders))) & set(wanted)


def got_by(unit: UnitOfWork, numbers: Collection[str]) -> dict[str, uuid.UUID]:
    """Which organisation of this installation bought each of them, or had it put right, last; one that was
    given back since is nobody's.
    """
    query = (
        select(NumberTask.number, NumberTask.organisation_id, NumberTask.kind)
        .where(
            NumberTask.number.in_(numbers),
            NumberTask.kind.in_(CHANGES),
            NumberTask.state == "done",
        )
        .order_by(NumberTask.finished_at, NumberTask.id)
    )
    rows = unit.session.execute(query) if numbers else ()
    last = {str(row.number): row for row in rows}
    return {number: row.organisation_id for number, row in last.items() if row.kind != "release"}


def is_alone(unit: UnitOfWork) -> bool:
    """Whether this installation serves no other organisation."""
    other = select(Organisation.id).where(Organisation.id != unit.organisation_id)
    return unit.session.scalar(other.limit(1)) is None


def given_back(unit: UnitOfWork) -> Select[str]:
    """The numbers that the carrier's list had as ours once and has no more: nothing goes out from these."""
    return select(OwnNumber.number).where(
        OwnNumber.organisation_id == unit.organisation_id, OwnNumber.gone_at.is_not(None)
    )


def going(unit: UnitOfWork, numbers: Collection[str]) -> set[str]:
    """Those of these that are just being given back. Whoever gives one back waits until this unit, which is
    to use it, is over, and then sees that.
    """
    if not numbers:
        return set()
    rows = select(OwnNumber.number).where(
        OwnNumber.organisation_id == unit.organisation_id, OwnNumber.number.in_(numbers)
    )
    ours = unit.session.scalars(rows.order_by(OwnNumber.number).with_for_update(read=True)).all()
    asked = select(NumberTask.number).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "release",
        NumberTask.state == "running",
        NumberTask.number.in_(ours),
    )
    return {str(number) for number in unit.session.scalars(asked)}


def forget_sender(unit: UnitOfWork, numbers: Collection[str]) -> None:
    """Let nobody know these any more: whoever is answered hears from another number of ours."""
    if not numbers:
        return
    theirs = select(Conversation.id).where(
        Conversation.organisation_id == unit.organisation_id, Conversation.sender.in_(numbers)
    )
    locked = unit.session.scalars(theirs.order_by(Conversation.id).with_for_update()).all()
    of_them = (Conversation.organisation_id == unit.organisation_id, Conversation.id.in_(locked))
    unit.session.execute(update(Conversation).where(*of_them).values(sender=None))


def senders_known(unit: UnitOfWork) -> set[str]:
    """The addresses that have been texted from, or were set up for it."""
    query = select(Sender.address).where(Sender.organisation_id == unit.organisation_id)
    return set(unit.session.scalars(query))


def named_senders(unit: UnitOfWork) -> dict[str, list[str]]:
    """What texts come from by what campaigns say that aren't over, each with their names."""
    found: dict[str, list[str]] = {}
    for campaign in _open_campaigns(unit):
        for sender in campaign.senders:
            found.setdefault(sender, []).append(campaign.name)
    return found


def oldest_organisation(unit: UnitOfWork) -> uuid.UUID | None:
    """The one that the carrier's words are about where our address names none."""
    return unit.session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))


def organisations_named(unit: UnitOfWork, names: Collection[str]) -> set[str]:
    """Those of these that are an organisation's id."""
    ids = {found: name for name in names if (found := _id(name)) is not None}
    known = unit.session.scalars(select(Organisation.id).where(Organisation.id.in_(ids)))
    return {ids[one] for one in known}


def read_at(unit: UnitOfWork) -> dt.datetime | None:
    """When the carrier's list was read last."""
    query = select(NumberTask.finished_at).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "read",
        NumberTask.state == "done",
    )
    return unit.session.scalar(query.order_by(NumberTask.id.desc()).limit(1))


def changed_at(unit: UnitOfWork, since: dt.datetime | None) -> dt.datetime | None:
    """When something was bought, put right or given back last, if that was after `since`."""
    query = select(func.max(NumberTask.finished_at)).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind.in_(CHANGES),
        NumberTask.state == "done",
    )
    at = unit.session.scalar(query)
    return at if at is not None and (since is None or at > since) else None


def under_way(unit: UnitOfWork) -> dict[str | None, list[str]]:
    """What the carrier is being asked, or waits to be asked, by number; what is about none under None."""
    query = select(NumberTask.number, NumberTask.kind).where(
        NumberTask.organisation_id == unit.organisation_id, NumberTask.state.in_(OPEN_TASKS)
    )
    found: dict[str | None, list[str]] = {}
    for number, kind in unit.session.execute(query.order_by(NumberTask.id)):
        found.setdefault(number, []).append(kind)
    return found


def taken(unit: UnitOfWork, numbers: Collection[str]) -> set[str]:
    """Those of these that are ours, or are just being bought."""
    ours = select(OwnNumber.number).where(
        OwnNumber.organisation_id == unit.organisation_id,
        OwnNumber.number.in_(numbers),
        OwnNumber.sid.is_not(None),
        OwnNumber.gone_at.is_(None),
    )
    asked = select(NumberTask.number).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "buy",
        NumberTask.state.in_(OPEN_TASKS),
        NumberTask.number.in_(numbers),
    )
    return {str(one) for query in (ours, asked) for one in unit.session.scalars(query)}


def _all_uses(unit: UnitOfWork, pools: dict[str, Sequence[str]]) -> Iterator[tuple[str, Use]]:
    for campaign in _open_campaigns(unit):
        for number in campaign.caller_ids:
            yield number, Use("caller_id", campaign.id, campaign.name)
        for sender in campaign.senders:
            yield sender, Use("sender", campaign.id, campaign.name)
            for number in pools.get(sender, ()):
                yield number, Use("pool", campaign.id, campaign.name)
    blasts = select(Blast).where(Blast.organisation_id == unit.organisation_id, Blast.state.in_(OPEN))
    for blast in unit.session.scalars(blasts.order_by(Blast.id)):
        for sender in blast.senders:
            for number in (sender, *pools.get(sender, ())):
                yield number, Use("blast", blast.id, blast.name)


def _pools(unit: UnitOfWork) -> dict[str, Sequence[str]]:
    query = select(Sender.address, Sender.pool).where(
        Sender.organisation_id == unit.organisation_id, Sender.pool != []
    )
    return dict(unit.session.execute(query).all())


def _open_campaigns(unit: UnitOfWork) -> Sequence[Campaign]:
    query = select(Campaign).where(Campaign.organisation_id == unit.organisation_id, Campaign.state != ENDED)
    return unit.session.scalars(query.order_by(Campaign.id)).all()


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
