"""Texts of which nothing more was heard, asked about at the carrier (contract §8).

The carrier doesn't repeat a callback that it could not deliver. So a text that it accepted and that has no
final state is fetched after `reconcile_after_s`, then at longer and longer intervals up to a day. What the
carrier answers is kept and applied as if it had come by webhook: there is one way by which a text moves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from dialer.carrier.port import Carrier, CarrierError, CarrierMessage
from dialer.domain.access import Permission, require
from dialer.logs import get_logger
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.carrier_events import StatusOfText, ask_to_apply, keep_statuses
from dialer.services.messaging.charging import correct
from dialer.store.queries.message_reconciling import claim_unheard, has_unheard

AT_ONCE: Final = 200
ASKED_FOR: Final = dt.timedelta(days=5)
"""After so long without a word a text stays `sent`: some networks never say more, and the carrier keeps none
waiting for longer than ten hours.
"""

log = get_logger(__name__)

JOB: Final = "workers.jobs.reconcile_messages"


def ask_to_reconcile(ctx: Context) -> None:
    """Have a job ask the carrier where somebody's time has come."""
    with ctx.unit() as unit:
        waiting = has_unheard(unit, ctx.now)
    if waiting:
        ctx.jobs.enqueue("events", JOB, str(ctx.organisation_id))


def reconcile_texts(ctx: Context, carrier: Carrier, limit: int = AT_ONCE) -> int:
    """Ask the carrier about texts that are due, at most `limit` of them; how many were asked about.

    Each is due again later before the carrier is asked, so that one that can't be read holds up no other.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        first = dt.timedelta(seconds=ctx.messaging.reconcile_after_s)
        sids = claim_unheard(unit, now=ctx.now, first=first, sent_after=ctx.now - ASKED_FOR, limit=limit)
    found = carrier.look_up(sids)
    _log_unread(found)
    shown = [each for each in found if isinstance(each, CarrierMessage)]
    with ctx.unit() as unit:
        keep_statuses(unit, [_told(each) for each in shown], ctx.now)
    _correct(ctx, shown)
    ask_to_apply(ctx)
    return len(sids)


@again_after_deadlock
def _correct(ctx: Context, shown: Sequence[CarrierMessage]) -> None:
    """Take the carrier's own figure for what they cost, since it stands in the same answer."""
    with ctx.unit() as unit:
        correct(ctx, unit, shown)


def _told(message: CarrierMessage) -> StatusOfText:
    return StatusOfText(
        sid=message.sid, status=message.status, error_code=message.error_code, params={"By": "look"}
    )


def _log_unread(found: Sequence[CarrierMessage | CarrierError | None]) -> None:
    errors = [each for each in found if isinstance(each, CarrierError)]
    if errors:
        log.warning("texts could not be read at the carrier", count=len(errors), reason=errors[0].reason)
    if unknown := sum(1 for each in found if each is None):
        log.warning("the carrier knows nothing of texts that it accepted", count=unknown)
