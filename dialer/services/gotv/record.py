"""Write evidence, take it back, and keep the pledge and turnout table true to it.

These work inside the caller's unit of work: a result, an import or a teller's mark and what follows from
it stand or fall together. What may change the table passes through `recompute_records`, but for people whom
an import makes: their records come with them (`store/queries/import_create.py`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import insert, or_, update

from dialer.domain.party_scale import read_scale
from dialer.domain.pledge import PledgeEvidence, present_pledge
from dialer.domain.stats import standing_names, support_name
from dialer.domain.turnout import Mark, present_vote
from dialer.store.models import new_id
from dialer.store.models.gotv import Election, Pledge, TurnoutMark
from dialer.store.queries import counters, voter_records
from dialer.store.queries.import_create import Standing
from dialer.store.queries.import_undo import LostRecords
from dialer.store.queries.voter_records import People, Record
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
    needs_lift: bool | None = None,
    id_ready: bool | None = None,
    party: str | None = None,
    dated: bool = True,
    campaign_id: uuid.UUID | None = None,
    account_id: uuid.UUID | None = None,
    result_id: uuid.UUID | None = None,
    import_id: uuid.UUID | None = None,
    link_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Keep what somebody told us and bring their present value up to date: the id of the evidence. A `party`
    that they named means what the election's scale says; support said outright stands before that.

    `at` is when it was said; `dated=False` marks what a file held without a time (then `at` is the
    import's), which only fills what is empty. Nothing said is no evidence and writes nothing (None).
    """
    if support is not None:
        party = None
    elif party is not None:
        support = meaning(unit, election_id, party)
    if all(fact is None for fact in (support, party, voting_method, planned_at, needs_lift, id_ready)):
        return None
    pledge_id = new_id()
    unit.session.execute(
        insert(Pledge).values(
            organisation_id=unit.organisation_id,
            id=pledge_id,
            election_id=election_id,
            contact_id=contact_id,
            campaign_id=campaign_id,
            support=support,
            party=party,
            voting_method=voting_method,
            planned_at=planned_at,
            needs_lift=needs_lift,
            id_ready=id_ready,
            source=source,
            dated=dated,
            at=at,
            account_id=account_id,
            result_id=result_id,
            import_id=import_id,
            link_id=link_id,
        )
    )
    recompute_records(unit, election_id, [contact_id])
    return pledge_id


