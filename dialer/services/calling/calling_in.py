"""A volunteer becomes free while somebody hears the greeting: they are put through at once, not at its end.

Only the asking is sooner: the carrier is told to ask for that call's answer again now, and the answer's own
request decides, under the call's lock, as it does at the greeting's end (`dialled_answers`). Nobody is put
through twice, whichever of the two comes first; where the job is late or lost, the greeting ends as before.
"""

from __future__ import annotations

import uuid

from dialer.carrier.port import Carrier, Rerouting
from dialer.domain.abandonment import CALLED_IN_UNTIL
from dialer.domain.access import Permission, require
from dialer.services.calling import call_urls
from dialer.services.context import Context
from dialer.store.queries import calling_in


def call_in(ctx: Context, carrier: Carrier, campaign_id: uuid.UUID) -> int:
    """Have as many of those who were greeted first ask again as volunteers wait, each once; how many.

    Raises CarrierError.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        free = calling_in.waiting(unit, campaign_id)
        since = ctx.now - CALLED_IN_UNTIL
        found = calling_in.first_greeted(unit, campaign_id, since, free, lock=True) if free else []
        for call in found:
            call.called_in_at = ctx.now
        named = [(call.carrier_sid, call.id) for call in found if call.carrier_sid is not None]
    for sid, call_id in named:
        carrier.redirect_call(sid, Rerouting(url=call_urls.answer(ctx, call_id)))
    return len(named)
