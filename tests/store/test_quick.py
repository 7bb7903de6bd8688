"""Statements that go to the driver without SQLAlchemy's detours."""

from __future__ import annotations

import uuid

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
