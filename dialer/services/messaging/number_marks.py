"""What the carrier lets us know about numbers: nobody has it, it takes no texts, its owner said no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.services.calling.queue_sync import sync_queues
from dialer.services.people.opt_outs import Origin, holders, record_opt_out
from dialer.store.models import new_id
from dialer.store.models.people import ContactPhone, Suppression
from dialer.store.session import UnitOfWork


def retire_numbers(unit: UnitOfWork, numbers: Sequence[str], now: dt.datetime) -> None:
    """Mark numbers dead that nobody has: they are neither texted nor rung again, whoever has them listed."""
    _mark(unit, numbers, ContactPhone.dead_at.is_(None), {"dead_at": now})
    sync_queues(unit, now=now, contact_ids=holders(unit, numbers))


def never_text(unit: UnitOfWork, numbers: Sequence[str]) -> None:
    """Mark numbers as landlines: they take calls, perhaps, and no texts."""
    _mark(unit, numbers, ContactPhone.line_type != "landline", {"line_type": "landline"})


def opted_out_at_carrier(unit: UnitOfWork, numbers: Sequence[str], now: dt.datetime) -> None:
    """Keep the no of whoever has these numbers: they told the carrier, by a text that it didn't pass on."""
    origin = Origin("text", now)
    for contact_id in sorted(holders(unit, numbers)):
        record_opt_out(unit, contact_id, "sms", origin)
    rows = [_suppressed(unit, number, now) for number in sorted(set(numbers))]
    unit.session.execute(insert(Suppression).values(rows).on_conflict_do_nothing())


def _mark(unit: UnitOfWork, numbers: Sequence[str], unmarked: Any, values: dict[str, Any]) -> None:
    here = ContactPhone.organisation_id == unit.organisation_id
    of_them = (here, ContactPhone.number.in_(numbers), unmarked)
    found = (
        select(ContactPhone.contact_id, ContactPhone.number)
        .where(*of_them)
        .order_by(ContactPhone.contact_id, ContactPhone.number)
        .with_for_update()
    )
    if unit.session.execute(found).all():
        unit.session.execute(update(ContactPhone).where(*of_them).values(values))


def _suppressed(unit: UnitOfWork, number: str, now: dt.datetime) -> dict[str, object]:
    return {
        "organisation_id": unit.organisation_id,
        "id": new_id(),
        "number": number,
        "channel": "sms",
        "reason": "opt_out",
        "source": "text",
        "created_at": now,
    }
