"""A long list is queued at a cost that grows with it alone, whatever the planner takes the tables for: it
believes them empty where many rows were deleted, counted and written again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, text

from dialer.services.calling.call_policy import PolicyFields, call_policy, change_call_policy
from dialer.services.calling.campaigns import CampaignFields, activate_campaign, create_campaign
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.context import Context
from dialer.store.models.people import ContactList
from dialer.store.models.queue import QueueEntry
from dialer.store.queries.planner import make_known
from dialer.store.session import UnitFactory
from tests.phone_bank import Voter, add_voters, running_campaign

PEOPLE = 1_500
"""With the tables taken for empty each pair of them was looked at: that took longer than a statement may."""
TABLES = ("campaign_list", "contact", "contact_phone", "contact_progress", "list_member", "queue_entry")
_ROWS = text("SELECT reltuples FROM pg_class WHERE relname = :table")


def take_for(units: UnitFactory, rows: int, *tables: str) -> None:
    """Have the planner believe that there are so many rows on the pages of these tables."""
    with units.read() as unit:
        believe = text("UPDATE pg_class SET relpages = 40, reltuples = :rows WHERE relname = ANY (:tables)")
        unit.session.execute(believe, {"rows": rows, "tables": list(tables)})


@pytest.fixture(autouse=True)
def seen_again(units: UnitFactory) -> Iterator[None]:
    """Other tests meet the tables as they are."""
    yield
    with units.read() as unit:
        unit.session.execute(text(f"ANALYZE {', '.join(TABLES)}"))


@pytest.fixture
def voters() -> list[Voter]:
    """Many people, every tenth on the number of the one before."""
    return [Voter(f"V{nth}", [f"+44163296{nth - (nth % 10 == 9):04}"]) for nth in range(PEOPLE)]


def waiting(ctx: Context, campaign_id: uuid.UUID) -> int:
    with ctx.unit() as unit:
        query = select(func.count()).select_from(QueueEntry).where(QueueEntry.campaign_id == campaign_id)
        return unit.session.scalar(query) or 0


def test_a_campaign_starts_though_the_tables_are_taken_for_empty(
    ctx: Context, units: UnitFactory, voters: list[Voter]
) -> None:
    listed = add_voters(ctx, voters)
    made = create_campaign(ctx, CampaignFields(name="Long", kind="phone_bank", list_ids=[listed]))
    change_call_policy(ctx, made.id, PolicyFields(points={"pledged": 2, "never_reached": 1}))
    take_for(units, 0, *TABLES)
    assert activate_campaign(ctx, made.id).state == "active"
    assert waiting(ctx, made.id) == PEOPLE * 9 // 10
    change_call_policy(ctx, made.id, PolicyFields(home_language="cy"))
    assert not call_policy(ctx, made.id).being_ordered


def test_a_list_comes_into_a_running_campaign_though_the_tables_are_taken_for_empty(
    ctx: Context, units: UnitFactory, voters: list[Voter]
) -> None:
    made = running_campaign(ctx, voters[:1])
    listed = add_voters(ctx, voters[10:])
    with ctx.unit() as unit:
        first = unit.session.scalar(select(ContactList.id).where(ContactList.id != listed))
        moved = text("UPDATE list_member SET list_id = :first WHERE list_id = :listed")
        unit.session.execute(moved, {"first": first, "listed": listed})
    take_for(units, 0, *TABLES)
    with ctx.unit() as unit:
        sync_queues(unit, now=ctx.now, contact_ids=[one.id for one in voters])
    assert waiting(ctx, made.id) == 1 + (PEOPLE - 10) * 9 // 10


@pytest.mark.parametrize(
    ("rows", "least", "is_looked_at"), [(0, 60, True), (0, 40, False), (10_000_000, 60, False)]
)
def test_only_a_table_that_is_taken_for_too_small_is_looked_at(
    ctx: Context, units: UnitFactory, voters: list[Voter], *, rows: int, least: int, is_looked_at: bool
) -> None:
    add_voters(ctx, voters[:100])
    take_for(units, rows, "contact", "list_member")
    with ctx.unit() as unit:
        make_known(unit, least, "contact")
        found = {table: unit.session.scalar(_ROWS, {"table": table}) for table in ("contact", "list_member")}
    assert (found["contact"] != rows) is is_looked_at
    assert found["list_member"] == rows, "nobody asked about that one"
