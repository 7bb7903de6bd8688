"""What answering machines came to in a campaign over the last day, and who may have been taken for one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from dialer.domain.answering_machine import rules_of
from dialer.domain.machine_estimate import Estimate, Heard, Kind, people_among, taken_for_machines
from dialer.store.models.calling import Campaign
from dialer.store.queries.machines import answered_since
from dialer.store.session import UnitOfWork

DAY: Final = dt.timedelta(hours=24)
FRESH_FOR: Final = dt.timedelta(seconds=30)
"""For so long figures are used again: they read the day's answers."""
MANY: Final = 5_000
"""Above so many answers they take longer to count, and change less by one more."""
FRESH_FOR_OF_MANY: Final = dt.timedelta(minutes=5)
KEPT: Final = "machines"
"""The name under which they are kept with the campaign's lease."""
_HEARD: Final[tuple[Heard, ...]] = ("machine", "human", "nothing")


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """Of 24 hours. `people_met`: whom volunteers spoke with; `information_people`: how many of the
    information messages were heard by people; `taken_share`: the share of people whom the carrier takes for
    machines; `cut`: calls that ended, or went on to a message, since a machine was heard and nobody was
    there; `cut_people`: how many of those were people, who were abandoned.
    """

    at: dt.datetime
    detection: bool
    people_met: int
    information_messages: int
    information_people: Estimate
    taken_share: Estimate
    cut: int
    cut_people: Estimate
    messages_left: int


def machine_figures(
    unit: UnitOfWork, campaign: Campaign, kept: Mapping[str, Any] | None, now: dt.datetime
) -> MachineFigures:
    """The figures as they were `kept` a moment ago, or anew, where nobody waits for that."""
    found = _read(kept) if kept is not None else None
    if found is not None and found.at > now - _fresh_for(found):
        return found
    return _counted(unit, campaign, now)


def machine_figures_shown(
    unit: UnitOfWork, campaign: Campaign, kept: Mapping[str, Any] | None, now: dt.datetime
) -> MachineFigures:
    """The figures as they were kept last by whoever leads the dialling; counted where nobody ever has."""
    return _read(kept) if kept is not None else _counted(unit, campaign, now)


def _fresh_for(figures: MachineFigures) -> dt.timedelta:
    answers = figures.people_met + figures.information_messages + figures.cut
    return FRESH_FOR_OF_MANY if answers > MANY else FRESH_FOR


def _counted(unit: UnitOfWork, campaign: Campaign, now: dt.datetime) -> MachineFigures:
    rows = {row.heard: row for row in answered_since(unit, campaign.id, now - DAY)}
    met = {heard: (row.people, row.machines) for heard, row in rows.items()}
    informed = {heard: row.informed for heard, row in rows.items()}
    kinds = {one: Kind(*met.get(one, (0, 0)), informed.get(one, 0)) for one in _HEARD}
    cut = sum(row.cut for row in rows.values())
    taken, heard_right = met.get("machine", (0, 0))[0], met.get("human", (0, 0))[0]
    return MachineFigures(
        at=now,
        detection=rules_of(campaign.answering_machines).detects,
        people_met=sum(people for people, _ in met.values()),
        information_messages=sum(informed.values()),
        information_people=people_among(kinds),
        taken_share=taken_for_machines(taken, taken + heard_right),
        cut=cut,
        cut_people=people_among({"machine": Kind(*met.get("machine", (0, 0)), cut)}),
        messages_left=sum(row.left_messages for row in rows.values()),
    )


def to_keep(figures: MachineFigures) -> dict[str, Any]:
    """As JSON takes it."""
    return asdict(figures) | {"at": figures.at.isoformat()}


def _read(kept: Mapping[str, Any]) -> MachineFigures:
    estimates = {name: Estimate(**kept[name]) for name in ("information_people", "taken_share", "cut_people")}
    return MachineFigures(**{**kept, **estimates, "at": dt.datetime.fromisoformat(kept["at"])})


def mistaken_share(figures: MachineFigures) -> float:
    """What the pacing policy is told: of people who answered, the share who were dropped as machines, as high
    as is plausible.
    """
    high = figures.cut_people.high
    return high / (figures.people_met + high) if high else 0.0


def kept_of(figures: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What a lease has of them."""
    found: Mapping[str, Any] | None = (figures or {}).get(KEPT)
    return found
