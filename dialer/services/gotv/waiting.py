"""Marks that wait for their elector: kept when a number fits nobody, counted when the register comes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection

from dialer.domain.turnout import COUNTED, TOO_FAST, UNKNOWN, Noted, is_within, read_written, state_of
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
    for place, mark in enumerate(waiting):
        elector = found.electors.get(place)
        districts = mark.token_districts or ()
        state, why = state_of(
            Noted(
                fits=found.fits(place),
                status=elector.status if elector else "active",
                in_election=mark.token_election_id in {None, mark.election_id},
                in_district=elector is None or is_within(elector.polling_district, districts),
                too_fast=mark.why == TOO_FAST,
            )
        )
        if (state, why) == (UNKNOWN, mark.why):
            continue
        if elector is not None and state == COUNTED:
            people[mark.election_id].add(elector.contact_id)
        settled.append(
            {
                "organisation_id": unit.organisation_id,
                "id": mark.id,
                "contact_id": elector.contact_id if elector else None,
                "state": state,
                "why": why,
            }
        )
    turnout_marks.settle_marks(unit.session, settled)
    flipped = [recompute_records(unit, election, people[election]) for election in sorted(people)]
    return frozenset().union(*flipped)
