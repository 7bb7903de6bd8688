"""The shifts of a campaign for those who look after its volunteers: who is where, and since when."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from dialer.domain.access import Permission, Role
from dialer.services.calling.beside import Help, Supervised, help_in, supervised_in
from dialer.services.calling.reach import reach_campaign, reach_shift
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account
from dialer.store.queries import supervising


@dataclass(frozen=True, slots=True)
class ListedShift:
    """A shift with its volunteer's name; `state_since` is when it came into its state, `line` the state of
    their own line, `speaking_since` when the person they speak with answered, `last_result` what their last
    call in it came to. `rings`: they are in a call that is being put through, and nobody has answered yet.
    `joinable`: a coordinator can come in, as they are on their line, or talk in a call that we put through.
    """

    id: uuid.UUID
    campaign_id: uuid.UUID
    volunteer_id: uuid.UUID
    name: str
    state: str
    state_since: dt.datetime
    pause_reason: str | None
    line: str
    via: str
    calls: int
    talks: int
    started_at: dt.datetime
    last_seen_at: dt.datetime
    limited: bool
    last_result: str | None
    last_result_at: dt.datetime | None
    help: Help | None
    supervision: Supervised | None
    rings: bool = False
    joinable: bool = False
    speaking_since: dt.datetime | None = None
    is_volunteer: bool = True
    """Whether there is a page of them as a volunteer: coordinators who call have none."""


def list_shifts(
    ctx: Context, campaign_id: uuid.UUID, page: Page, *, state: str | None = None
) -> Slice[ListedShift]:
    """The shifts of one state, else all that go on, and those that ended while help was asked for in them."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.VOLUNTEER_READ)
        rows = supervising.shifts_of(unit, campaign_id, state, after_id(page), page.limit + 1)
        return cut([_listed(row) for row in rows], page, lambda one: (str(one.id),))


def caller_name(ctx: Context, session_id: uuid.UUID) -> str:
    """Whose shift it is, whatever their role: coordinators call too."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id)
        reach_campaign(ctx, unit, shift.campaign_id, Permission.VOLUNTEER_READ)
        return unit.session.get_one(Account, (unit.organisation_id, shift.account_id)).name


def _listed(row: Row[Any]) -> ListedShift:
    return ListedShift(
        id=row.id,
        campaign_id=row.campaign_id,
        volunteer_id=row.account_id,
        name=row.name,
        state=row.state,
        state_since=row.state_since,
        pause_reason=row.pause_reason,
        line=row.line_state,
        via=row.via,
        calls=row.calls,
        talks=row.talks,
        started_at=row.started_at,
        last_seen_at=row.last_seen_at,
        limited=row.limited_since is not None,
        last_result=row.disposition,
        last_result_at=row.result_at,
        help=help_in(row),
        supervision=supervised_in(row),
        rings=row.rings,
        joinable=row.joinable,
        speaking_since=row.speaking_since,
        is_volunteer=row.role == Role.VOLUNTEER,
    )
