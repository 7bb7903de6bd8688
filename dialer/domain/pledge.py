"""How somebody means to vote: support 1 (strong for us) to 5 (against), and their plan: by which way, when,
whether they need a lift, and whether they have the identification that polling stations ask for (in Great
Britain since the Elections Act 2022, schedule 1).

What was learned is kept as evidence; the pledge table shows the *present value*, which follows from the
evidence alone. So the order in which evidence arrives doesn't matter, and evidence that is taken back is
as if it had never been (contract §4, §6).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

VOTING_METHODS: Final = ("in_person", "postal", "proxy")
PLEDGE_SOURCES: Final = ("call", "text", "door", "import", "web", "manual")
SUPPORTS: Final = (1, 2, 3, 4, 5)
PLEDGED: Final = (1, 2)
FACTS: Final = ("support", "voting_method", "planned_at", "needs_lift", "id_ready")
"""What evidence may say, each by itself the latest by its own time."""


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
    needs_lift: bool | None = None
    id_ready: bool | None = None


@dataclass(frozen=True, slots=True)
class PledgeValue:
    """The present value: each fact from the evidence that stands for it.

    `learned` is the evidence behind the support, or where no support is known behind the first fact of the
    plan that is, in the order of `FACTS`.
    """

    support: int | None = None
    voting_method: str | None = None
    planned_at: dt.datetime | None = None
    needs_lift: bool | None = None
    id_ready: bool | None = None
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
    standing = standing_evidence(evidence)
    known = {fact: getattr(piece, fact) for fact, piece in standing.items()}
    return PledgeValue(**known, learned=next(iter(standing.values()), None))


def standing_evidence(evidence: Iterable[PledgeEvidence]) -> Mapping[str, PledgeEvidence]:
    """Which piece stands for each fact that anything is known of, in the order of `FACTS`."""
    strongest = sorted(evidence, key=_weight, reverse=True)
    found = {
        fact: next((piece for piece in strongest if getattr(piece, fact) is not None), None) for fact in FACTS
    }
    return {fact: piece for fact, piece in found.items() if piece is not None}
