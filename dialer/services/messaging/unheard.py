"""Emails of which nobody knows whether they went: shown, and sent again where a person says so.

SMTP can't be asked afterwards, so nothing sends one again by itself (contract §7). Whoever presses has read
that some people may get it twice. From then on each goes the way of all others: claimed by a lease, judged by
the gate at the last moment.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.access import Permission
from dialer.domain.blast import runs_again
from dialer.domain.errors import Conflict, InvalidTransition
from dialer.domain.texting import EMAIL
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.outcomes import count_rows
from dialer.services.messaging.outgoing import ask_to_send
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.queries import message_unheard as queries

HEARD_WITHIN: Final = dt.timedelta(minutes=10)
"""A bounce or a report mostly comes sooner; a letter that was tried later isn't offered yet."""
AT_ONCE: Final = 10_000
_FIRST: Final = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class UnheardView:
    """An email of which nobody knows whether it went. `had_dot`: all of it was with the mail server, which
    didn't say yes any more; else whoever sent it was lost somewhere on the way.
    """

    id: uuid.UUID
    contact_id: uuid.UUID | None
    name: str = field(repr=False)
    address: str = field(repr=False)
    tried_at: dt.datetime
    tries: int
    had_dot: bool


def list_unheard(ctx: Context, blast_id: uuid.UUID, page: Page) -> Slice[UnheardView]:
    """The emails of a blast of which nobody knows whether they went, none of them just now."""
    with ctx.unit() as unit:
        reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        rows = queries.list_unheard(
            unit, blast_id, ctx.now - HEARD_WITHIN, after=after_id(page) or _FIRST, limit=page.limit + 1
        )
        views = [
            UnheardView(
                row.id,
                row.contact_id,
                " ".join(part for part in (row.first_name, row.last_name) if part),
                row.number,
                row.attempted_at,
                row.attempts,
                row.had_dot,
            )
            for row in rows
        ]
        return cut(views, page, lambda one: (str(one.id),))


def count_unheard(ctx: Context, blast_id: uuid.UUID) -> int:
    """How many they are."""
    with ctx.unit() as unit:
        reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        return queries.count_unheard(unit, blast_id, ctx.now - HEARD_WITHIN)


def count_fresh(ctx: Context, blast_id: uuid.UUID) -> int:
    """How many were tried a moment ago, of which a word may still come: they aren't listed yet."""
    with ctx.unit() as unit:
        reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        settled = queries.count_unheard(unit, blast_id, ctx.now - HEARD_WITHIN)
        return queries.count_unheard(unit, blast_id, ctx.now) - settled


@again_after_deadlock
def send_unheard_again(ctx: Context, blast_id: uuid.UUID) -> int:
    """Send those emails again, since a person wants that; how many. Some people may get theirs twice. A blast
    that was over runs again until they have gone; one that is paused keeps them until it is resumed.

    `Conflict` for texts, of which the carrier is asked; `InvalidTransition` where the blast was never sent or
    was called off, or its campaign has ended. Again: those that are unknown since.
    """
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE, lock=True)
        if blast.channel != EMAIL:
            raise Conflict("Only emails are sent again so: of a text the carrier is asked what became of it.")
        state = runs_again(blast.state)
        if campaign.state == "ended":
            raise InvalidTransition("Its campaign has ended.", state=campaign.state)
        before = ctx.now - HEARD_WITHIN
        rows = queries.queue_unheard(unit, blast_id, before, now=ctx.now, limit=AT_ONCE)
        if not rows:
            return 0
        count_rows(unit, rows)
        if blast.state != state:
            blast.state, blast.finished_at = state, None
        ctx.audit(unit, "blast.sent_again", "blast", blast.id, {"messages": len(rows)})
        ask_to_send(ctx, unit, EMAIL)
        return len(rows)