def meaning(unit: UnitOfWork, election_id: uuid.UUID, party: str) -> int | None:
    """What it means in an election that somebody names a party."""
    election = unit.session.get_one(Election, (unit.organisation_id, election_id))
    return read_scale(election.party_scale).support_of(party)


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
) -> uuid.UUID:
    """Keep evidence that a known person has voted, and bring their record up to date: the mark's id."""
    mark_id = new_id()
    unit.session.execute(
        insert(TurnoutMark).values(
            organisation_id=unit.organisation_id,
            id=mark_id,
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
    return mark_id


def withdraw_evidence(
    unit: UnitOfWork,
    *,
    at: dt.datetime,
    result_ids: Collection[uuid.UUID] = (),
    import_ids: Collection[uuid.UUID] = (),
    link_ids: Collection[uuid.UUID] = (),
    evidence_ids: Collection[uuid.UUID] = (),
) -> frozenset[uuid.UUID]:
    """Take back what these results, imports or openings of links told us, or evidence itself, as if it had
    never been.

    Kept with `undone_at`, for the history. Returns the people it was about. Again: changes nothing.
    """
    touched: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    brought_by = {
        "result_id": result_ids,
        "import_id": import_ids,
        "link_id": link_ids,
        "id": evidence_ids,
    }
    for election_id, contact_id in _take_back(unit, at, brought_by):
        touched[election_id].add(contact_id)
    for election_id in sorted(touched):
        recompute_records(unit, election_id, touched[election_id])
    return frozenset().union(*touched.values())


def recompute_records(
    unit: UnitOfWork,
    election_id: uuid.UUID,
    contact_ids: Collection[uuid.UUID],
    *,
    held: Iterable[Record] | None = None,
) -> frozenset[uuid.UUID]:
    """Write these people's present values from the evidence, with the counters that follow.

    For sets of any size (an import's chunk, 5,000 marks); the evidence must be in the transaction
    already. `held` are the rows that they have, where an earlier statement has locked them all. Returns
    those who count as voted now and didn't before, or the other way round.
    """
    if not contact_ids:
        return frozenset()
    people = People(unit.session, unit.organisation_id, election_id, contact_ids)
    known = {row.contact_id: row for row in (voter_records.lock(people) if held is None else held)}
    pledges, marks = voter_records.evidence_of(people)
    present = [_present(contact_id, pledges, marks) for contact_id in sorted(set(contact_ids))]
    changed = [(known.get(new.contact_id, Record(new.contact_id)), new) for new in present]
    changed = [(old, new) for old, new in changed if old != new]
    voter_records.update(people, [new for _, new in changed if new.contact_id in known])
    raced = voter_records.insert(people, [new for _, new in changed if new.contact_id not in known])
    changed = [(old, new) for old, new in changed if new.contact_id not in raced]
    counters.bump_all(unit, _deltas(election_id, changed))
    flipped = frozenset(new.contact_id for old, new in changed if _voted(old) != _voted(new))
    return flipped | recompute_records(unit, election_id, raced)


def count_new_records(unit: UnitOfWork, election_id: uuid.UUID, standings: Iterable[Standing]) -> None:
    """Let the counters follow the records of so many new people, which an import wrote with them."""
    deltas: Counter[counters.Key] = Counter()
    for support, voted, people in standings:
        for name in standing_names(support, voted=voted):
            deltas["election", election_id, name] += people
    counters.bump_all(unit, deltas)


def forget_records(unit: UnitOfWork, lost: Iterable[LostRecords]) -> None:
    """Let the counters follow people who went with their records."""
    deltas: Counter[counters.Key] = Counter()
    for election_id, support, voted, campaign_id, people in lost:
        for key in _counted_as(election_id, support, voted=voted, campaign_id=campaign_id):
            deltas[key] -= people
    counters.bump_all(unit, deltas)


def _present(
    contact_id: uuid.UUID,
    pledges: Mapping[uuid.UUID, Sequence[PledgeEvidence]],
    marks: Mapping[uuid.UUID, Sequence[Mark]],
) -> Record:
    said = present_pledge(pledges.get(contact_id, ()))
    vote = present_vote(marks.get(contact_id, ()))
    learned = said.learned
    return Record(
        contact_id=contact_id,
        support=said.support,
        voting_method=said.voting_method,
        planned_at=said.planned_at,
        needs_lift=said.needs_lift,
        id_ready=said.id_ready,
        learned_at=learned.at if learned else None,
        learned_source=learned.source if learned else None,
        learned_campaign_id=learned.campaign_id if learned else None,
        learned_by=learned.account_id if learned else None,
        voted_at=vote.at if vote else None,
        voted_source=vote.source if vote else None,
    )


def _voted(record: Record) -> bool:
    return record.voted_at is not None


def _take_back(
    unit: UnitOfWork, at: dt.datetime, brought_by: Mapping[str, Collection[uuid.UUID]]
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    taken: list[tuple[uuid.UUID, uuid.UUID]] = []
    for evidence, undone in (
        (Pledge, {"undone_at": at}),
        (TurnoutMark, {"undone_at": at, "state": "undone"}),
    ):
        brought = or_(
            *(getattr(evidence, name).in_(ids) for name, ids in brought_by.items() if hasattr(evidence, name))
        )
        statement = (
            update(evidence)
            .where(evidence.organisation_id == unit.organisation_id, brought, evidence.undone_at.is_(None))
            .values(undone)
            .returning(evidence.election_id, evidence.contact_id)
        )
        rows = unit.session.execute(statement, execution_options={"synchronize_session": False})
        taken += [(row.election_id, row.contact_id) for row in rows if row.contact_id is not None]
    return taken


def _deltas(election_id: uuid.UUID, changed: Sequence[tuple[Record, Record]]) -> Counter[counters.Key]:
    deltas: Counter[counters.Key] = Counter()
    for old, new in changed:
        for key in _keys(election_id, old):
            deltas[key] -= 1
        for key in _keys(election_id, new):
            deltas[key] += 1
    return deltas


def _keys(election_id: uuid.UUID, record: Record) -> list[counters.Key]:
    return _counted_as(
        election_id, record.support, voted=_voted(record), campaign_id=record.learned_campaign_id
    )


def _counted_as(
    election_id: uuid.UUID, support: int | None, *, voted: bool, campaign_id: uuid.UUID | None
) -> list[counters.Key]:
    """The figures that a record counts in, of its election and of the campaign that learned it."""
    names = standing_names(support, voted=voted)
    keys: list[counters.Key] = [("election", election_id, name) for name in names]
    if campaign_id is not None and support is not None:
        keys.append(("campaign", campaign_id, support_name(support)))
    return keys
