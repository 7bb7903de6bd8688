"""Whether a number can get a text at all, said before one is written down for it."""

from __future__ import annotations

from collections.abc import Sequence

from dialer.domain.message_gate import NumberFacts, Skip, never_to
from dialer.domain.phone import LineType, PhoneFault, read_phone
from dialer.services.context import Context
from dialer.store.queries.number_bars import bars
from dialer.store.session import UnitOfWork


def barred(ctx: Context, unit: UnitOfWork, numbers: Sequence[str]) -> dict[str, Skip]:
    """Those of the E.164 numbers that get no text for good, with the reason: that of the gate."""
    found = {}
    for row in bars(unit, numbers):
        facts = NumberFacts(
            number=row.number,
            type=LineType.LANDLINE if row.landline else kind_of(ctx, row.number),
            opted_out=row.opted_out,
            suppressed=row.suppressed,
            allowed=ctx.phones.allows(row.number),
        )
        if (reason := never_to(facts)) is not None:
            found[row.number] = reason
    return found


def kind_of(ctx: Context, number: str) -> LineType:
    """The kind of line that an E.164 number is by its range."""
    found = read_phone(number, ctx.phones)
    return LineType.UNKNOWN if isinstance(found, PhoneFault) else found.type
