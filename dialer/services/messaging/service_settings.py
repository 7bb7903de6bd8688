"""What is set for our Messaging Services at the carrier: read with our numbers, kept with the sender."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from sqlalchemy import or_, select, update

from dialer.carrier.number_port import CarrierService, Numbers
from dialer.carrier.port import CarrierError
from dialer.domain.access import Permission, require
from dialer.domain.messaging_service import ServiceSettings, flaws_of, texts_aim
from dialer.domain.own_numbers import Aim, Home, shown_aim
from dialer.domain.sender import kind_of
from dialer.logs import get_logger
from dialer.services.context import Context
from dialer.services.messaging.senders import sender_rows
from dialer.services.messaging.views import ServiceView
from dialer.store.models.messaging import Sender
from dialer.store.queries.own_numbers import named_senders
from dialer.store.session import UnitOfWork

SERVICE: Final = "messaging_service"
MOST: Final = 100
"""Services that are asked for at a reading."""
NOTED_EVERY: Final = dt.timedelta(days=1)

log = get_logger(__name__)


def read_services(ctx: Context, numbers: Numbers) -> None:
    """Read what is set for each service that we know, or that a campaign names. One that can't be read now
    keeps what was read before, with its date.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        sender_rows(unit, [one for one in named_senders(unit) if kind_of(one) == SERVICE])
        ours = (Sender.organisation_id == unit.organisation_id, Sender.kind == SERVICE)
        query = select(Sender.address).where(*ours)
        longest_ago = query.order_by(Sender.service_read_at.asc().nulls_first(), Sender.id).limit(MOST)
        known = unit.session.scalars(longest_ago).all()
    for address in known:
        try:
            found = numbers.service(address)
        except CarrierError as error:
            log.warning("a Messaging Service could not be read", reason=error.reason, code=error.code)
            continue
        with ctx.unit() as unit:
            of_it = (Sender.organisation_id == unit.organisation_id, Sender.address == address)
            kept = None if found is None else asdict(_settings(found))
            read = update(Sender).where(*of_it).values(service=kept, service_read_at=ctx.now)
            unit.session.execute(read)


def answers_itself(unit: UnitOfWork, address: str, now: dt.datetime) -> None:
    """Note, once a day, that a service answered somebody's STOP, START or HELP itself."""
    if not address:
        return
    of_it = (Sender.organisation_id == unit.organisation_id, Sender.address == address)
    noted = Sender.opt_outs_answered_at
    old = or_(noted.is_(None), noted < now - NOTED_EVERY)
    unit.session.execute(update(Sender).where(*of_it, old).values(opt_outs_answered_at=now))


def service_view(row: Sender, home: Home) -> ServiceView | None:
    """What is set for a sender that is a service; None where it is none, or hasn't been read yet."""
    if row.kind != SERVICE or row.service_read_at is None:
        return None
    kept = settings_of(row)
    return ServiceView(
        read_at=row.service_read_at,
        name="" if kept is None else kept.name,
        texts=None if kept is None else texts_aim(kept, home),
        texts_to="" if kept is None or kept.defers else _theirs(kept.texts_to, home),
        fallback_to="" if kept is None else _theirs(kept.fallback_to, home),
        status_to="" if kept is None else _theirs(kept.status_to, home),
        sticky=None if kept is None else kept.sticky,
        validity_s=None if kept is None else kept.validity_s,
        registered=None if kept is None else kept.registered,
        flaws=flaws_of(kept, home, row.pool),
        opt_outs_answered_at=row.opt_outs_answered_at,
    )


def decided_by_services(unit: UnitOfWork, home: Home) -> Mapping[str, Aim | None]:
    """Of each number that a service has, where that has texts to it go: here, or as it says (`SERVICE`), also
    where it hasn't been read; None where it leaves that to the number.
    """
    query = select(Sender).where(
        Sender.organisation_id == unit.organisation_id, Sender.kind == SERVICE, Sender.pool != []
    )
    found: dict[str, Aim | None] = {}
    for row in unit.session.scalars(query.order_by(Sender.id)):
        found |= dict.fromkeys(row.pool, _going(settings_of(row), home))
    return found


def settings_of(row: Sender) -> ServiceSettings | None:
    """What was read of a service last; None where nothing was, or it isn't there."""
    return None if row.service is None else ServiceSettings(**row.service)


def _going(service: ServiceSettings | None, home: Home) -> Aim | None:
    aim = Aim.SERVICE if service is None else texts_aim(service, home)
    return aim if aim in {Aim.HERE, None} else Aim.SERVICE


def _theirs(where: str, home: Home) -> str:
    """Another system's address, short; empty where it is none."""
    address = where.removeprefix("GET ")
    return "" if not address or address.startswith(home.base) else shown_aim(where)


def _settings(one: CarrierService) -> ServiceSettings:
    return ServiceSettings(
        name=one.name,
        texts_to=one.texts_to,
        defers=one.defers,
        fallback_to=one.fallback_to,
        status_to=one.status_to,
        sticky=one.sticky,
        validity_s=one.validity_s,
        registered=one.registered,
    )
