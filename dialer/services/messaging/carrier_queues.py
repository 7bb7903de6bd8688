"""What stands in the carrier's own queues, so that it never gets long.

The carrier takes texts faster than it sends them, and keeps up to ten hours of a sender's before it refuses
more (21611) or throws it away (30001). What stands there can't be paused, nor held back from somebody who has
meanwhile said no. So a sender whose rate turns out to be too much for its queue waits until that has moved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from dialer.services.context import Context
from dialer.store.models.messaging import Blast
from dialer.store.queries import carrier_queues
from dialer.store.session import UnitOfWork

STANDS_MOST: Final = dt.timedelta(seconds=5)
"""For so long a text may stand there before it is sent."""
LOOKED_BACK: Final = dt.timedelta(hours=1)
SILENT: Final = dt.timedelta(minutes=1)
"""A carrier that has told nothing of any text for so long doesn't reach us: its silence says nothing."""
LEAST, OF_EACH = 5, 20
"""A sender's last texts that are judged by, and how few say nothing."""


def standing_senders(ctx: Context, unit: UnitOfWork, blasts: Sequence[Blast]) -> set[str]:
    """The senders of whose texts of five seconds ago most have not left the carrier, as it tells."""
    if not blasts or not carrier_queues.tells(unit, ctx.now - SILENT):
        return set()
    found: set[str] = set()
    for blast in blasts:
        found.update(
            carrier_queues.standing(
                unit,
                blast.id,
                since=ctx.now - LOOKED_BACK,
                until=ctx.now - STANDS_MOST,
                least=LEAST,
                limit=OF_EACH * max(1, len(blast.senders)),
            )
        )
    return found
