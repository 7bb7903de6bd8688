"""Statements that go to the driver without SQLAlchemy's detours."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from dialer.domain.errors import Unavailable
from dialer.store.quick import Quick
from dialer.store.session import UnitFactory, make_engine

MY_OWN = Quick("SELECT count(*) + CAST(:more AS integer) FROM kept_apart")


def test_they_are_asked_on_a_connection_of_its_own_too(
    units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    """As in the trial of an import: what that connection made for itself is there."""
    with units.apart() as own, own.begin(organisation_id) as unit:
        Quick("CREATE TEMPORARY TABLE kept_apart (id integer)").do(unit.session, {})
        assert MY_OWN.rows(unit.session, {"more": 2}) == [(2,)]


MOMENT = dt.datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=1)))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text[]", []),
        ("uuid[]", [None, None]),
        ("uuid[]", [uuid.UUID(int=7), None]),
        ("text[]", ['a "word", {of} \\ two', "", "NULL", None, "Siân\n"]),
        ("boolean[]", [True, None, False]),
        ("integer[]", [1, None, -2_000_000_000]),
        ("timestamptz[]", [MOMENT, None]),
        ("float8[]", [0.5, None]),
    ],
)
def test_lists_come_as_they_were_given(
    units: UnitFactory, organisation_id: uuid.UUID, kind: str, values: list[Any]
) -> None:
    with units.begin(organisation_id) as unit:
        assert Quick(f"SELECT CAST(:given AS {kind})").rows(unit.session, {"given": values}) == [(values,)]


def test_a_list_with_what_is_no_text_is_refused_as_anything_else(
    units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    with pytest.raises(DBAPIError), units.begin(organisation_id) as unit:
        Quick("SELECT CAST(:given AS text[])").rows(unit.session, {"given": ["a\x00b"]})


def test_a_statement_is_prepared_once_whatever_its_lists_hold(
    units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    asked = Quick("SELECT cardinality(CAST(:given AS bigint[])) AS prepared_once")
    prepared = Quick("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%AS prepared_once'")
    with units.apart() as own, own.begin(organisation_id) as unit:
        for given in ([], [1], [None], [40_000], [2**40]) * 7:
            asked.do(unit.session, {"given": given})
        assert prepared.rows(unit.session, {}) == [(1,)]


WHO_IS_THERE = Quick("SELECT pg_backend_pid(), CAST(:given AS integer[])")
DIVIDED = Quick("SELECT 1 / CAST(:by AS integer)")


def test_what_is_asked_apart_leaves_the_connection_as_it_was(
    units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    """It is lent out in turn with those that are in a transaction, which another's rollback must undo."""
    assert units.ask(WHO_IS_THERE, {"given": [1]})[0][1] == [1]
    for _ in range(3):
        with units.begin(organisation_id) as unit:
            Quick("UPDATE organisation SET name = 'Undone' WHERE id = :id").do(
                unit.session, {"id": organisation_id}
            )
            unit.session.rollback()
    named = Quick("SELECT name FROM organisation WHERE id = :id")
    assert units.ask(named, {"id": organisation_id}) != [("Undone",)]


def test_a_question_that_fails_takes_its_connection_along(
    units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    with pytest.raises(DBAPIError):
        units.ask(DIVIDED, {"by": 0})
    with units.begin(organisation_id) as unit:
        connection = unit.session.connection().connection.dbapi_connection
        assert connection is not None
        assert connection.autocommit is False
    assert units.ask(DIVIDED, {"by": 1}) == [(1,)]


def test_a_question_to_a_database_that_is_away_says_so() -> None:
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        UnitFactory(nowhere).ask(DIVIDED, {"by": 1})
