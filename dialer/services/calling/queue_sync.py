"""The queue follows its lists: numbers come in by whole lists, in one statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from dialer.services.calling.queue_ordering import order_wanted
from dialer.store.queries.queue_languages import learn_of_lists, learn_of_people
from dialer.store.queries.queue_sync import queue_wanted_numbers, refresh_statistics
from dialer.store.session import UnitOfWork

MANY: Final = 1000
"""From here on what the planner knows of the queue is worth renewing."""


def sync_queues(
    unit: UnitOfWork,
    *,
    now: dt.datetime,
    campaign_ids: Sequence[uuid.UUID] | None = None,
    list_ids: Sequence[uuid.UUID] | None = None,
    contact_ids: Sequence[uuid.UUID] | None = None,
) -> int:
    """Queue every number that a running campaign now has to call and doesn't wait for yet; how many.

    To be called after contacts, numbers or lists changed, and after an opt-out, a suppression, a status or
    a turnout mark was lifted; narrowed down to campaigns, lists or contacts where these are known. A number
    that is no longer to be called needs nothing: the gate finds out when its turn comes.
    """
    if any(ids is not None and not ids for ids in (campaign_ids, list_ids, contact_ids)):
        return 0
    queued = queue_wanted_numbers(unit, now, campaign_ids, list_ids, contact_ids)
    if contact_ids is not None:
        learn_of_people(unit, contact_ids)
    else:
        learn_of_lists(unit, campaign_ids, list_ids)
    if queued:
        order_wanted(unit, now, campaign_ids, contact_ids)
    if queued >= MANY:
        refresh_statistics(unit)
    return queued
