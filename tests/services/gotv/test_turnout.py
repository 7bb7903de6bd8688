"""Marks of who has voted: each on its own, matched by number, taken back as if they had never been."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select, update

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden, ValidationFailed
from dialer.services.context import Context
from dialer.services.gotv.elections import create_election
from dialer.services.gotv.record import record_turnout, withdraw_evidence
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.turnout_undo import undo_turnout, undo_turnout_by_token
from dialer.services.gotv.views import MarkedTurnout, NewMark
from dialer.services.gotv.waiting import match_unknown_marks
from dialer.store.models import new_id
from dialer.store.models.accounts import ApiToken
from dialer.store.models.gotv import TurnoutMark, VoterRecord
from dialer.store.models.people import Contact
from dialer.store.queries import counters
from dialer.store.session import UnitFactory
from tests.examples import examples
from tests.people import Person, make_person
from tests.services.gotv.electors import election_id, make_electors

ContextOf = Callable[[Person], Context]


def marked(ctx: Context, *numbers: str, **more: object) -> MarkedTurnout:
    return mark_turnout(ctx, [NewMark(number, **more) for number in numbers])  # type: ignore[arg-type]


def voted_at(ctx: Context, contact_id: uuid.UUID) -> dt.datetime | None:
    with ctx.unit() as unit:
        found: dt.datetime | None = unit.session.scalar(
            select(VoterRecord.voted_at).where(VoterRecord.contact_id == contact_id)
        )
        return found


def voted_figure(ctx: Context) -> int:
    with ctx.unit() as unit:
        return counters.read(unit, "election", [election_id(ctx)]).get("voted", 0)


def teller(
    ctx: Context,
    units: UnitFactory,
    context_of: ContextOf,
    *districts: str,
    election: uuid.UUID | None = None,
) -> Context:
    person = make_person(units, ctx.organisation_id, Role.TELLER, "Tegwen")
    with ctx.unit() as unit:
        unit.session.execute(
            update(ApiToken)
            .where(ApiToken.account_id == person.id)
            .values(polling_districts=list(districts), election_id=election)
        )
    return context_of(person)


@pytest.mark.parametrize(
    ("numbers", "outcome"),
    [
        (["AA-1", "aa 001/0"], MarkedTurnout(1, 1, (), ())),
        (["AA-1", "ZZ-9", "AA-2"], MarkedTurnout(2, 0, ("ZZ-9",), ())),
        (["--", "ZZ-9", "ZZ-9"], MarkedTurnout(0, 0, ("--", "ZZ-9", "ZZ-9"), ())),
        (["7"], MarkedTurnout(0, 0, ("7",), ())),  # stands in two districts
        (["3"], MarkedTurnout(1, 0, (), ())),  # stands in one
        ([], MarkedTurnout(0, 0, (), ())),
    ],
)
def test_each_mark_stands_alone(ctx: Context, numbers: list[str], outcome: MarkedTurnout) -> None:
    make_electors(ctx, "AA-1", "AA-2", "AA-3", "AA-7")
    make_electors(ctx, "AB-7", polling_district="AB")
    assert marked(ctx, *numbers) == outcome
    assert voted_figure(ctx) == outcome.accepted


def test_a_number_alone_is_one_of_its_district(ctx: Context) -> None:
    (one,) = make_electors(ctx, "AA-7")
    (other,) = make_electors(ctx, "AB-7", polling_district="AB")
    assert marked(ctx, "7", polling_district="ab") == MarkedTurnout(1, 0, (), ())
    assert voted_at(ctx, one) is None
    assert voted_at(ctx, other) == ctx.now


def test_one_number_in_two_registers_needs_its_district(ctx: Context) -> None:
    make_electors(ctx, "AA-1", register="2025")
    (moved,) = make_electors(ctx, "AA-1", register="2026", polling_district="AC")
    assert marked(ctx, "AA-1").unknown == ("AA-1",)
    assert marked(ctx, "AA-1", polling_district="AC").accepted == 1
    assert voted_at(ctx, moved) == ctx.now


def test_the_earliest_time_stands_and_never_a_later_one_than_now(ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    marked(ctx, "AA-1", at=ctx.now + dt.timedelta(hours=3))
    assert voted_at(ctx, voter) == ctx.now
    assert marked(ctx, "AA-1", at=ctx.now - dt.timedelta(hours=1)).duplicates == 1
    assert voted_at(ctx, voter) == ctx.now - dt.timedelta(hours=1)


def test_a_mark_sent_again_is_no_new_evidence(ctx: Context) -> None:
    make_electors(ctx, "AA-1")
    for _ in range(3):
        marked(ctx, "AA-1", "ZZ-9")
    with ctx.unit() as unit:
        assert unit.session.scalar(select(func.count()).select_from(TurnoutMark)) == 2


def test_a_corrected_result_leaves_the_tellers_mark(ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    result = new_id()
    with ctx.unit() as unit:
        record_turnout(
            unit, contact_id=voter, election_id=election_id(ctx), source="phone", at=ctx.now, result_id=result
        )
    assert marked(ctx, "AA-1").duplicates == 1
    with ctx.unit() as unit:
        withdraw_evidence(unit, at=ctx.now, result_ids=[result])
    assert voted_at(ctx, voter) == ctx.now
    assert voted_figure(ctx) == 1


def test_undo_is_as_if_nobody_had_marked(ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    marked(ctx, "AA-1", "ZZ-9")
    undone = undo_turnout(ctx, [NewMark("AA-1"), NewMark("ZZ-9")], reason="wrong sheet")
    assert (undone.undone, undone.unknown) == (1, ("ZZ-9",))
    assert voted_at(ctx, voter) is None
    assert voted_figure(ctx) == 0
    assert undo_turnout(ctx, [NewMark("AA-1")], reason="again").undone == 0
    make_electors(ctx, "ZZ-9")
    with ctx.unit() as unit:
        assert match_unknown_marks(unit) == frozenset()
    assert marked(ctx, "AA-1").accepted == 1


def test_undo_by_token_leaves_what_others_saw(
    ctx: Context, units: UnitFactory, context_of: ContextOf
) -> None:
    both, one = make_electors(ctx, "AA-1", "AA-2")
    tegwen, dewi = teller(ctx, units, context_of), teller(ctx, units, context_of)
    marked(tegwen, "AA-1", "AA-2", "ZZ-9")
    marked(dewi, "AA-1")
    assert tegwen.actor.token_id is not None
    assert undo_turnout_by_token(ctx, tegwen.actor.token_id, reason="phone was lost").undone == 3
    assert (voted_at(ctx, both), voted_at(ctx, one)) == (ctx.now, None)
    assert voted_figure(ctx) == 1
    with pytest.raises(ValidationFailed):
        undo_turnout_by_token(ctx, uuid.uuid4(), reason="none such")


def test_a_teller_marks_only_in_their_districts(
    ctx: Context, units: UnitFactory, context_of: ContextOf
) -> None:
    make_electors(ctx, "AA-1", "AA-2")
    (elsewhere,) = make_electors(ctx, "AB-1", polling_district="AB")
    tegwen = teller(ctx, units, context_of, "AA")
    assert marked(tegwen, "AA-1", "AB-1", "2", "ZZ-9") == MarkedTurnout(2, 0, ("ZZ-9",), ("AB-1",))
    assert voted_at(ctx, elsewhere) is None
    with pytest.raises(Forbidden):
        undo_turnout(tegwen, [NewMark("AA-1")], reason="mine")


def test_a_teller_of_one_election_marks_nothing_in_another(
    ctx: Context, units: UnitFactory, context_of: ContextOf
) -> None:
    make_electors(ctx, "AA-1")
    local = create_election(ctx, {"name": "Local", "current": True}).id
    general = create_election(ctx, {"name": "General"}).id
    tegwen = teller(ctx, units, context_of, election=general)
    assert mark_turnout(tegwen, [NewMark("AA-1")], local).held == ("AA-1",)
    assert mark_turnout(tegwen, [NewMark("AA-1")]).accepted == 1
    assert voted_figure(ctx) == 0


def test_unknown_marks_match_when_their_elector_comes(
    ctx: Context, units: UnitFactory, context_of: ContextOf
) -> None:
    tegwen = teller(ctx, units, context_of, "AA", "AC")
    assert marked(tegwen, "AA-1", "AB-1", "AC-1").unknown == ("AA-1", "AB-1", "AC-1")
    assert marked(tegwen, "5", polling_district="AC").unknown == ("5",)
    aa, ac, five = make_electors(ctx, "AA-1", "AC-1", "AC-5", polling_district=None)
    ab = make_electors(ctx, "AB-1", polling_district="AB")[0]
    with ctx.unit() as unit:
        unit.session.execute(update_district(aa, "AA"))
        unit.session.execute(update_district(five, "AC"))
        assert match_unknown_marks(unit, [aa, five]) == {aa, five}
    with ctx.unit() as unit:
        unit.session.execute(update_district(ac, "AC"))
        assert match_unknown_marks(unit) == {ac}
        assert match_unknown_marks(unit) == frozenset()
    assert voted_at(ctx, ab) is None
    assert [voted_at(ctx, contact) for contact in (aa, ac, five)] == [ctx.now] * 3


def update_district(contact_id: uuid.UUID, district: str) -> object:
    return update(Contact).where(Contact.id == contact_id).values(polling_district=district)


@pytest.mark.slow
def test_five_thousand_marks_take_as_many_statements_as_one(ctx: Context, engine: Engine) -> None:
    numbers = [f"AA-{number}" for number in range(1, 5002)]
    make_electors(ctx, *numbers)
    assert marked(ctx, "AA-1").accepted == 1
    with counted_statements(engine) as of_one:
        marked(ctx, "AA-2")
    with counted_statements(engine) as of_many:
        assert marked(ctx, *numbers[1:]) == MarkedTurnout(4999, 1, (), ())
    assert sum(of_many) == sum(of_one)
    assert voted_figure(ctx) == 5001


@contextlib.contextmanager
def counted_statements(engine: Engine) -> Iterator[list[int]]:
    """One for each statement that reaches the database."""
    statements: list[int] = []

    def count(*_: object) -> None:
        statements.append(1)

    event.listen(engine, "before_cursor_execute", count)
    yield statements
    event.remove(engine, "before_cursor_execute", count)


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["mark", "undo"]), st.integers(1, 3)), max_size=8))
def test_the_counter_is_what_is_marked(ctx: Context, deeds: list[tuple[str, int]]) -> None:
    district = uuid.uuid4().hex[:6] + "x"
    people = dict(enumerate(make_electors(ctx, *(f"{district}-{n}" for n in (1, 2, 3))), start=1))
    before, standing = voted_figure(ctx), set()
    for deed, number in deeds:
        if deed == "mark":
            assert marked(ctx, f"{district}-{number}").accepted == (number not in standing)
            standing.add(number)
        else:
            undone = undo_turnout(ctx, [NewMark(f"{district}-{number}")], reason="test").undone
            assert undone == (number in standing)
            standing.discard(number)
    assert {n for n, contact in people.items() if voted_at(ctx, contact)} == standing
    assert voted_figure(ctx) - before == len(standing)
