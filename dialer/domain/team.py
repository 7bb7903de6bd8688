"""Teams as a tree: what may hang below what, and the order in which people read it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeVar

DEEPEST: Final = 8
TOO_DEEP: Final = "At most 8 levels of teams."
"""Levels of teams, the first included: more than a movement has, and few enough for a narrow page."""

Parents = Mapping[uuid.UUID, uuid.UUID | None]
"""Every team's id with that of the team above it."""


class InTree(Protocol):
    """What has a place in the tree."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def parent_id(self) -> uuid.UUID | None: ...
    @property
    def name(self) -> str: ...


Team = TypeVar("Team", bound=InTree)


def with_those_above(parents: Parents, team_id: uuid.UUID) -> list[uuid.UUID]:
    """A team and all above it, itself first."""
    found = [team_id]
    while (above := parents.get(found[-1])) is not None and above not in found:
        found.append(above)
    return found


def may_hang_below(parents: Parents, team_id: uuid.UUID, above: uuid.UUID | None) -> bool:
    """Whether a team may be moved there: not below itself, so that the tree has no loop."""
    return above is None or team_id not in with_those_above(parents, above)


def is_too_deep(parents: Parents, team_id: uuid.UUID | None, above: uuid.UUID | None) -> bool:
    """Whether a team (None: a new one) would bring the tree below `DEEPEST` levels if it hung there."""
    below = 1 if team_id is None else _levels(parents, team_id)
    return (0 if above is None else len(with_those_above(parents, above))) + below > DEEPEST


def _levels(parents: Parents, team_id: uuid.UUID) -> int:
    """Levels of a team with all below it."""
    lines = (with_those_above(parents, one) for one in parents)
    return max((line.index(team_id) + 1 for line in lines if team_id in line), default=1)


def as_read(teams: Sequence[Team]) -> list[tuple[int, Team]]:
    """The tree as one reads it: each team with its level from 0, right after it those below it, by name.

    A team whose parent isn't among them stands at the top: an organiser's own, seen without what is above.
    """
    ids = {team.id for team in teams}
    below: dict[uuid.UUID | None, list[Team]] = defaultdict(list)
    for team in sorted(teams, key=lambda one: (one.name.casefold(), one.id)):
        below[team.parent_id if team.parent_id in ids else None].append(team)

    def walk(parent: uuid.UUID | None, level: int) -> Iterator[tuple[int, Team]]:
        for team in below[parent]:
            yield level, team
            yield from walk(team.id, level + 1)

    return list(walk(None, 0))
