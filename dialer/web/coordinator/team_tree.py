"""The tree of teams as pages show it: in the order of the tree, each as far in as it is deep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.access import Permission
from dialer.domain.team import as_read
from dialer.services.accounts.teams import list_teams
from dialer.services.accounts.views import TeamView
from dialer.services.context import Context
from dialer.web.coordinator.forms import everything

_STEP = "– "


@dataclass(frozen=True, slots=True)
class Branch:
    """A team, and how far below the top of what is shown it stands."""

    level: int
    team: TeamView

    @property
    def words(self) -> str:
        """Its name as a choice in a field shows where it hangs."""
        return f"{_STEP * self.level}{self.team.name}"


def branches(ctx: Context) -> Sequence[Branch]:
    """Every team in the actor's reach; none for those who see none."""
    if not ctx.actor.may(Permission.TEAM_READ):
        return []
    return [Branch(*one) for one in as_read(everything(lambda page: list_teams(ctx, page)))]


def team_choices(ctx: Context, first: str, chosen: str = "") -> list[tuple[str, str]]:
    """The teams as options of a field, after the empty choice; none where what is `chosen` isn't among them,
    so that nobody takes something out of a team that they don't see.
    """
    found = [(str(one.team.id), one.words) for one in branches(ctx)]
    if chosen and chosen not in dict(found):
        return []
    return [("", first), *found]
