"""The figures that are kept: their names, and how a change of somebody's standing moves them."""

from __future__ import annotations

from typing import Final

from dialer.domain.pledge import is_pledge

ATTEMPTS: Final = "attempts"
VOTED: Final = "voted"
PLEDGED_VOTED: Final = "pledged_voted"
_SUPPORT: Final = "support_"
_DISPOSITION: Final = "disposition_"
_MESSAGE: Final = "message_"


def support_name(support: int) -> str:
    """The figure that counts people of one support."""
    return f"{_SUPPORT}{support}"


def disposition_name(disposition: str) -> str:
    """The figure that counts results of one disposition."""
    return f"{_DISPOSITION}{disposition}"


def dispositions(figures: dict[str, int]) -> dict[str, int]:
    """Pick the results by slug out of all figures."""
    return {
        name.removeprefix(_DISPOSITION): value
        for name, value in figures.items()
        if name.startswith(_DISPOSITION)
    }


def messages(figures: dict[str, int]) -> dict[str, int]:
    """Pick the texts by state out of all figures."""
    return {
        name.removeprefix(_MESSAGE): value for name, value in figures.items() if name.startswith(_MESSAGE)
    }


def standing_names(support: int | None, *, voted: bool) -> list[str]:
    """Name every figure of an election that a person of this standing is counted in."""
    names = [] if support is None else [support_name(support)]
    if voted:
        names.append(VOTED)
    if voted and is_pledge(support):
        names.append(PLEDGED_VOTED)
    return names
