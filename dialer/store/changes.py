"""What a transaction changed of all that is watched live, noted as it is written.

Figures note themselves as they are bumped (`counters`); the state of a blast, a campaign, a shift or the
whole organisation is noted here, when its row is. What a statement changes beside the rows that were loaded
is noted by whoever makes it, or found by the listeners' own slow look.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from dialer.domain.live_topics import (
    ACCOUNT,
    BLAST,
    CAMPAIGN,
    ORGANISATION,
    SESSION,
    STANDSTILL,
    WATCHED,
    Topic,
)
from dialer.store.models.accounts import Account, ApiToken, LoginSession, Organisation
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Blast
from dialer.store.models.supervising import HelpRequest, Supervision

_CHANGED: Final = "dialer.changed"


def _of_handover(row: Conversation) -> tuple[Topic, ...]:
    """Only what is handed over, or was, is looked for on a board: texts come and go all the time."""
    changed = inspect(row).attrs.handed_over_at.history.has_changes()
    return (Topic(CAMPAIGN, row.campaign_id),) if changed and row.campaign_id is not None else ()


_STANDS: Final = ("state", "pause_reason", "quiet_start", "quiet_end", "caller_ids", "dialing_mode")
"""What of a campaign may keep anybody from being rung."""


def _of_campaign(row: Campaign) -> tuple[Topic, ...]:
    """Why nobody is rung is watched by everybody who waits, so it is told apart from all else."""
    fields = inspect(row).attrs
    stands = any(fields[name].history.has_changes() for name in _STANDS)
    return (Topic(CAMPAIGN, row.id), *((Topic(STANDSTILL, row.id),) if stands else ()))


_WATCHED_ROWS: Final[Mapping[type, Callable[[Any], tuple[Topic, ...]]]] = {
    Blast: lambda row: (Topic(BLAST, row.id),),
    Conversation: _of_handover,
    Campaign: _of_campaign,
    Shift: lambda row: (Topic(CAMPAIGN, row.campaign_id), Topic(SESSION, row.id)),
    Assignment: lambda row: _of_session(row.shift_id),
    Call: lambda row: _of_session(row.shift_id),
    HelpRequest: lambda row: (Topic(CAMPAIGN, row.campaign_id), Topic(SESSION, row.shift_id)),
    Supervision: lambda row: (Topic(CAMPAIGN, row.campaign_id), Topic(SESSION, row.shift_id)),
    Organisation: lambda row: (Topic(ORGANISATION, row.id),),
    Account: lambda row: (Topic(ACCOUNT, row.id),),
    ApiToken: lambda row: (Topic(ACCOUNT, row.account_id),),
    LoginSession: lambda row: (Topic(ACCOUNT, row.account_id),),
}


def _of_session(shift_id: uuid.UUID | None) -> tuple[Topic, ...]:
    return (Topic(SESSION, shift_id),) if shift_id is not None else ()


def note(session: Session, scope: str, scope_id: uuid.UUID) -> None:
    """Note that something of this scope changed; scopes that nobody watches are left out."""
    if scope in WATCHED or scope in {ACCOUNT, SESSION, STANDSTILL}:
        _noted(session).add(Topic(scope, scope_id))


def take(session: Session) -> frozenset[Topic]:
    """What was noted, which is forgotten then."""
    return frozenset(session.info.pop(_CHANGED, ()))


def _noted(session: Session) -> set[Topic]:
    found: set[Topic] = session.info.setdefault(_CHANGED, set())
    return found


@event.listens_for(Session, "after_flush")
def _note_rows(session: Session, _context: object) -> None:
    for row in session.dirty:
        topics_of = _WATCHED_ROWS.get(type(row))
        if topics_of is not None:
            _noted(session).update(topics_of(row))
    for row in session.new:
        if isinstance(row, (Shift, Assignment, Call, HelpRequest, Supervision)):
            _noted(session).update(_WATCHED_ROWS[type(row)](row))
