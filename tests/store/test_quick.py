"""Statements that go to the driver without SQLAlchemy's detours."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from dialer.store.quick import Quick
from dialer.store.session import UnitFactory

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
