"""Noes said one after another: the person's own counts, whatever a list or we wrote down before or after."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from dialer.domain.errors import Conflict
from dialer.domain.opt_out import BY_US, NewConsent, weight
from dialer.services.context import Context
from dialer.services.messaging.no_to_texts import bar_from_texts, let_back_in
from dialer.services.people.no_contact import lift_opt_out
from dialer.services.people.opt_outs import lift_opt_outs_of_results, record_opt_out
from dialer.services.people.suppression_imports import BarringOptions, start_suppression_import
from dialer.services.people.suppression_run import run_suppression_import
from dialer.services.people.suppressions import NewSuppression, add_suppression, delete_suppression
from dialer.services.people.weighing import Origin
from dialer.store.models import new_id
from dialer.store.models.people import OptOut, Suppression
from dialer.store.queries.opt_outs import _WEIGHT, _WEIGHTS
from dialer.store.session import UnitFactory
from tests.phone_bank import Voter, add_voters, mobile
from tests.services.people.importing import bring_in

Says = Callable[[str, int], None]
RESULT = new_id()


@pytest.fixture
def sian(ctx: Context) -> Voter:
    one = Voter("Siân", [mobile(1)], "mobile")
    add_voters(ctx, [one])
    return one


@pytest.fixture
def says(ctx: Context, sian: Voter) -> Says:
    """Have somebody say no in one way, a day after another; `list`: a list of numbers says it."""

    def say(source: str, day: int) -> None:
        later = ctx.at(ctx.now + dt.timedelta(days=day))
        if source == "list":
            add_suppression(later, NewSuppression(["sms"], "opt_out", sian.numbers[0]))
            return
        with later.unit() as unit:
            if source in {"text", "link"}:
                bar_from_texts(later, unit, sian.numbers[0], sian.id, source)
                return
            result_id = RESULT if source == "call" else None
            record_opt_out(unit, sian.id, "sms", Origin(source, later.now, result_id=result_id))

    return say


def standing(ctx: Context) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The person's noes and the number's: from where, and on which day."""
    with ctx.unit() as unit:
        found = [
            unit.session.scalars(select(kind).where(kind.lifted_at.is_(None))).all()
            for kind in (OptOut, Suppression)
        ]
    of_person, of_number = [[(row.source, (row.created_at - ctx.now).days) for row in rows] for rows in found]
    return of_person, of_number


@pytest.mark.parametrize(
    ("said", "person", "number"),
    [
        (["import", "text"], ("text", 1), ("text", 1)),
        (["manual", "link"], ("link", 1), ("link", 1)),
        (["import", "keypad"], ("keypad", 1), ("keypad", 1)),
        (["import", "call"], ("call", 1), ("call", 1)),
        (["text", "import"], ("text", 0), ("text", 0)),
        (["link", "manual", "import"], ("link", 0), ("link", 0)),
        (["text", "call"], ("call", 1), ("call", 1)),
        (["text", "text"], ("text", 1), ("text", 1)),
        (["call", "text"], ("call", 0), ("call", 0)),
        (["call", "link"], ("link", 1), ("link", 1)),
        (["import", "import"], ("import", 0), ("import", 0)),
        (["list", "import"], ("import", 1), ("manual", 0)),
        (["list", "text"], ("text", 1), ("text", 1)),
        (["text", "list"], ("text", 0), ("text", 0)),
    ],
)
def test_the_heaviest_counts(
    ctx: Context, says: Says, said: list[str], person: tuple[str, int], number: tuple[str, int]
) -> None:
    for day, source in enumerate(said):
        says(source, day)
    assert standing(ctx) == ([person], [number])


def test_what_a_list_said_is_no_longer_ours_to_lift_once_they_said_it(
    ctx: Context, says: Says, sian: Voter
) -> None:
    says("import", 0)
    says("text", 2)
    later = ctx.at(ctx.now + dt.timedelta(days=3))
    too_old = NewConsent("form", ctx.now + dt.timedelta(days=1))
    with later.unit() as unit:
        (suppression_id,) = unit.session.scalars(select(Suppression.id))
    for consent in (None, too_old):
        with pytest.raises(Conflict):
            lift_opt_out(later, sian.id, "sms", "they rang", consent)
        with pytest.raises(Conflict):
            delete_suppression(later, suppression_id, "they rang", consent)
    lift_opt_out(later, sian.id, "sms", "they rang", NewConsent("form", later.now))
    assert standing(ctx) == ([], [])


