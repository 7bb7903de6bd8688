"""What stands against texting a number at all, whoever has it: as the gate before the wire asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.domain.texting import SMS
from dialer.store.queries.places import PLACES
from dialer.store.session import UnitOfWork

_BARS: Final = """
    SELECT given.number, {opted_out} OR {holder_said_no} AS opted_out, {suppressed} AS suppressed,
           EXISTS (
               SELECT 1 FROM contact_phone p
               WHERE p.organisation_id = :organisation AND p.number = given.number
                 AND p.line_type = 'landline'
           ) AS landline
    FROM unnest(CAST(:numbers AS text[])) AS given(number)
"""
_BARS_OF: Final = {
    channel: text(
        _BARS.format(
            opted_out=of.barred("given.number", "= 'opt_out'"),
            suppressed=of.barred("given.number", "<> 'opt_out'"),
            holder_said_no=of.holder_said_no("given.number"),
        )
    )
    for channel, of in PLACES.items()
}


def bars(unit: UnitOfWork, numbers: Sequence[str], channel: str = SMS) -> Sequence[Row[Any]]:
    """For each number (or address) whether a no or another bar stands, and whether it is known to be a
    landline.
    """
    given = {"organisation": unit.organisation_id, "numbers": list(numbers)}
    return unit.session.execute(_BARS_OF[channel], given).all()
