"""How somebody means to vote: support 1 (strong for us) to 5 (against), and by which way.

What was learned is kept as evidence; the pledge table shows the *present value*, which follows from the
evidence alone. So the order in which evidence arrives doesn't matter, and evidence that is taken back is
as if it had never been (contract §4, §6).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

VOTING_METHODS: Final = ("in_person", "postal", "proxy")
PLEDGE_SOURCES: Final = ("call", "text", "door", "import", "web", "manual")
SUPPORTS: Final = (1, 2, 3, 4, 5)
PLEDGED: Final = (1, 2)


def is_pledge(support: int | None) -> bool:
    """Whether this support counts as a pledge (contract §5: support 1 or 2)."""
    return support in PLEDGED


@dataclass(frozen=True, slots=True)
class PledgeEvidence:
    """One thing we were told, and when. `dated` is false where a file gave no time of its own."""

    id: uuid.UUID
    at: dt.datetime
    source: str
    dated: bool = True
    support: int | None = None
    voting_method: str | None = None
    planned_at: dt.datetime | None = None
    campaign_id: uuid.UUID | None = None
    account_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class PledgeValue:
    """The present value: each fact from the evidence that stands for it.

    `learned` is the evidence behind the support, or where no support is known behind the way of voting,
    or else the time.
    """

    support: int | None = None
    voting_method: str | None = None
    planned_at: dt.datetime | None = None
    learned: PledgeEvidence | None = None


def _weight(evidence: PledgeEvidence) -> tuple[bool, float, bool, uuid.UUID]:
    """Later beats earlier. Undated evidence only fills what is empty: it loses to all that is dated, and
    among itself the first stands. At the same moment, what was said to us beats what a file holds.
    """
    moment = evidence.at.timestamp()
    return (
        evidence.dated,
        moment if evidence.dated else -moment,
        evidence.source != "import",
        evidence.id,
    )


def present_pledge(evidence: Iterable[PledgeEvidence]) -> PledgeValue:
    """Return what the pledge table shows for one person and election, given all that stands."""
    strongest = sorted(evidence, key=_weight, reverse=True)
    support = next((piece for piece in strongest if piece.support is not None), None)
    method = next((piece for piece in strongest if piece.voting_method is not None), None)
    planned = next((piece for piece in strongest if piece.planned_at is not None), None)
    return PledgeValue(
        support=support.support if support else None,
        voting_method=method.voting_method if method else None,
        planned_at=planned.planned_at if planned else None,
        learned=support or method or planned,
    )
