"""What a next contact and its result ask of the database finds rows by their keys: it is planned once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from dialer.domain.result import HouseholdReport, Report
from dialer.services.accounts.authentication import actor_for_token
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from dialer.store.session import UnitFactory, make_engine
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign
from tests.plans import plans_kept, tables_walked

OUTCOMES = ("contacted", "no_answer", "do_not_call", "busy", "already_voted", "wrong_number")

FEW = {"account", "avoidance", "campaign", "organisation", "shift"}
"""They have a handful of rows for each volunteer at most; reading them whole is as good."""

MORE_PEOPLE = text(
    """
    WITH people AS (
        INSERT INTO contact (organisation_id, id, first_name, last_name, created_at, custom)
        SELECT :organisation, uuidv7(), 'Voter', n::text, now(), '{}' FROM generate_series(1, 3000) AS n
        RETURNING organisation_id, id, last_name
    )
    INSERT INTO contact_phone (organisation_id, contact_id, number, line_type, position)
    SELECT organisation_id, id, '+441632960900' || last_name, 'landline', 0 FROM people
    """
)
"""The drama numbers with further digits behind them: too long to reach anybody."""


@pytest.fixture
def by_keys(database_url: str) -> Iterator[Engine]:
    """Every statement is prepared as it comes first, so that its one plan can be looked at."""
    engine = make_engine(database_url, pool_size=1, ask_first=False, by_keys=True)

    @event.listens_for(engine, "connect")
    def prepare_at_once(connection: Any, _record: Any) -> None:
        connection.prepare_threshold, connection.prepared_max = 0, 500

    yield engine
    engine.dispose()


def test_no_table_is_walked_through(
    ctx: Context, vic: Person, context_of: Callable[[Person], Context], by_keys: Engine
) -> None:
    people = [Voter(f"V{index}", [landline(index)]) for index in range(len(OUTCOMES))]
    with ctx.unit() as unit:
        unit.session.execute(MORE_PEOPLE, {"organisation": ctx.organisation_id})
    campaign = running_campaign(ctx, people)
    join_campaign(ctx.units, vic, campaign.id)
    units = UnitFactory(ctx.units.engine, by_keys=by_keys)
    mine = dataclasses.replace(context_of(vic), units=units)
    session = start_session(mine, campaign.id)
    with by_keys.connect() as connection:
        connection.execute(text("ANALYZE contact, contact_phone"))  # as an import does
    assert actor_for_token(units, "nobody's", ctx.now) is None
    for outcome in OUTCOMES:
        given = next_assignment(mine, session.id)
        assert isinstance(given, AssignmentView)
        support = 1 if outcome == "contacted" else None
        record_result(mine, given.id, HouseholdReport(Report(outcome, support=support)))
    plans = plans_kept(by_keys)
    assert len(plans) > 20
    walked = {table for plan in plans.values() for table in tables_walked(plan)}
    assert walked <= FEW, walked


def test_plans_are_kept_and_go_by_indexes(by_keys: Engine) -> None:
    with by_keys.connect() as connection:
        assert connection.scalar(text("SHOW plan_cache_mode")) == "force_generic_plan"
        assert connection.scalar(text("SHOW enable_seqscan")) == "off"
