"""The present value follows from the evidence alone, whatever order it came in."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.pledge import (
    FACTS,
    PLEDGE_SOURCES,
    SUPPORTS,
    VOTING_METHODS,
    PledgeEvidence,
    is_pledge,
    present_pledge,
    standing_evidence,
)

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


def told(hour: int, support: int | None = None, source: str = "call", **more: object) -> PledgeEvidence:
    at = NOON + dt.timedelta(hours=hour)
    return PledgeEvidence(id=uuid.uuid4(), at=at, source=source, support=support, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("evidence", "support"),
    [
        ([], None),
        ([told(1, 3)], 3),
        ([told(1, 3), told(2, 1)], 1),
        ([told(2, 1), told(1, 3)], 1),
        # A later talk in which nothing was said about support leaves it.
        ([told(1, 2), told(2, voting_method="postal")], 2),
        # A dated import is ordered by its own time: it doesn't override what was said later …
        ([told(2, 1), told(1, 5, "import")], 1),
        # … but says more than what was said before.
        ([told(1, 1), told(2, 5, "import")], 5),
        # At the same moment, the person's own word stands.
        ([told(1, 1), told(1, 5, "import")], 1),
        # Undated imports fill what is empty, and the first of them stands.
        ([told(9, 5, "import", dated=False)], 5),
        ([told(1, 1), told(9, 5, "import", dated=False)], 1),
        ([told(8, 4, "import", dated=False), told(9, 5, "import", dated=False)], 4),
    ],
)
def test_which_support_stands(evidence: list[PledgeEvidence], support: int | None) -> None:
    assert present_pledge(evidence).support == support


def test_each_fact_has_its_own_evidence() -> None:
    postal = told(1, voting_method="postal")
    strong = told(2, 1)
    value = present_pledge([postal, strong])
    assert (value.support, value.voting_method) == (1, "postal")
    assert value.learned == strong
    assert present_pledge([postal]).learned == postal


def test_a_plan_is_put_together_fact_by_fact() -> None:
    wanted = told(1, needs_lift=True, planned_at=NOON)
    ready = told(2, id_ready=True, needs_lift=False)
    found = told(3, id_ready=False)
    value = present_pledge([found, wanted, ready])
    assert (value.planned_at, value.needs_lift, value.id_ready) == (NOON, False, False)
    assert value.learned == wanted
    assert present_pledge([wanted, found]).needs_lift is True
    assert standing_evidence([found, wanted, ready]) == {
        "planned_at": wanted,
        "needs_lift": ready,
        "id_ready": found,
    }


@pytest.mark.parametrize(("support", "pledge"), [(1, True), (2, True), (3, False), (5, False), (None, False)])
def test_a_pledge_is_support_one_or_two(support: int | None, pledge: bool) -> None:
    assert is_pledge(support) is pledge


pieces = st.builds(
    PledgeEvidence,
    id=st.uuids(),
    at=st.integers(0, 5).map(lambda hour: NOON + dt.timedelta(hours=hour)),
    source=st.sampled_from(PLEDGE_SOURCES),
    dated=st.booleans(),
    support=st.none() | st.sampled_from(SUPPORTS),
    voting_method=st.none() | st.sampled_from(VOTING_METHODS),
    planned_at=st.none() | st.just(NOON),
    needs_lift=st.none() | st.booleans(),
    id_ready=st.none() | st.booleans(),
)
evidence_lists = st.lists(pieces, max_size=8, unique_by=lambda piece: piece.id)


@given(evidence_lists, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(evidence: list[PledgeEvidence], random: object) -> None:
    shuffled = list(evidence)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert present_pledge(shuffled) == present_pledge(evidence)


@given(evidence_lists, pieces)
def test_undated_evidence_never_changes_what_is_known(
    evidence: list[PledgeEvidence], piece: PledgeEvidence
) -> None:
    late = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    undated = PledgeEvidence(id=piece.id, at=late, source="import", dated=False, support=5)
    before = present_pledge(evidence).support
    assert present_pledge([*evidence, undated]).support == (5 if before is None else before)


@given(evidence_lists)
def test_what_stands_was_said(evidence: list[PledgeEvidence]) -> None:
    value = present_pledge(evidence)
    assert value.support in {None, *(piece.support for piece in evidence)}
    assert (value.support is None) == all(piece.support is None for piece in evidence)


@given(evidence_lists)
def test_each_fact_stands_as_if_it_were_alone(evidence: list[PledgeEvidence]) -> None:
    value = present_pledge(evidence)
    for fact in FACTS:
        others = dict.fromkeys(set(FACTS) - {fact})
        alone = present_pledge(replace(piece, **others) for piece in evidence)  # type: ignore[arg-type]
        assert getattr(value, fact) == getattr(alone, fact)
    assert (value.learned is None) == all(getattr(value, fact) is None for fact in FACTS)
