"""A letter asked about again while its line is open: servers take their time, and people say no meanwhile.

A text is posted in one go, a letter in steps. So the gate is asked anew where one of them came later than the
second for which its answer counts (contract §7), at the last moment before the letter is the server's.
"""

from __future__ import annotations

from dialer.domain.errors import Unavailable
from dialer.services.context import Context
from dialer.services.messaging.clocks import Clocks
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.resting import rests_since
from dialer.store.queries.blast_terms import terms_of
from dialer.store.queries.letter_still import letter_may_still_go
from dialer.store.queries.message_gate import Judged


def may_still_go(ctx: Context, letter: Judged) -> bool:
    """Whether nothing stands against a letter that passed the gate a while ago; no where nobody can tell."""
    of_blast = letter.blast_id if letter.purpose == BLAST else None
    try:
        with ctx.unit() as unit:
            terms = terms_of(unit, {of_blast} if of_blast is not None else set())
            return letter_may_still_go(
                unit,
                letter,
                quiet_until=Clocks(ctx, unit, [letter], terms).quiet_until(letter),
                rests_since=rests_since(ctx, terms).get(of_blast) if of_blast is not None else None,
                now=ctx.now,
                currency=ctx.messaging.currency,
            )
    except Unavailable:
        return False
