"""Take back a list of who must not be contacted: what it alone barred goes, what it lifted is back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

from sqlalchemy import select

from dialer.domain.errors import Conflict
from dialer.domain.suppressing import OF_ADDRESSES, OF_NUMBERS, SAID_BY_PEOPLE
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.people.import_words import NOTHING_LIFTED
from dialer.services.people.opt_outs import holders
from dialer.store.models.imports import Import
from dialer.store.queries.queue_sync import any_running
from dialer.store.queries.suppression_undo import callable_again, take_bars_back
from dialer.store.session import UnitOfWork


def check_bars_may_go(unit: UnitOfWork, row: Import, *, force: bool) -> None:
    """`Conflict` for a list of what people said themselves; and, unless `force`, with how many `people` could
    be called or texted again.
    """
    if row.options["reason"] in SAID_BY_PEOPLE:
        raise Conflict(
            "People asked for this themselves, and a no isn’t undone. Lift what is wrong one by one."
        )
    people = 0 if force else callable_again(unit.session, unit.organisation_id, row.id)
    if people:
        raise Conflict(
            f"{people:,} people could be called or texted again, since no other list has them."
            " Undo with “force” if that is what you mean.",
            people=people,
        )


def bring_back(
    unit: UnitOfWork, row: Import, among: tuple[uuid.UUID | None, uuid.UUID], now: dt.datetime
) -> tuple[Counter[str], Counter[str]]:
    """Take back what an import barred among the suppressions after one up to another; count them."""
    of_numbers = [channel for channel in row.options["channels"] if channel in OF_NUMBERS][:1]
    found = take_bars_back(
        unit.session,
        unit.organisation_id,
        row.id,
        among,
        now,
        counted=(*of_numbers, *OF_ADDRESSES),
        later=_full_list_since(unit, row),
    )
    if found.numbers and any_running(unit):
        sync_queues(unit, now=now, contact_ids=holders(unit, found.numbers))
    return Counter(suppressions=found.taken, lifts=found.barred_again), Counter(suppressions=found.stay)


def _full_list_since(unit: UnitOfWork, row: Import) -> uuid.UUID | None:
    """The first list by which its register came whole again since: who isn't on that may be called whatever
    this did, until that is undone too. A list that couldn't be relied on to be whole says nothing of whom it
    lacks.
    """
    later = (
        select(Import.id)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.list_id.is_(None),
            Import.id > row.id,
            Import.state == "completed",
            Import.options["reason"].astext == row.options["reason"],
            Import.options["register"].astext == row.options["register"],
            Import.options["replace"].astext == "true",
            ~Import.warnings.contains([{"code": NOTHING_LIFTED}]),
        )
        .order_by(Import.id)
        .limit(1)
    )
    return unit.session.scalar(later)
