"""What the gate says of a letter that is on its way already: the same judgement, and nothing is written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from sqlalchemy import text

from dialer.domain.deadline import CLOSING
from dialer.domain.message_gate import ANSWERS_FOR
from dialer.domain.texting import EMAIL
from dialer.store.queries.message_gate import AS_WRITTEN, Judged, look
from dialer.store.queries.places import PLACES
from dialer.store.session import UnitOfWork

_STILL: Final = """
    {look}
    SELECT looked.skip IS NULL AND looked.wait IS NULL AND m.state = 'sending' AND m.attempts = :attempt
    FROM looked JOIN message m ON m.organisation_id = :organisation AND m.id = looked.id
"""
_LETTER_STILL: Final = text(_STILL.format(look=look(PLACES[EMAIL])))


def letter_may_still_go(
    unit: UnitOfWork,
    letter: Judged,
    *,
    quiet_until: dt.datetime | None,
    rests_since: dt.datetime | None,
    now: dt.datetime,
    currency: str,
) -> bool:
    """Whether a letter that is `sending` would pass now as well; false also where it isn't `sending` any
    more, or again, since somebody else has settled it. What it costs was reckoned with when it passed.
    """
    unit.session.execute(AS_WRITTEN)
    given = {
        "organisation": unit.organisation_id,
        "now": now,
        "ids": [letter.id],
        "attempt": letter.attempt,
        "foreign": [False],
        "quiet": [quiet_until],
        "prices": [Decimal(0)],
        "rests": [rests_since],
        "currency": currency,
        "closing": now + CLOSING,
        "asked_since": now - ANSWERS_FOR,
    }
    return bool(unit.session.scalar(_LETTER_STILL, given))
