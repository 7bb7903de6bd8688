"""The staging table leaves nothing behind in the transaction that it is made in."""

from __future__ import annotations

from sqlalchemy import text

from dialer.store.queries.import_stage import stage
from dialer.store.session import UnitFactory


def test_its_small_sample_is_for_it_alone(units: UnitFactory) -> None:
    sample = text("SHOW default_statistics_target")
    with units.read() as unit:
        usual = unit.session.scalar(sample)
        stage(unit.session, b"")
        assert unit.session.scalar(sample) == usual
