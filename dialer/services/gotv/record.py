"""Write evidence, take it back, and keep the pledge and turnout table true to it.

These work inside the caller's unit of work: a result, an import or a teller's mark and what follows from
it stand or fall together. What may change the table passes through `recompute_records`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import insert, or_, update

from dialer.domain.stats import standing_names, support_name
from dialer.store.models import new_id
from dialer.store.models.gotv import Pledge, TurnoutMark
from dialer.store.queries import counters, voter_records
from dialer.store.queries.voter_records import Change, Standing
from dialer.store.session import UnitOfWork


def record_support(
    unit: UnitOfWork,
    *,
    contact_id: uuid.UUID,
    election_id: uuid.UUID,
    support: int | None,
    voting_method: str | None,
    source: str,
    at: dt.datetime,
    planned_at: dt.datetime | None = None,
    dated: bool = True,
    campaign_id: uuid.UUID | None = None,
    account_id: uuid.UUID | None = None,
    result_id: uuid.UUID | None = None,
    import_id: uuid.UUID | None = None,
) -> None:
    """Keep what somebody told us and bring their present value up to date.

    `at` is when it was said; `dated=False` marks what a file held without a time (then `at` is the
    import's), which only fills what is empty. Nothing said is no evidence and writes nothing.
    """
    if support is None and voting_method is None and planned_at is None:
        return
    unit.session.execute(
        insert(Pledge).values(
            organisation_id=unit.organisation_id,
            id=new_id(),
            election_id=election_id,
            contact_id=contact_id,
            campaign_id=campaign_id,
            support=support,
            voting_method=voting_method,
            planned_at=planned_at,
            source=source,
            dated=dated,
            at=at,
            account_id=account_id,
            result_id=result_id,
            import_id=import_id,
        )
    )
    recompute_records(unit, election_id, [contact_id])


def record_turnout(
    unit: UnitOfWork,
    *,
    contact_id: uuid.UUID,
    election_id: uuid.UUID,
    source: str,
    at: dt.datetime,
    dated: bool = True,
    account_id: uuid.UUID | None = None,
    token_id: uuid.UUID | None = None,
    result_id: uuid.UUID | None = None,
    import_id: uuid.UUID | None = None,
) -> None:
    """Keep evidence that a known person has voted, and bring their record up to date."""
    unit.session.execute(
        insert(TurnoutMark).values(
            organisation_id=unit.organisation_id,
            id=new_id(),
            election_id=election_id,
            contact_id=contact_id,
            state="counted",
            source=source,
            dated=dated,
            at=at,
            account_id=account_id,
            token_id=token_id,
            result_id=result_id,
            import_id=import_id,
        )
    )
    recompute_records(unit, election_id, [contact_id])


def withdraw_evidence(
    unit: UnitOfWork,
    *,
    at: dt.datetime,
    result_ids: Collection[uuid.UUID] = (),
    import_ids: Collection[uuid.UUID] = (),
) -> frozenset[uuid.UUID]:
    """Take back what these results or imports told us, as if it had never been.

    Kept with `undone_at`, for the history. Returns the people it was about. Again: changes nothing.
    """
    touched: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for election_id, contact_id in _take_back(unit, at, list(result_ids), list(import_ids)):
        touched[election_id].add(contact_id)
    for election_id in sorted(touched):
        recompute_records(unit, election_id, touched[election_id])
    return frozenset().union(*touched.values())


def recompute_records(
    unit: UnitOfWork, election_id: uuid.UUID, contact_ids: Collection[uuid.UUID]
) -> frozenset[uuid.UUID]:
    """Write these people's present values from the evidence, with the counters that follow.

    For sets of any size (an import's chunk, 5,000 marks); the evidence must be in the transaction
    already. Returns those who count as voted now and didn't before, or the other way round.
    """
    if not contact_ids:
        return frozenset()
    scope = (unit.session, unit.organisation_id, election_id, contact_ids)
    voter_records.lock(*scope)
    changes = voter_records.recompute(*scope)
    counters.bump_all(unit, _deltas(election_id, changes))
    return frozenset(change.contact_id for change in changes if change.before.voted != change.after.voted)


def _take_back(
    unit: UnitOfWork, at: dt.datetime, result_ids: list[uuid.UUID], import_ids: list[uuid.UUID]
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    taken: list[tuple[uuid.UUID, uuid.UUID]] = []
    for evidence, undone in (
        (Pledge, {"undone_at": at}),
        (TurnoutMark, {"undone_at": at, "state": "undone"}),
    ):
        brought = or_(evidence.result_id.in_(result_ids), evidence.import_id.in_(import_ids))
        statement = (
            update(evidence)
            .where(evidence.organisation_id == unit.organisation_id, brought, evidence.undone_at.is_(None))
            .values(undone)
            .returning(evidence.election_id, evidence.contact_id)
        )
        rows = unit.session.execute(statement, execution_options={"synchronize_session": False})
        taken += [(row.election_id, row.contact_id) for row in rows if row.contact_id is not None]
    return taken


def _deltas(election_id: uuid.UUID, changes: Sequence[Change]) -> Counter[counters.Key]:
    deltas: Counter[counters.Key] = Counter()
    for change in changes:
        for key in _keys(election_id, change.before):
            deltas[key] -= 1
        for key in _keys(election_id, change.after):
            deltas[key] += 1
    return deltas


def _keys(election_id: uuid.UUID, standing: Standing) -> list[counters.Key]:
    keys: list[counters.Key] = [
        ("election", election_id, name) for name in standing_names(standing.support, voted=standing.voted)
    ]
    if standing.campaign_id is not None and standing.support is not None:
        keys.append(("campaign", standing.campaign_id, support_name(standing.support)))
    return keys
