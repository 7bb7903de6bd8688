"""What blasts cost by the carrier's own word, read from its list once they are over.

A callback tells no price. The list that the carrier keeps does, a thousand texts at a time, some while after
they were sent; and it tells of how many parts it made them. So an hour after a blast's end everything that
the account sent is read, from the launch until then: minutes of it at a time, since others may have sent as
well, and a blast may have rested for days. Where it hasn't settled all by then, the list is read again from
the first that is missing, after an hour and then at intervals that double up to a day.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import or_, select, update

from dialer.carrier.port import Carrier, CarrierError, CarrierMessage
from dialer.domain.access import Permission, require
from dialer.domain.texting import SMS
from dialer.logs import get_logger
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.charging import correct
from dialer.store.models.messaging import Blast
from dialer.store.queries.message_prices import sent_until, sent_without_price
from dialer.store.session import UnitOfWork

SETTLED_AFTER: Final = dt.timedelta(hours=1)
"""How long after a blast's end the carrier is asked what it charged."""
AGAIN_MOST: Final = dt.timedelta(days=1)
"""How long at most until what isn't settled yet is read again; first it is `SETTLED_AFTER`."""
ASKED_FOR: Final = dt.timedelta(days=5)
AT_ONCE: Final = 10_000
"""Texts of a blast whose time is read at once: ten pages of the carrier's list, or more where other blasts
went out beside it."""
AT_MOST: Final = dt.timedelta(minutes=5)
"""The time that is read at once: at 80 texts a second of the whole account two dozen pages."""
CLOCKS_DIFFER: Final = dt.timedelta(minutes=2)
_TICK: Final = dt.timedelta(microseconds=1)
JOB: Final = "workers.jobs.read_prices"

log = get_logger(__name__)


def ask_to_price(ctx: Context) -> None:
    """Have a job read what the carrier charged where a blast has been over for long enough."""
    with ctx.unit() as unit:
        waiting = _next_blast(ctx, unit)
    if waiting is not None:
        ctx.jobs.enqueue("default", JOB, str(ctx.organisation_id))


def read_prices(ctx: Context, carrier: Carrier) -> bool:
    """Read what the carrier charged for the next part of a blast; whether there was one to read.

    Where its list can't be read it is tried again. May be run by several at once: figures that were taken
    before change nothing.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        blast = _next_blast(ctx, unit)
        if blast is None or blast.launched_at is None or blast.finished_at is None:
            return False
        since = blast.priced_through or blast.launched_at
        last = blast.finished_at + SETTLED_AFTER
        end = min(last, since + AT_MOST)
        until = min(sent_until(unit, blast.id, since, AT_ONCE) or end, end)
    try:
        found = carrier.messages(since=since - CLOCKS_DIFFER, until=until, waiting=False)
    except CarrierError as error:
        log.warning("what texts cost could not be read", reason=error.reason, code=error.code)
        return False
    _correct(ctx, blast, found, until, is_last=until >= last)
    return True


@again_after_deadlock
def _correct(
    ctx: Context, blast: Blast, found: list[CarrierMessage], until: dt.datetime, *, is_last: bool
) -> None:
    with ctx.unit() as unit:
        correct(ctx, unit, found)
        missing = sent_without_price(unit, blast.id, [one.sid for one in found if one.price is None])
        unpriced = min((at for at in (blast.unpriced_since, missing) if at is not None), default=None)
        read = {"priced_through": until, "unpriced_since": unpriced}
        unit.session.execute(
            update(Blast)
            .where(
                Blast.organisation_id == unit.organisation_id,
                Blast.id == blast.id,
                Blast.priced_through.is_not_distinct_from(blast.priced_through),
                Blast.price_looks == blast.price_looks,
            )
            .values(**_again(ctx, blast, unpriced) if is_last and unpriced else read)
        )


def _again(ctx: Context, blast: Blast, unpriced_since: dt.datetime) -> dict[str, object]:
    """Begin anew before the first text that has no price yet, after a while."""
    after = min(SETTLED_AFTER * 2**blast.price_looks, AGAIN_MOST)
    return {
        "priced_through": unpriced_since - _TICK,
        "unpriced_since": None,
        "price_looks": blast.price_looks + 1,
        "price_again_at": ctx.now + after,
    }


def _next_blast(ctx: Context, unit: UnitOfWork) -> Blast | None:
    """One that has been over for a while, and isn't read to its end, or not with all its prices."""
    return unit.session.scalars(
        select(Blast)
        .where(
            Blast.organisation_id == unit.organisation_id,
            Blast.launched_at.is_not(None),
            Blast.channel == SMS,
            Blast.finished_at.between(ctx.now - ASKED_FOR, ctx.now - SETTLED_AFTER),
            or_(Blast.price_again_at.is_(None), Blast.price_again_at <= ctx.now),
            or_(Blast.priced_through.is_(None), Blast.priced_through < Blast.finished_at + SETTLED_AFTER),
        )
        .order_by(Blast.finished_at, Blast.id)
        .limit(1)
    ).one_or_none()
