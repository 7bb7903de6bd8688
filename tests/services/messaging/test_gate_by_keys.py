"""What the gate and the recording of outcomes ask of the database is planned once, and goes by keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from dialer.carrier.port import Refused
from dialer.domain.carrier_action import Action
from dialer.store.session import UnitFactory, make_engine
from tests.phone_bank import mobile
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


MANY_PEOPLE = text(
    """
    INSERT INTO contact (organisation_id, id, first_name, email, email_key, custom, created_at)
    SELECT :organisation, uuidv7(), 'Siân', n || '@example.org', n || '@example.org', '{}', now()
    FROM generate_series(1, 3000) AS n
    """
)
BEING_SENT = {"ix_message_sending"}
"""It holds what is on the wire just now."""
REFUSALS = {
    mobile(3): Refused(21610, "Unsubscribed", Action.SUPPRESS),
    mobile(13): Refused(21211, "No such number", Action.RETIRE_NUMBER),
    mobile(23): Refused(21614, "No mobile", Action.NEVER_TEXT),
}


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


def test_nor_for_what_follows_when_texts_are_refused(blasting: Blasting, by_keys: Engine) -> None:
    contacts = people(blasting.ctx, 40)
    run = blasting.launch(contacts)
    blasting.plan(run.id)
    with by_keys.connect() as connection:
        for many in (MANY_EVENTS, MANY_PEOPLE):
            connection.execute(many, {"organisation": blasting.ctx.organisation_id})
        connection.execute(text("ANALYZE"))
        connection.commit()
    blasting.use(units=UnitFactory(blasting.ctx.units.engine, by_keys=by_keys))
    blasting.judge.answers = lambda message: REFUSALS.get(message.to)
    blasting.send()
    assert blasting.counts(run.id) == {"sent": 37, "failed": 3}
    plans = plans_kept(by_keys)
    assert any("INSERT INTO suppression" in asked for asked in plans), "the no was kept"
    walked = {
        (table, asked)
        for asked, plan in plans.items()
        for table in tables_walked(plan, small=BEING_SENT)
        if table not in FEW
    }
    assert walked == set()
