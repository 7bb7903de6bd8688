"""Who may be called anew in a campaign that was done with them: by outcome, age and tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.campaign import ATTEMPTS_MOST, RETRY_MOST_S
from dialer.domain.disposition import CONSEQUENCES, DISPOSITIONS, Course, Disposition
from dialer.domain.errors import FieldError

RECYCLABLE: Final = tuple(
    disposition.value
    for disposition, one in CONSEQUENCES.items()
    if one.course is Course.RETRY or disposition is Disposition.CONTACTED
)
"""Outcomes after which people may be called anew when a coordinator wants it: nobody was reached, or we
talked and have something new to say.
"""
NEVER: Final = tuple(sorted({*DISPOSITIONS} - {*RECYCLABLE, Disposition.CALLBACK}))
"""Outcomes that stand: a no, a wrong number, somebody who has died, moved or voted."""
TRIED_MOST: Final = ATTEMPTS_MOST


@dataclass(frozen=True, slots=True)
class Recycling:
    """A wish to call people anew."""

    dispositions: Sequence[str]
    quiet_for_s: int
    """Only whose last try is as long ago, in seconds."""
    tried_max: int
    """Only who was tried fewer times in this campaign, all rounds together."""


def recycling_faults(wish: Recycling) -> list[FieldError]:
    """What is wrong with a wish."""
    found = [
        FieldError(f"/dispositions/{nth}", f"Choose from {', '.join(RECYCLABLE)}.")
        for nth, one in enumerate(wish.dispositions)
        if one not in RECYCLABLE
    ]
    if not wish.dispositions:
        found.append(FieldError("/dispositions", "Choose at least one outcome."))
    if not 0 <= wish.quiet_for_s <= RETRY_MOST_S:
        found.append(FieldError("/quiet_for_s", f"Choose between 0 and {RETRY_MOST_S:,}."))
    if not 1 <= wish.tried_max <= TRIED_MOST:
        found.append(FieldError("/tried_max", f"Choose between 1 and {TRIED_MOST}."))
    return found
