"""What of a campaign comes along into a new one: every column and table says so."""

from __future__ import annotations

from itertools import combinations

from dialer.domain.campaign_copy import ALWAYS, BY_PART, NEVER, TABLES, USUAL, Part, columns_taken
from dialer.store.models import Base
from dialer.store.models.calling import Campaign

RESULTS_OF_A_CAMPAIGN = {
    "account_campaign",
    "assignment",
    "blast",
    "call",
    "campaign_minute",
    "contact_progress",
    "conversation",
    "event",
    "export",
    "help_request",
    "join_link",
    "knock_up_walk",
    "link",
    "look_up_batch",
    "message",
    "numbers_left",
    "pacer_lease",
    "pacing_event",
    "pledge",
    "queue_entry",
    "recording",
    "result",
    "sender_hour",
    "shift",
    "supervision",
    "text_answer",
    "text_spending",
    "text_spending_day",
    "transfer",
    "canvass_walk",
    "door_result",
    "voicemail_drop",
}
"""The tables of what came of a campaign, or belongs to its people: nothing of them comes along."""


def test_each_column_of_a_campaign_is_named_once_as_copied_or_not() -> None:
    """A new column belongs to a part, or stands in ALWAYS or NEVER of `domain/campaign_copy.py`."""
    groups = [ALWAYS, NEVER, *BY_PART.values()]
    assert frozenset().union(*groups) == {column.name for column in Campaign.__table__.columns}
    for one, other in combinations(groups, 2):
        assert not one & other


def test_each_table_that_belongs_to_campaigns_is_named_as_copied_or_not() -> None:
    of_campaigns = {table.name for table in Base.metadata.sorted_tables if "campaign_id" in table.columns}
    assert of_campaigns == TABLES.keys() | RESULTS_OF_A_CAMPAIGN


def test_every_part_says_what_it_brings_and_people_come_only_when_asked_for() -> None:
    assert BY_PART.keys() == set(Part)
    assert all(BY_PART[part] or part in TABLES.values() for part in Part)
    assert set(Part) - USUAL == {Part.LISTS}
    assert columns_taken(()) == ALWAYS
    assert columns_taken(Part) == ALWAYS.union(*BY_PART.values())
