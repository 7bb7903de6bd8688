"""What stops by itself when networks block our texts: the blasts of a campaign, the sender they come from.

A network that filters says so only afterwards (30007, 30034 and others whose action is `NEVER_AGAIN`), and
the more it is sent, the longer it filters. So more than 5 of the last 100 outcomes stop it, until a person
has looked. What was sent before they let it go on doesn't count again.

A stopped sender that fares worse than the others of its campaigns is soon let rest and try again by itself
(`sender_watch`): then it is the number that is filtered, and not what we wrote.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Select, select

from dialer.carrier.port import Carrier
from dialer.domain.blast import Pause
from dialer.domain.message import BREAKER_WINDOW, too_many_refused
from dialer.services.context import Context
from dialer.services.messaging.launching import pause_with_reason
from dialer.services.messaging.sender_watch import is_block
from dialer.store.models.messaging import Blast, Sender
from dialer.store.queries.message_outcomes import last_codes_of_campaign, last_codes_of_sender
from dialer.store.session import UnitOfWork

OVER_FOR: Final = dt.timedelta(hours=1)
"""A small blast is over before the first network has said anything: it counts for so long afterwards."""
DEEPEST: Final = 5_000
"""How many outcomes of a blast are read at most to find the last 100 of one of its many senders."""


def stop_blocked(
    ctx: Context,
    unit: UnitOfWork,
    carrier: Carrier,
    *,
    campaign_ids: Collection[uuid.UUID],
    senders: Collection[str],
) -> None:
    """Stop each of these of whose last 100 outcomes more than 5 were blocked: a sender, a campaign's blasts.

    A campaign itself goes on calling: only its blasts are paused.
    """
    for address in sorted(senders):
        _stop_sender(ctx, unit, carrier, address)
    for campaign_id in sorted(campaign_ids):
        codes = last_codes_of_campaign(
            unit, campaign_id, over_since=ctx.now - OVER_FOR, window=BREAKER_WINDOW
        )
        if (reason := _reason(carrier, codes)) is not None:
            for blast_id in unit.session.scalars(_running_of(unit, campaign_id)).all():
                pause_with_reason(ctx, unit, blast_id, reason)


def _stop_sender(ctx: Context, unit: UnitOfWork, carrier: Carrier, address: str) -> None:
    found = select(Sender).where(Sender.organisation_id == unit.organisation_id, Sender.address == address)
    sender = unit.session.scalar(found.with_for_update(key_share=True))
    if sender is None or sender.pause_reason is not None:
        return
    codes = last_codes_of_sender(
        unit,
        address,
        sender.resumed_at,
        over_since=ctx.now - OVER_FOR,
        window=BREAKER_WINDOW,
        deep=DEEPEST,
    )
    if (reason := _reason(carrier, codes)) is not None:
        sender.pause_reason = reason
        ctx.audit(unit, "sender.paused", "sender", sender.id, {"pause_reason": reason})


def _reason(carrier: Carrier, codes: Sequence[int | None]) -> str | None:
    """The reason to stop, with the code that came most often; None where too few were blocked."""
    blocked = [code for code in codes if is_block(carrier, code)]
    if not too_many_refused([is_block(carrier, code) for code in codes]):
        return None
    [(code, _)] = Counter(blocked).most_common(1)
    return f"{Pause.BLOCKED}_{code}"


def _running_of(unit: UnitOfWork, campaign_id: uuid.UUID) -> Select[uuid.UUID]:
    of_it = (Blast.organisation_id == unit.organisation_id, Blast.campaign_id == campaign_id)
    return select(Blast.id).where(*of_it, Blast.state == "running").order_by(Blast.id)
