"""How somebody means to vote: support 1 (strong for us) to 5 (against), and by which way."""

from typing import Final

VOTING_METHODS: Final = ("in_person", "postal", "proxy")
PLEDGE_SOURCES: Final = ("call", "text", "door", "import", "web", "manual")
PLEDGED: Final = (1, 2)


def is_pledge(support: int | None) -> bool:
    """Whether this support counts as a pledge (contract §5: support 1 or 2)."""
    return support in PLEDGED
