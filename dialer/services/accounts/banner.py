"""What every page says of whose house it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.blast import Waiting
from dialer.store.quick import Quick
from dialer.store.session import UnitFactory


@dataclass(frozen=True, slots=True)
class Banner:
    """The organisation's name, whether its people are made up, whether everything is paused, and
    whether that is because all campaigns together have spent what they may (`over_budget`).
    """

    name: str
    demo: bool
    paused: bool
    over_budget: bool = False


_OF_ONE = Quick("SELECT name, demo, paused_at, paused_reason FROM organisation WHERE id = :id")
_OF_OLDEST = Quick("SELECT name, demo, paused_at, paused_reason FROM organisation ORDER BY id LIMIT 1")


def organisation_banner(units: UnitFactory, organisation_id: uuid.UUID | None = None) -> Banner | None:
    """The banner of one organisation, or on pages for everybody that of the installation's oldest one."""
    found = units.ask(_OF_ONE, {"id": organisation_id}) if organisation_id else units.ask(_OF_OLDEST, {})
    if not found:
        return None
    ((name, demo, paused_at, paused_reason),) = found
    paused = paused_at is not None
    return Banner(name, demo, paused, paused and paused_reason == Waiting.BUDGET)
