"""How PostgreSQL is asked to plan."""

from __future__ import annotations

from sqlalchemy import Engine, text


def test_every_statement_is_planned_for_what_it_is_given(engine: Engine) -> None:
    """A plan kept for all arrays walked through 10,000 numbers for each row: a blast's tenth chunk hung."""
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"
