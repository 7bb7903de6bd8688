"""What is put back of a person's fields when an import is undone, whatever came after it.

A field's values are those of `store.queries.import_changes`; one that is missing is None: it isn't there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

TAKEN: Final = (
    "people",
    "memberships",
    "changes",
    "numbers",
    "evidence",
    "consents",
    "suppressions",
    "lifts",
)
"""What is counted as taken away: `changes` are people whose fields were put back, `lifts` suppressions that a
full list had lifted and that stand again."""

STAYS: Final = (
    "contacted",
    "other_imports",
    "other_lists",
    "noes",
    "evidence",
    "changed",
    "fields",
    "elector_numbers",
    "suppressions",
)
"""Why something stays. All but the last three count people whom the import made: `contacted` were texted,
called or wrote to us; `noes` said no, which covers what they get later; of `evidence` there is some from
others; `changed` were changed by hand. `fields` counts people some of whose fields are somebody else's by
now, and `elector_numbers` those whose number somebody else has.
`suppressions` are those that another list, or somebody, holds too."""

CHANGED_AT: Final = "updated_at"
"""The moment of the last change is put back like a field, and is none."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What one import changed of one person, each field before and after."""

    before: Values
    after: Values


@dataclass(slots=True)
class PutBack:
    """What becomes of an import's changes: `values` to write, and how many fields stay as somebody else's.

    `inherited`: of later changes, by their place, what stood before them now that this one never was.
    """

    values: dict[str, Any] = field(default_factory=dict)
    inherited: dict[int, dict[str, Any]] = field(default_factory=dict)
    kept: int = 0


def put_back(mine: FieldChange, present: Values, later: Sequence[FieldChange]) -> PutBack:
    """Put a field back where its value is still this import's own.

    It isn't where somebody changed it since, or where a later import brought or said it too. The later
    import that found it as this one had left it takes over what stood before: undone in any order, all of
    them leave what was there before the first. What it only said as it stood before is nothing to put back:
    whoever brought that holds it.
    """
    result = PutBack()
    for name, after in mine.after.items():
        before = mine.before.get(name)
        if before == after:
            continue
        heir = next((nth for nth, other in enumerate(later) if _found(other, name, after)), None)
        if heir is not None:
            result.inherited.setdefault(heir, {})[name] = before
        said_again = any(name in other.after and other.after[name] == after for other in later)
        if present.get(name) == after and not said_again:
            result.values[name] = before
        else:
            result.kept += name != CHANGED_AT
    return result


def _found(other: FieldChange, name: str, value: Any) -> bool:
    return name in other.before and other.before[name] == value
