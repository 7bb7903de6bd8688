"""How PostgreSQL is asked to plan, and what it makes of statements that must not read whole blasts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event, select, text
from sqlalchemy.dialects import postgresql

from dialer.domain.filters.tree import Tagged
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.messaging.messages import MessageSearch, wanted
from dialer.services.organising.events import Wanted, list_events
from dialer.services.paging import Page
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.store.queries.audience_sql import Condition
from dialer.store.queries.contacts import ContactFilter, conditions
from dialer.store.queries.message_outcomes import UNEXPLAINED
from dialer.store.session import UnitOfWork
from tests.texting import blast

MANY = text(
    """
    INSERT INTO message (organisation_id, id, direction, purpose, blast_id, campaign_id, number, body,
                         encoding, segments, state, attempted_at, created_at)
    SELECT :organisation, uuidv7(), 'outbound', 'blast', :blast, :campaign, n::text, '', 'gsm7',
           1, CASE WHEN n % 500 = 0 THEN 'failed' ELSE 'delivered' END, now() - n * interval '1 s', now()
    FROM generate_series(1, 5000) AS n
    """
)


def test_every_statement_is_planned_for_what_it_is_given(engine: Engine) -> None:
    """A plan kept for all arrays walked through 10,000 numbers for each row: a blast's tenth chunk hung."""
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"


def test_texts_of_a_state_and_the_last_outcomes_come_from_an_index_in_order(ctx: Context) -> None:
    made = blast(ctx, ())
    with ctx.unit() as unit:
        of_it = {"organisation": ctx.organisation_id, "blast": made.id}
        unit.session.execute(MANY, {**of_it, "campaign": made.campaign_id})
        unit.session.execute(text("ANALYZE message"))
        last = _plan(unit, UNEXPLAINED.text, {**of_it, "explained": [30003], "window": 100})
        query = wanted(ctx, unit, MessageSearch(state="failed"))
        assert query is not None
        found = (
            query.order_by(Message.id)
            .limit(51)
            .compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
        )
        failed = _plan(unit, str(found), {})
        unit.session.rollback()
    assert "ix_message_outcome" in last
    assert "ix_message_state" in failed
    assert "Sort" not in last + failed


def _plan(unit: UnitOfWork, statement: str, given: dict[str, Any]) -> str:
    return "\n".join(unit.session.scalars(text(f"EXPLAIN {statement}"), given))


PEOPLE = text(
    """
    INSERT INTO contact (organisation_id, id, tags, custom, created_at, updated_at)
    SELECT :organisation, uuidv7(), CASE WHEN n % 1000 = 0 THEN ARRAY['rare'] ELSE '{}' END, '{}',
        now(), now()
    FROM generate_series(1, 5000) AS n
    """
)
RECORDS = text(
    """
    INSERT INTO voter_record (organisation_id, election_id, contact_id, support)
    SELECT organisation_id, :election, id, 1 FROM contact
    """
)


def test_tags_and_what_goes_with_a_person_are_found_by_index(ctx: Context) -> None:
    with ctx.unit() as unit:
        election = current_election(unit)
        unit.session.execute(PEOPLE, {"organisation": ctx.organisation_id})
        unit.session.execute(RECORDS, {"election": election.id})
        unit.session.execute(text("ANALYZE contact, voter_record"))
        found = (
            select(Contact.id)
            .where(*conditions(ContactFilter(tag="rare")))
            .compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
        )
        tagged = _plan(unit, str(found), {})
        of_one = {"organisation": ctx.organisation_id, "contact": election.id}
        gone = "DELETE FROM voter_record WHERE organisation_id = :organisation AND contact_id = :contact"
        records = _plan(unit, gone, of_one)
        condition = Condition(Tagged(("rare",)), ctx.now)
        of_filter = _plan(unit, f"SELECT c.id FROM contact AS c WHERE {condition.sql}", condition.given)
        unit.session.rollback()
    assert "ix_contact_tags" in tagged
    assert "ix_contact_tags" in of_filter
    assert "pk_voter_record" in records


PAST_EVENTS = text(
    """
    INSERT INTO event (organisation_id, id, kind, title, place, starts_at, ends_at, timezone, taken, waiting,
                       state, created_at)
    SELECT :organisation, uuidv7(), 'phone_bank', 'Ring round', 'The hall', day, day + interval '2 hours',
           'Europe/London', 0, 0, 'planned', :now
    FROM generate_series(1, 2000) AS n,
        LATERAL (SELECT CAST(:now AS timestamptz) - n * interval '8 hours' AS day) AS at
    """
)


def test_what_is_to_come_is_found_without_all_that_was(ctx: Context, engine: Engine) -> None:
    """Pages of people who wait ask for it every few seconds."""
    with ctx.unit() as unit:
        unit.session.execute(PAST_EVENTS, {"organisation": ctx.organisation_id, "now": ctx.now})
        unit.session.execute(text("ANALYZE event"))
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement, given))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert not list_events(ctx, Wanted(since=ctx.now), Page(4)).items
    finally:
        event.remove(engine, "before_cursor_execute", note)
    [(statement, given)] = [one for one in asked if "FROM event" in one[0]]
    with engine.connect() as connection:
        lines = connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {statement}", given).scalars().all()
    plan = "\n".join(lines)
    [condition] = [line for line in lines if "Index Cond" in line and "starts_at" in line]
    assert "starts_at >" in condition, plan
    skipped = [int(line.split(":")[1]) for line in lines if "Rows Removed by Filter" in line]
    assert sum(skipped) < 50, plan
