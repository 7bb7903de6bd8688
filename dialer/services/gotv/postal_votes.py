"""Postal voters to be reminded: their own knock-up list, and where postal voting stands."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dialer.domain.access import Permission
from dialer.domain.postal_votes import PostalPhase, postal_phase
from dialer.domain.timetable import Milestone
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.gotv.elections import election_of
from dialer.services.gotv.knock_up import (
    KnockUpPerson,
    KnockUpSearch,
    KnockUpSummary,
    knock_up_csv,
    knock_up_summary,
    list_knock_up,
)
from dialer.services.gotv.timetable import TimetableView, timetable_of
from dialer.services.paging import Page, Slice
from dialer.store.queries.postal_votes import count_postal_voters


@dataclass(frozen=True, slots=True)
class PostalVotes:
    """A campaign's supporters who vote by post. `returned` are marked as voted; `left` can be reminded."""

    campaign_id: uuid.UUID
    timetable: TimetableView
    phase: PostalPhase
    people: int
    returned: int
    left: KnockUpSummary


def postal_votes(ctx: Context, campaign_id: uuid.UUID) -> PostalVotes:
    """Where postal voting stands, how many have voted, and how many can still be reminded."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.KNOCK_UP_READ)
        found = timetable_of(ctx, unit, election_of(unit, campaign.election_id))
        people, returned = count_postal_voters(unit, campaign)
    phase = postal_phase(
        found.line(Milestone.POSTAL_DESPATCH).due,
        found.line(Milestone.POSTAL_LAST_POST).due,
        found.line(Milestone.POLLING).due_at,
        found.election.timezone,
        ctx.now,
    )
    left = knock_up_summary(ctx, campaign_id, by_post=True)
    return PostalVotes(campaign_id, found, phase, people, returned, left)


def list_postal_votes(
    ctx: Context, campaign_id: uuid.UUID, search: KnockUpSearch, page: Page
) -> Slice[KnockUpPerson]:
    """The next of the supporters who vote by post and aren't known to have, as far as a channel reaches."""
    return list_knock_up(ctx, campaign_id, replace(search, by_post=True), page)


def postal_votes_csv(ctx: Context, campaign_id: uuid.UUID, search: KnockUpSearch) -> Iterator[str]:
    """All of them as lines of CSV; audited."""
    return knock_up_csv(ctx, campaign_id, replace(search, by_post=True))
