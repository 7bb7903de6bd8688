"""The table in the database is what the rules say of the evidence, and its counters agree."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dialer.domain.pledge import PledgeEvidence, present_pledge
from dialer.domain.turnout import Mark, present_vote
from dialer.services.context import Context
from dialer.services.gotv.record import recompute_records, record_support, record_turnout, withdraw_evidence
from dialer.services.gotv.tally import tally_result
from dialer.store.models import new_id
from dialer.store.models.gotv import CampaignMinute, Pledge, TurnoutMark, VoterRecord
from dialer.store.queries import counters
from tests.domain.test_pledge import evidence_lists
from tests.examples import examples
from tests.services.gotv.electors import election_id, make_campaign, make_electors

NOON = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)


def told(ctx: Context, contact_id: uuid.UUID, support: int, hour: int = 0, **more: object) -> None:
    with ctx.unit() as unit:
        record_support(
            unit,
            **{
                "contact_id": contact_id,
                "election_id": election_id(ctx),
                "support": support,
                "voting_method": None,
                "source": "call",
                "at": NOON + dt.timedelta(hours=hour),
                **more,
            },  # type: ignore[arg-type]
        )


def record_of(ctx: Context, contact_id: uuid.UUID) -> VoterRecord:
    with ctx.unit() as unit:
        found = select(VoterRecord).where(VoterRecord.contact_id == contact_id)
        return unit.session.scalars(found).one_or_none() or VoterRecord()


def figures(ctx: Context, scope: str, scope_id: uuid.UUID) -> dict[str, int]:
    with ctx.unit() as unit:
        return counters.read(unit, scope, [scope_id])


def test_of_two_results_the_later_moment_stands(ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    told(ctx, voter, 1, hour=2)
    told(ctx, voter, 4, hour=1)
    assert record_of(ctx, voter).support == 1
    assert figures(ctx, "election", election_id(ctx)) == {"support_1": 1}


def test_a_withdrawn_result_is_as_if_it_had_never_been(ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    campaign, result = make_campaign(ctx), new_id()
    told(ctx, voter, 2, hour=1)
    told(ctx, voter, 5, hour=2, result_id=result, campaign_id=campaign)
    with ctx.unit() as unit:
        record_turnout(
            unit,
            contact_id=voter,
            election_id=election_id(ctx),
            source="phone",
            at=NOON,
            result_id=result,
        )
    assert figures(ctx, "campaign", campaign) == {"support_5": 1}
    for _ in range(2):
        with ctx.unit() as unit:
            withdraw_evidence(unit, at=NOON, result_ids=[result])
    record = record_of(ctx, voter)
    assert (record.support, record.voted_at, record.learned_campaign_id) == (2, None, None)
    assert figures(ctx, "campaign", campaign) == {}
    assert figures(ctx, "election", election_id(ctx)) == {"support_2": 1}


def test_withdrawing_nothing_touches_nobody(ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    told(ctx, voter, 2)
    with ctx.unit() as unit:
        assert withdraw_evidence(unit, at=NOON) == frozenset()
    assert record_of(ctx, voter).support == 2


def test_a_rolled_back_deed_counts_nothing(ctx: Context) -> None:
    campaign = make_campaign(ctx)
    with ctx.unit() as unit:
        unit.session.connection()
        counters.bump(unit, "campaign", campaign, "attempts")
        unit.session.rollback()
    with ctx.unit() as unit:
        counters.bump(unit, "campaign", campaign, "attempts", 2)
        with unit.session.begin_nested():
            counters.bump(unit, "campaign", campaign, "attempts", 3)
        savepoint = unit.session.begin_nested()
        counters.bump(unit, "campaign", campaign, "attempts", 100)
        savepoint.rollback()
    assert figures(ctx, "campaign", campaign) == {"attempts": 5}


def test_results_are_counted_by_campaign_and_minute(ctx: Context) -> None:
    campaign = make_campaign(ctx)
    for disposition, primary, times in (
        ("contacted", True, 1),
        ("refused", False, 1),
        ("contacted", True, -1),
    ):
        with ctx.unit() as unit:
            tally_result(
                unit, campaign_id=campaign, disposition=disposition, attempted=primary, at=NOON, times=times
            )
    assert figures(ctx, "campaign", campaign) == {"disposition_refused": 1}
    with ctx.unit() as unit:
        (minute,) = unit.session.scalars(select(CampaignMinute))
        assert (minute.attempts, minute.contacted) == (0, 0)


def test_two_who_record_the_same_person_at_once_lose_nothing(ctx: Context) -> None:
    people = make_electors(ctx, *(f"AA-{number}" for number in range(1, 6)))
    barrier = threading.Barrier(6)

    def call(support: int) -> None:
        barrier.wait()
        order = people if support % 2 else list(reversed(people))
        for contact_id in order:
            told(ctx, contact_id, support, hour=support)

    election_id(ctx)
    callers = [threading.Thread(target=call, args=(support % 5 + 1,)) for support in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert [record_of(ctx, contact_id).support for contact_id in people] == [5] * 5
    assert figures(ctx, "election", election_id(ctx)) == {"support_5": 5}


marks = st.lists(
    st.builds(
        Mark,
        st.uuids(),
        st.integers(0, 3).map(lambda hour: NOON + dt.timedelta(hours=hour)),
        st.sampled_from(("teller", "phone", "import")),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda mark: mark.id,
)


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(evidence=evidence_lists, seen=marks)
def test_the_table_says_what_the_rules_say(
    ctx: Context, evidence: list[PledgeEvidence], seen: list[Mark]
) -> None:
    (voter,) = make_electors(ctx, f"AA-{uuid.uuid4().hex}")
    election = election_id(ctx)
    keys = {"organisation_id": ctx.organisation_id, "election_id": election, "contact_id": voter}
    with ctx.unit() as unit:
        unit.session.add_all(Pledge(**keys, **_fields(piece), id=new_id()) for piece in evidence)
        unit.session.add_all(
            TurnoutMark(
                **keys, id=new_id(), at=mark.at, source=mark.source, dated=mark.dated, state="counted"
            )
            for mark in seen
        )
    _assert_agrees(ctx, voter, election)


def _fields(piece: PledgeEvidence | Pledge) -> dict[str, Any]:
    names = ("at", "source", "dated", "support", "voting_method", "planned_at")
    return {name: getattr(piece, name) for name in names}


def _assert_agrees(ctx: Context, contact_id: uuid.UUID, election: uuid.UUID) -> None:
    """Recompute in the database, and by the rules from what the database holds; compare."""
    with ctx.unit() as unit:
        recompute_records(unit, election, [contact_id])
        pledges = unit.session.scalars(select(Pledge).where(Pledge.contact_id == contact_id)).all()
        votes = unit.session.scalars(select(TurnoutMark).where(TurnoutMark.contact_id == contact_id)).all()
    record = record_of(ctx, contact_id)
    said = present_pledge(PledgeEvidence(id=row.id, **_fields(row)) for row in pledges)
    vote = present_vote(Mark(row.id, row.at, row.source, row.dated) for row in votes)
    assert (record.support, record.voting_method, record.planned_at) == (
        said.support,
        said.voting_method,
        said.planned_at,
    )
    assert record.learned_at == (said.learned.at if said.learned else None)
    assert record.voted_at == (vote.at if vote else None)