def test_a_text_that_lets_us_write_again_leaves_what_a_list_said(
    ctx: Context, says: Says, sian: Voter
) -> None:
    for day, source in enumerate(["list", "import", "text"]):
        says(source, day)
    later = ctx.at(ctx.now + dt.timedelta(days=5))
    with later.unit() as unit:
        assert let_back_in(later, unit, sian.numbers[0], later.now, "START")
    assert standing(ctx) == ([("import", 1)], [("manual", 0)])


@pytest.mark.parametrize(
    ("before", "left"), [("import", [("import", 0)]), ("text", [("text", 0)]), (None, [])]
)
def test_a_result_taken_back_leaves_what_was_said_before(
    ctx: Context, says: Says, before: str | None, left: list[tuple[str, int]]
) -> None:
    if before:
        says(before, 0)
    says("call", 1)
    with ctx.unit() as unit:
        lift_opt_outs_of_results(unit, [RESULT], at=ctx.now, reason="undone")
    assert standing(ctx) == (left, left)


def test_a_result_taken_back_leaves_what_was_said_after(ctx: Context, says: Says) -> None:
    says("call", 0)
    says("text", 1)
    with ctx.unit() as unit:
        lift_opt_outs_of_results(unit, [RESULT], at=ctx.now, reason="undone")
    assert standing(ctx) == ([("text", 1)], [("text", 1)])


def test_sql_weighs_as_the_rule_does(units: UnitFactory) -> None:
    query = text(f"SELECT {_WEIGHT.format('o')} FROM (SELECT CAST(:source AS text) AS source) AS o")
    with units.read() as unit:
        for source in [*sorted(BY_US), "text", "call", "volunteer", "link", "keypad", "elsewhere"]:
            assert unit.session.scalar(query, {**_WEIGHTS, "source": source}) == weight(source)


def import_says(ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("UPDATE contact SET name_key = 'sianjones'"))
    view = bring_in(ctx, f"First name,Surname,Mobile,Do not text\nSiân,Jones,{mobile(1)},yes\n")
    assert view.counts.created == 0


def register_of_the_gone_says(ctx: Context) -> None:
    """A row of somebody gone, whom nobody here is, has the number too."""
    bring_in(ctx, f"First name,Surname,Mobile,Do not text,Change Type\nUna,Prys,{mobile(1)},yes,D\n")


def list_of_numbers_says(ctx: Context) -> None:
    options: BarringOptions = {"reason": "opt_out", "channels": ["sms"]}
    view = start_suppression_import(ctx, io.BytesIO(mobile(1).encode()), "noes.txt", options)
    run_suppression_import(ctx, view.id, lambda: ctx.now)


@pytest.mark.parametrize("says_too", [import_says, register_of_the_gone_says, list_of_numbers_says])
def test_a_text_that_lets_us_write_again_leaves_what_a_list_said_since_their_stop(
    ctx: Context, says: Says, sian: Voter, says_too: Callable[[Context], None]
) -> None:
    says("text", 0)
    for day in (1, 2):
        says_too(ctx.at(ctx.now + dt.timedelta(days=day)))
    assert standing(ctx) == ([("text", 0)], [("text", 0)])
    later = ctx.at(ctx.now + dt.timedelta(days=5))
    with later.unit() as unit:
        assert let_back_in(later, unit, sian.numbers[0], later.now, "START")
    assert standing(ctx)[1] == [("import", 1)]
    says("call", 6)
    assert standing(ctx) == ([("call", 6)], [("call", 6)])


def test_beneath_a_no_that_counts_again_is_nothing_and_no_null_of_json(
    ctx: Context, says: Says, sian: Voter
) -> None:
    says("import", 0)
    says("text", 1)
    later = ctx.at(ctx.now + dt.timedelta(days=2))
    with later.unit() as unit:
        let_back_in(later, unit, sian.numbers[0], later.now, "START")
        unit.session.flush()
        assert unit.session.scalar(text("SELECT count(*) FROM opt_out WHERE beneath IS NULL")) == 1
