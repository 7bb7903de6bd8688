"""Where people and numbers stand after something was heard: derived anew from the results, then written."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import select

from dialer.domain.call_policy import policy_of
from dialer.domain.languages import LanguageMatch, code_of
from dialer.domain.queue_order import Place, Rank, place
from dialer.services.calling.best_hours import at_best_hour
from dialer.services.calling.facts import Person, people, retry_rule
from dialer.services.calling.queue_sync import sync_queues
from dialer.store.models.calling import Campaign
from dialer.store.models.people import ContactPhone
from dialer.store.models.queue import ContactProgress
from dialer.store.queries.queue_places import keep_places, save_progress
from dialer.store.session import UnitOfWork


def replan(
    unit: UnitOfWork, campaign: Campaign, number: str, contact_ids: Sequence[uuid.UUID], now: dt.datetime
) -> Mapping[uuid.UUID, Person]:
    """Bring progress and queue in line with what is now recorded of these people and this number, and return
    everybody whom that concerns, with what is shown of them.

    A number in somebody's hands is left alone: it is planned again when they are done with it.
    """
    there = people(unit, campaign, numbers=[number], contact_ids=contact_ids, shown=True)
    numbers = {number, *(one.standing.number for one in there.values() if one.standing.number)}
    if len(numbers) > 1:
        there = people(unit, campaign, numbers=sorted(numbers), contact_ids=contact_ids, shown=True)
    tried = [one for one in there.values() if one.attempts or one.id in contact_ids]
    places = {one: _place(campaign, one, there.values()) for one in numbers}
    keep_places(unit, campaign.id, {one.id: one.standing for one in tried}, places, now)
    return there


def sync_queues_of_number(unit: UnitOfWork, number: str, now: dt.datetime) -> None:
    """Let every campaign follow what was found out about a number: whoever has or had it may be called now,
    or on another number of theirs."""
    holders = unit.session.scalars(
        select(ContactPhone.contact_id)
        .where(ContactPhone.organisation_id == unit.organisation_id, ContactPhone.number == number)
        .order_by(ContactPhone.contact_id)
    ).all()
    _renew_progress(unit, holders)
    sync_queues(unit, now=now, contact_ids=holders)


def _renew_progress(unit: UnitOfWork, contact_ids: Sequence[uuid.UUID]) -> None:
    """Have each campaign that has begun with these people know on which number of theirs they are next."""
    begun = unit.session.execute(
        select(Campaign, ContactProgress.contact_id)
        .join(
            ContactProgress,
            (ContactProgress.organisation_id == Campaign.organisation_id)
            & (ContactProgress.campaign_id == Campaign.id),
        )
        .where(
            Campaign.organisation_id == unit.organisation_id,
            Campaign.state.in_(("active", "paused")),
            ContactProgress.contact_id.in_(contact_ids),
        )
        .order_by(Campaign.id, ContactProgress.contact_id)
    ).all()
    for campaign, rows in groupby(begun, key=lambda row: row.Campaign):
        known = people(unit, campaign, contact_ids=[row.contact_id for row in rows])
        save_progress(unit, campaign.id, {one.id: one.standing for one in known.values()})


def _place(campaign: Campaign, number: str, everyone: Iterable[Person]) -> Place | None:
    there = [person for person in everyone if number in person.callee.numbers]
    tries = [attempt for person in there for attempt in person.attempts if attempt.number == number]
    last = max(tries, key=lambda one: one.at, default=None)
    gap = retry_rule(campaign).gap_after(last.disposition) if last else dt.timedelta(0)
    found = place([person.standing for person in there], number, last.at if last else None, gap)
    if found is None:
        return None
    found = replace(found, language=_language(campaign, number, there))
    if found.rank is not Rank.RETRY:
        return found
    found = at_best_hour(campaign, number, found, tries)
    return replace(found, rank=policy_of(campaign.call_policy).retries_at)


def _language(campaign: Campaign, number: str, there: Sequence[Person]) -> str:
    """The language of those who are still to be called on a number; home where they differ."""
    policy = policy_of(campaign.call_policy)
    if policy.language_match is LanguageMatch.OFF:
        return ""
    left = [one for one in there if not one.standing.over and one.standing.number == number]
    found = {code_of(one.callee.language, policy.home_language) for one in left}
    return found.pop() if len(found) == 1 else ""
