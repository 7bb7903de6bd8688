"""One person in one election: what stands, the evidence behind it with what was taken back, and evidence by
hand of a person who is looked at.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, NotFound
from dialer.domain.pledge import FACTS, PledgeEvidence, standing_evidence
from dialer.domain.turnout import Mark, present_vote, seen_at
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import election_of
from dialer.services.gotv.pledges import in_reach
from dialer.services.gotv.record import record_turnout, withdraw_evidence
from dialer.services.gotv.turnout import election_named
from dialer.store.models.gotv import Pledge, TurnoutMark
from dialer.store.models.people import Contact
from dialer.store.queries.standing import evidence_in_full
from dialer.store.session import UnitOfWork

VOTED = "voted"
"""What a turnout mark stands for, beside the facts of a pledge."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: a pledge's facts, or that they voted. `stands_for` names the facts that are
    present because of it; `may_take_back` says whether the actor can, by itself: what a result, a file, a
    text or a link brought goes with that.
    """

    id: uuid.UUID
    kind: str
    at: dt.datetime
    dated: bool
    source: str
    by: uuid.UUID | None
    by_name: str | None
    campaign_id: uuid.UUID | None
    campaign: str | None
    support: int | None
    party: str | None
    voting_method: str | None
    planned_at: dt.datetime | None
    needs_lift: bool | None
    id_ready: bool | None
    voted: bool
    stands_for: tuple[str, ...]
    may_take_back: bool
    undone_at: dt.datetime | None
    undone_reason: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person's vote in an election, and why: all evidence, the latest first."""

    contact_id: uuid.UUID
    election_id: uuid.UUID
    election: str
    timezone: str
    support: int | None
    voting_method: str | None
    planned_at: dt.datetime | None
    needs_lift: bool | None
    id_ready: bool | None
    voted_at: dt.datetime | None
    evidence: Sequence[Piece]

    def behind(self, fact: str) -> Piece | None:
        """The piece that stands for a fact, if anything is known of it."""
        return next((one for one in self.evidence if fact in one.stands_for), None)

    def otherwise(self, fact: str) -> Sequence[Piece]:
        """The pieces that say something else of it, and weren't taken back."""
        stands = self.behind(fact)
        if stands is None or fact == VOTED:
            return ()
        known = getattr(stands, fact)
        said = [one for one in self.evidence if one.undone_at is None and getattr(one, fact) is not None]
        return [one for one in said if getattr(one, fact) != known]


def standing_of(ctx: Context, contact_id: uuid.UUID, election_id: uuid.UUID | None = None) -> Standing:
    """What is known of somebody in an election (None: the current one); `NotFound` beyond one's reach."""
    require(ctx.actor, Permission.PLEDGE_READ)
    with ctx.unit() as unit:
        _reached(ctx, unit, contact_id)
        return _standing(ctx, unit, contact_id, election_named(ctx, unit, election_id))


@again_after_deadlock
def mark_voted(
    ctx: Context,
    contact_id: uuid.UUID,
    *,
    at: dt.datetime | None = None,
    source: str = "manual",
    election_id: uuid.UUID | None = None,
) -> Standing:
    """Keep that somebody has voted, when that was (None: now; never later); the same press again is none."""
    require(ctx.actor, Permission.TURNOUT_RECORD)
    with ctx.unit() as unit:
        _reached(ctx, unit, contact_id)
        election = election_named(ctx, unit, election_id)
        _hold(unit, contact_id)
        when = seen_at(at, ctx.now)
        rows = evidence_in_full(unit.session, unit.organisation_id, election, contact_id)
        if not any(_says_it_already(ctx, row, source, when) for row in rows):
            record_turnout(
                unit,
                contact_id=contact_id,
                election_id=election,
                source=source,
                at=when,
                account_id=ctx.actor.account_id,
                token_id=ctx.actor.token_id,
            )
            ctx.audit(unit, "turnout.marked", "contact", contact_id, {"election_id": str(election)})
        return _standing(ctx, unit, contact_id, election)


