"""The organisation of an installation, and the hand that acts where no person does."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select

from dialer.domain.access import Actor, Role
from dialer.store.models.accounts import Organisation
from dialer.store.session import UnitFactory

DEFAULT_NAME = "Our movement"

_LOCK = 0x6F7267  # "org": of processes that start at once, one makes the organisation


def first_organisation(units: UnitFactory) -> uuid.UUID | None:
    """The oldest organisation; None in an empty database."""
    with units.read() as unit:
        return unit.session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))


def organisation_ids(units: UnitFactory) -> list[uuid.UUID]:
    """Every organisation, oldest first."""
    with units.look() as unit:
        return list(unit.session.scalars(select(Organisation.id).order_by(Organisation.id)))


def ensure_organisation(
    units: UnitFactory, now: dt.datetime, name: str = DEFAULT_NAME, *, demo: bool = False
) -> uuid.UUID:
    """The oldest organisation, made now where there is none; safe to call from many processes at once."""
    with units.read() as unit:
        unit.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        found = unit.session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
        if found is not None:
            return found
        organisation = Organisation(name=name, demo=demo, created_at=now)
        unit.session.add(organisation)
        unit.session.flush()
        return organisation.id


def system_actor(organisation_id: uuid.UUID) -> Actor:
    """Who acts when the machine itself does: the command line, jobs, the clock. It has no account."""
    return Actor(organisation_id, None, Role.ADMIN, "system")
