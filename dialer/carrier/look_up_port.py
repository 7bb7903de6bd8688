"""What deeds may ask of a carrier about the line of a number. Part of `port.py`, which they know it by.

Each answer costs money, and the carrier keeps nothing by which one could be had twice for the price of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

ASKED_AT_ONCE: Final = 20
"""How many questions one process has with the carrier at a time."""


@dataclass(frozen=True, slots=True)
class LineFound:
    """What the carrier says of a number, and charges for. `type` is its own word (`mobile`, `landline` …),
    None where it doesn't know; then `error_code` may say why. One that isn't `valid` is nobody's number.
    """

    number: str = field(repr=False)
    valid: bool
    type: str | None
    network: str | None
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class LineNotFound:
    """No answer. `asked` says whether it may have been charged all the same. What is `permanent` is about us
    (account, rights), and asking for others is as useless; what is `refused` is about this number alone.
    `reason` is a word of ours, `code` the carrier's.
    """

    number: str = field(repr=False)
    reason: str
    asked: bool
    permanent: bool
    refused: bool = False
    code: int | None = None
    retry_after_s: float | None = None


class LookUps(Protocol):
    """Kinds of lines, as `Carrier`: synchronous, from any thread, never in a transaction."""

    def line_types(self, numbers: Sequence[str]) -> list[LineFound | LineNotFound]:
        """What each of these numbers is, in their order, many at once. Asks for each once, and never raises
        for one of them.
        """