@again_after_deadlock
def take_back(
    ctx: Context, contact_id: uuid.UUID, evidence_id: uuid.UUID, *, reason: str | None = None
) -> Standing:
    """Take back one piece of evidence, as if it had never been; again changes nothing. `Conflict` where it
    goes with a result, a file, a text or a link, or where it is another's and the actor runs only campaigns.
    """
    require(ctx.actor, Permission.PLEDGE_RECORD)
    with ctx.unit() as unit:
        _reached(ctx, unit, contact_id)
        election, piece = _piece(ctx, unit, contact_id, evidence_id)
        if piece.undone_at is None:
            if not piece.may_take_back:
                raise Conflict("This goes with what it came from: change that call, file or text instead.")
            sync_queues(unit, now=ctx.now, contact_ids=[contact_id])  # the queue before records
            withdraw_evidence(unit, at=ctx.now, evidence_ids=[evidence_id])
            changes = {"evidence_id": str(evidence_id), "kind": piece.kind}
            ctx.audit(unit, "evidence.taken_back", "contact", contact_id, changes, reason=reason)
        return _standing(ctx, unit, contact_id, election)


def _reached(ctx: Context, unit: UnitOfWork, contact_id: uuid.UUID) -> None:
    if unit.session.scalar(select(Contact.id).where(*in_reach(ctx, contact_id))) is None:
        raise NotFound


def _hold(unit: UnitOfWork, contact_id: uuid.UUID) -> None:
    """A second press waits for the first, and finds what it wrote."""
    mine = (Contact.organisation_id == unit.organisation_id, Contact.id == contact_id)
    unit.session.execute(select(Contact.id).where(*mine).with_for_update(key_share=True))


def _says_it_already(ctx: Context, row: Row[Any], source: str, at: dt.datetime) -> bool:
    is_mine = row.account_id == ctx.actor.account_id and row.source == source
    return bool(row.voted and row.undone_at is None and is_mine and row.at <= at)


def _piece(
    ctx: Context, unit: UnitOfWork, contact_id: uuid.UUID, evidence_id: uuid.UUID
) -> tuple[uuid.UUID, Piece]:
    key = (unit.organisation_id, evidence_id)
    row = unit.session.get(Pledge, key) or unit.session.get(TurnoutMark, key)
    if row is not None and row.contact_id == contact_id:
        pieces = _standing(ctx, unit, contact_id, row.election_id).evidence
        return row.election_id, next(one for one in pieces if one.id == evidence_id)
    raise NotFound


def _standing(ctx: Context, unit: UnitOfWork, contact_id: uuid.UUID, election_id: uuid.UUID) -> Standing:
    election = election_of(unit, election_id)
    rows = evidence_in_full(unit.session, unit.organisation_id, election_id, contact_id)
    there = [row for row in rows if row.undone_at is None]
    stands = standing_evidence(_pledge(row) for row in there if not row.voted)
    vote = present_vote(Mark(row.id, row.at, row.source, row.dated) for row in there if row.voted)
    behind = {fact: piece.id for fact, piece in stands.items()} | ({VOTED: vote.id} if vote else {})
    return Standing(
        contact_id=contact_id,
        election_id=election_id,
        election=election.name,
        timezone=election.timezone,
        **{fact: getattr(stands[fact], fact) if fact in stands else None for fact in FACTS},
        voted_at=vote.at if vote else None,
        evidence=[
            _shown(ctx, row, tuple(fact for fact, id_ in behind.items() if id_ == row.id)) for row in rows
        ],
    )


def _pledge(row: Row[Any]) -> PledgeEvidence:
    facts = {fact: getattr(row, fact) for fact in FACTS}
    return PledgeEvidence(row.id, row.at, row.source, row.dated, **facts)


def _shown(ctx: Context, row: Row[Any], stands_for: tuple[str, ...]) -> Piece:
    is_mine = row.account_id == ctx.actor.account_id or ctx.actor.campaign_ids is None
    may_undo = ctx.actor.may(Permission.TURNOUT_UNDO if row.voted else Permission.PLEDGE_RECORD)
    return Piece(
        id=row.id,
        kind=row.kind,
        at=row.at,
        dated=row.dated,
        source=row.source,
        by=row.account_id,
        by_name=row.by_name,
        campaign_id=row.campaign_id,
        campaign=row.campaign,
        support=row.support,
        party=row.party,
        voting_method=row.voting_method,
        planned_at=row.planned_at,
        needs_lift=row.needs_lift,
        id_ready=row.id_ready,
        voted=row.voted,
        stands_for=stands_for,
        may_take_back=row.undone_at is None and may_undo and is_mine and not (row.of_another or row.of_text),
        undone_at=row.undone_at,
        undone_reason=row.undone_reason,
    )
