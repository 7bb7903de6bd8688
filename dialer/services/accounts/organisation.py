"""The organisations of an installation. One is enough; every row names its own all the same."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select

from dialer.store.models.accounts import Organisation
from dialer.store.session import UnitFactory

DEFAULT_NAME = "Our movement"

_MAKING = 0x6F7267  # “org”: whoever holds this advisory lock makes the first one, the others wait


def ensure_organisation(units: UnitFactory, now: dt.datetime) -> uuid.UUID:
    """The installation's organisation, made when there is none; of two that ask at once, one makes it."""
    with units.read() as unit:
        unit.session.execute(select(func.pg_advisory_xact_lock(_MAKING)))
        found = unit.session.scalar(select(Organisation.id).order_by(Organisation.created_at).limit(1))
        if found is not None:
            return found
        made = Organisation(name=DEFAULT_NAME, created_at=now)
        unit.session.add(made)
        unit.session.flush()
        return made.id


def organisation_ids(units: UnitFactory) -> list[uuid.UUID]:
    """Every organisation, oldest first."""
    with units.read() as unit:
        return list(unit.session.scalars(select(Organisation.id).order_by(Organisation.created_at)))
