"""What every page says of whose house it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.blast import Waiting
from dialer.store.models.accounts import Organisation
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


def organisation_banner(units: UnitFactory, organisation_id: uuid.UUID | None = None) -> Banner | None:
    """The banner of one organisation, or on pages for everybody that of the installation's oldest one."""
    query = select(
        Organisation.name, Organisation.demo, Organisation.paused_at, Organisation.paused_reason
    ).order_by(Organisation.id)
    if organisation_id is not None:
        query = query.where(Organisation.id == organisation_id)
    with units.read() as unit:
        row = unit.session.execute(query.limit(1)).one_or_none()
    if row is None:
        return None
    paused = row.paused_at is not None
    return Banner(row.name, row.demo, paused, paused and row.paused_reason == Waiting.BUDGET)
