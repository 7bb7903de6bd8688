"""What the gate and the recording of outcomes ask of the database is planned once, and goes by keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from dialer.store.session import UnitFactory, make_engine
from tests.plans import plans_kept, tables_walked
from tests.texting import Blasting, people

MANY_EVENTS = text(
    """
    INSERT INTO carrier_event (organisation_id, id, name, kind, sid, status, about_id, payload,
                               received_at, due_at)
    SELECT :organisation, uuidv7(), 'event ' || n, 'message_status', 'SM' || n, 'sent', uuidv7(), '{}',
           now(), now()
    FROM generate_series(1, 3000) AS n
    """
)
FEW = {"campaign", "blast", "sender", "organisation", "conversation"}
"""They have a handful of rows beside the texts; so have the conversations that are in review."""


@pytest.fixture
def by_keys(database_url: str) -> Iterator[Engine]:
    """Every statement is prepared as it comes first, so that its one plan can be looked at."""
    engine = make_engine(database_url, pool_size=1, ask_first=False, by_keys=True)

    @event.listens_for(engine, "connect")
    def prepare_at_once(connection: Any, _record: Any) -> None:
        connection.prepare_threshold, connection.prepared_max = 0, 500

    yield engine
    engine.dispose()


def test_no_table_is_walked_through(blasting: Blasting, by_keys: Engine) -> None:
    contacts = people(blasting.ctx, 40)
    run = blasting.launch(contacts)
    blasting.plan(run.id)
    with by_keys.connect() as connection:
        connection.execute(MANY_EVENTS, {"organisation": blasting.ctx.organisation_id})
        connection.execute(text("ANALYZE"))
        connection.commit()
    own = UnitFactory(blasting.ctx.units.engine, by_keys=by_keys)
    blasting.use(units=own)
    blasting.send()
    assert blasting.counts(run.id) == {"sent": 40}
    plans = plans_kept(by_keys)
    asked = {name for name in ("looked AS MATERIALIZED", "accepted AS") for plan in plans if name in plan}
    assert asked == {"looked AS MATERIALIZED", "accepted AS"}
    walked = {table for plan in plans.values() for table in tables_walked(plan)}
    assert walked <= FEW, walked
