"""What texts cost is read by whole days and, at the ends of a period, by quarters of an hour."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from dialer.processes import wait_until
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.gotv.figures_check import SPENDING_DAYS, check_counters, mend_counters
from dialer.services.spending import Period, add_up
from dialer.store.queries import counters, spending
from dialer.store.queries.spending import Asked, given_of
from dialer.store.queries.text_spending import NO_CAMPAIGN, Spent, place_of
from tests.plans import tables_walked
from tests.texting import SENDER, campaign

ZONES = {
    "London": "Europe/London",
    "Helsinki": "Europe/Helsinki",
    "Kathmandu": "Asia/Kathmandu",
    "St John’s": "America/St_Johns",
    "Kiritimati": "Pacific/Kiritimati",
    "Havana": "America/Havana",  # clocks go forward at midnight
}
FIRST = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
DAYS = 5
"""In them Cuba and Newfoundland put their clocks forward."""
HOURS = 3


def spent_all_along(ctx: Context) -> dict[str | None, list[tuple[dt.datetime, int]]]:
    """A text, or two, and so on, every few hours in campaigns of each zone, and in none; by the campaign's
    name, when how many were sent.
    """
    places: dict[str | None, uuid.UUID] = {
        name: campaign(ctx, name=name, timezone=zone).id for name, zone in ZONES.items()
    }
    places[None] = NO_CAMPAIGN
    moments = [FIRST + dt.timedelta(hours=HOURS * nth, minutes=50) for nth in range(24 * DAYS // HOURS)]
    found: dict[str | None, list[tuple[dt.datetime, int]]] = {}
    with ctx.unit() as unit:
        for name, campaign_id in places.items():
            found[name] = [(at, 1 + nth) for nth, at in enumerate(moments)]
            for at, texts in found[name]:
                place = place_of(campaign_id, SENDER, "GBP", at)
                amount = Spent(texts, 2 * texts, texts * Decimal("0.04"), texts * Decimal("0.05"))
                counters.bump_spending(unit, [(place, amount)])
    return found


def within(sent: list[tuple[dt.datetime, int]], zone: str, period: Period) -> tuple[int, dt.date, dt.date]:
    """How many were sent in a period by a clock, and on which days the first and the last of them."""
    dated = [(at.astimezone(ZoneInfo(zone)).date(), texts) for at, texts in sent]
    first, last = period.first or dt.date.min, period.last or dt.date.max
    inside = [(day, texts) for day, texts in dated if first <= day <= last]
    return sum(texts for _, texts in inside), inside[0][0], inside[-1][0]


def test_every_period_is_what_was_sent_in_it_by_each_campaigns_clock(ctx: Context) -> None:
    sent = spent_all_along(ctx)
    ends = [None, *(FIRST.date() + dt.timedelta(days=day) for day in range(DAYS))]
    periods = [Period(a, b) for a in ends for b in ends if a is None or b is None or a <= b]
    assert len(periods) > 20
    for period in periods:
        lines = {line.campaign: line for line in add_up(ctx, period).lines}
        assert lines.keys() == sent.keys(), period
        for name, line in lines.items():
            zone = "Europe/London" if name is None else ZONES[name]
            texts, first, last = within(sent[name], zone, period)
            assert (line.count, line.units, line.first_day, line.last_day) == (texts, 2 * texts, first, last)
            assert (line.reckoned, line.cost) == (texts * Decimal("0.04"), texts * Decimal("0.05"))


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE text_spending_day SET cost = cost + 1, texts = texts - 1",
        "DELETE FROM text_spending_day",
        "UPDATE text_spending_day SET last_quarter = first_quarter - interval '1 hour'",
    ],
)
def test_days_that_are_not_what_their_quarters_are_found_and_mended(ctx: Context, wrong: str) -> None:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    of = campaign(ctx, name="Aber").id
    with ctx.unit() as unit:
        for minutes in (0, 30, 60 * 24):
            place = place_of(of, SENDER, "GBP", FIRST + dt.timedelta(minutes=minutes))
            counters.bump_spending(unit, [(place, Spent(3, 3, Decimal("0.12"), Decimal("0.15")))])
    right = add_up(ctx, Period()).lines
    assert days_apart(system) == 0
    with ctx.unit() as unit:
        unit.session.execute(text(wrong))
    assert add_up(ctx, Period()).lines != right
    with ctx.unit() as unit:  # no text stands behind these quarters, so only their days are mended here
        counters.text_spending.mend_days(unit.session, unit.organisation_id, counters.STRIPES)
    assert add_up(ctx, Period()).lines == right
    assert days_apart(system) == 0
    mend_counters(system)
    assert add_up(ctx, Period()).lines == []
    assert check_counters(system) == []


def test_they_are_mended_beside_a_blast_and_neither_waits_for_the_other(ctx: Context, engine: Engine) -> None:
    """Who sends counts first and adds to the day then: whoever mends has no day while waiting for a count."""
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    of = campaign(ctx, name="Aber").id
    with ctx.unit() as unit:
        counters.bump(unit, "campaign", of, "attempts", 5)
        place = place_of(of, SENDER, "GBP", FIRST)
        counters.bump_spending(unit, [(place, Spent(3, 3, Decimal("0.12"), Decimal("0.15")))])
    with ctx.unit() as unit:
        unit.session.execute(text("UPDATE text_spending_day SET texts = texts - 1"))
    with engine.connect() as sending, ThreadPoolExecutor(1) as pool:
        sending.execute(text("LOCK TABLE counter IN SHARE MODE"))
        mending = pool.submit(mend_counters, system)
        assert wait_until(lambda: _waits_for_counters(engine), 20)
        sending.execute(text("SET LOCAL lock_timeout = '700ms'"))
        sending.execute(text("LOCK TABLE text_spending_day IN SHARE MODE"))
        sending.commit()
        assert SPENDING_DAYS in {fault.scope for fault in mending.result(20)}
    assert check_counters(system) == []


def _waits_for_counters(engine: Engine) -> bool:
    waits = """
        SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
        WHERE d.datname = current_database() AND relation = 'counter'::regclass AND NOT granted
    """
    with engine.connect() as looking:
        return bool(looking.scalar(text(waits)))


def days_apart(system: Context) -> int:
    return sum(fault.scope == SPENDING_DAYS for fault in check_counters(system))


def test_no_quarter_is_read_but_those_at_the_ends(ctx: Context) -> None:
    """Whatever the planner thinks of the ends, which it can't know."""
    of = campaign(ctx, name="Aber").id
    with ctx.unit() as unit:
        unit.session.execute(
            text(
                """
                INSERT INTO text_spending (organisation_id, campaign_id, sender, currency, quarter, stripe,
                                           texts, segments, reckoned, cost)
                SELECT :organisation, :campaign, '+442079460000', 'GBP',
                       timestamptz '2026-03-01 00:00Z' + n * interval '15 minutes', 0, 1, 1, 0.04, 0.04
                FROM generate_series(1, 3000) AS n
                """
            ),
            {"organisation": ctx.organisation_id, "campaign": of},
        )
        counters.text_spending.mend_days(unit.session, unit.organisation_id, counters.STRIPES)
        unit.session.execute(text("ANALYZE text_spending, text_spending_day"))
    with ctx.unit() as unit:
        asked = Asked(None, dt.date(2026, 3, 3), dt.date(2026, 3, 20), "Europe/London")
        explained = unit.session.execute(
            text(f"EXPLAIN (FORMAT JSON) {spending.LINES.text}"), given_of(ctx.organisation_id, asked)
        )
        plan = explained.scalar_one()[0]["Plan"]
    assert "text_spending" not in set(tables_walked(plan))
