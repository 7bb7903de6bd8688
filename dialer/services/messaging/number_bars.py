"""Whether a number can get a text at all, said before one is written down for it."""

from __future__ import annotations

from collections.abc import Sequence

from dialer.domain.email_address import channel_of
from dialer.domain.message_gate import NumberFacts, Skip, never_to
from dialer.domain.phone import LineType, PhoneFault, read_phone
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.store.queries.number_bars import bars
from dialer.store.session import UnitOfWork


def barred(ctx: Context, unit: UnitOfWork, numbers: Sequence[str]) -> dict[str, Skip]:
    """Those of the E.164 numbers and addresses that get nothing for good, with the reason: the gate's."""
    addresses = [number for number in numbers if channel_of(number) == EMAIL]
    found = _barred_addresses(unit, addresses) if addresses else {}
    for row in bars(unit, [number for number in numbers if number not in addresses]):
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


def _barred_addresses(unit: UnitOfWork, addresses: Sequence[str]) -> dict[str, Skip]:
    found = {}
    for row in bars(unit, addresses, EMAIL):
        if row.opted_out or row.suppressed:
            found[row.number] = Skip.OPTED_OUT if row.opted_out else Skip.SUPPRESSED
    return found


def kind_of(ctx: Context, number: str) -> LineType:
    """The kind of line that an E.164 number is by its range."""
    found = read_phone(number, ctx.phones)
    return LineType.UNKNOWN if isinstance(found, PhoneFault) else found.type
