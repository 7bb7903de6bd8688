"""The queue follows its lists: numbers of many people come in by one statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from dialer.services.calling.queue_ordering import order_wanted
from dialer.store.queries.planner import make_known
from dialer.store.queries.queue_languages import learn_of_people
from dialer.store.queries.queue_sync import queue_wanted_numbers, refresh_statistics
from dialer.store.session import UnitOfWork

OF_LISTS: Final = ("contact", "contact_phone", "list_member")
QUEUE: Final = "queue_entry"
MANY: Final = 1000
"""From here on what the planner knows of the queue is worth renewing."""


def sync_queues(unit: UnitOfWork, *, now: dt.datetime, contact_ids: Sequence[uuid.UUID]) -> int:
    """Queue every number of these people that a running campaign now has to call and doesn't wait for yet;
    how many.

    To be called after contacts, numbers or lists changed, and after an opt-out, a suppression, a status or
    a turnout mark was lifted. A number that is no longer to be called needs nothing: the gate finds out when
    its turn comes. Whole campaigns are `queue_filling`'s.
    """
    if not contact_ids:
        return 0
    queued = queue_people(unit, now, None, contact_ids)
    if queued:
        order_wanted(unit, now, None, contact_ids)
    if queued >= MANY:
        refresh_statistics(unit)
    return queued


def queue_people(
    unit: UnitOfWork, now: dt.datetime, campaign_id: uuid.UUID | None, contact_ids: Sequence[uuid.UUID]
) -> int:
    """Queue the numbers of these people, who are on lists, in a campaign (None: in each that runs), under
    their languages; how many. What the tables hold is made known to the planner first, where it is far off.
    """
    make_known(unit, len(contact_ids), *OF_LISTS)
    queued = queue_wanted_numbers(unit, now, campaign_id, contact_ids)
    make_known(unit, queued, QUEUE)
    learn_of_people(unit, contact_ids)
    return queued
