"""What `dialer doctor` finds of look-ups: whether a price is set, without which no cap holds for them."""

from __future__ import annotations

from collections.abc import Iterator

from dialer.cli.doctor_finding import Finding
from dialer.settings import Settings


def check_price(settings: Settings) -> Iterator[Finding]:
    """Whether it is known what a look-up costs, where the carrier wants money for it."""
    if settings.look_ups_price:
        each = f"{settings.look_ups_price:f}".rstrip("0").rstrip(".")
        yield Finding("look-ups", ok=True, detail=f"{each} {settings.currency} a number")
    elif settings.carrier == "simulated":
        yield Finding("look-ups", ok=True, detail="for nothing, in the simulated town")
    else:
        yield Finding(
            "look-ups",
            ok=False,
            detail="no price is set: their cost isn't shown, and no cap holds for them",
            remedy="set DIALER_LOOK_UP_PRICE to what the carrier charges for one",
        )
