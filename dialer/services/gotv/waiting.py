"""Marks that wait for their elector: kept when a number fits nobody, counted when the register comes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection

from dialer.domain.turnout import COUNTED, HELD, is_within, read_written
from dialer.services.gotv.record import recompute_records
from dialer.store.queries import turnout_marks
from dialer.store.queries.electors import find_electors
from dialer.store.session import UnitOfWork


def match_unknown_marks(
    unit: UnitOfWork, contact_ids: Collection[uuid.UUID] | None = None
) -> frozenset[uuid.UUID]:
    """Let waiting marks find their electors: among these new or changed contacts, or among all.

    Returns the people who count as voted by it. Call it in the transaction that brought the contacts.
    """
    if not turnout_marks.any_waiting(unit.session, unit.organisation_id):
        return frozenset()
    waiting = turnout_marks.waiting_marks(unit.session, unit.organisation_id, contact_ids)
    numbers = [read_written(mark.elector_number, mark.polling_district) for mark in waiting]
    found = find_electors(unit.session, unit.organisation_id, numbers)
    settled, people = [], defaultdict(set)
    for place, elector in found.items():
        mark = waiting[place]
        elsewhere = mark.token_election_id not in {None, mark.election_id}
        held = elsewhere or not is_within(elector.polling_district, mark.token_districts or ())
        if not held:
            people[mark.election_id].add(elector.contact_id)
        settled.append(
            {
                "organisation_id": unit.organisation_id,
                "id": mark.id,
                "contact_id": elector.contact_id,
                "state": HELD if held else COUNTED,
            }
        )
    turnout_marks.settle_marks(unit.session, settled)
    flipped = [recompute_records(unit, election, people[election]) for election in sorted(people)]
    return frozenset().union(*flipped)
