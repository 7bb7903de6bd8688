"""What of an old campaign a new one may take along: how it is run, never what came of it.

Every column of a campaign is named here, so that a new one can't be forgotten (a test compares them).
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """What may be chosen to come along."""

    SCRIPT = "script"
    """The script itself, in all its languages: words that are changed later change in both."""
    HOURS = "hours"
    NUMBERS = "numbers"
    CALLING = "calling"
    """How and how often people are called, who comes next, to whom they may be put through."""
    ANSWERS = "answers"
    """What replies by text mean, with the tags that they set."""
    GOALS = "goals"
    BUDGET = "budget"
    CANNED_REPLIES = "canned_replies"
    TEMPLATES = "templates"
    LISTS = "lists"


USUAL: Final = frozenset(Part) - {Part.LISTS}
"""What comes along where nothing is said: the people of the old campaign don't."""

ALWAYS: Final = frozenset(
    {
        "kind",
        "team_id",
        "sender_names",
        "election_material",
        "imprint",
        "imprint_url",
        "imprint_added",
        "approved_words_only",
        "recontact_after_s",
        "require_consent_sms",
        "require_consent_email",
    }
)
"""Columns that always come along: who sends, what the law asks to be said, and whom it protects. Left behind
by a slip, they would be missed only when somebody complains.
"""
NEVER: Final = frozenset(
    {
        "organisation_id",
        "id",
        "name",
        "election_id",
        "state",
        "pause_reason",
        "imprint_code",
        "spent",
        "answer_hours",
        "order_after",
        "fill_through",
        "fill_since",
        "recording",
        "recording_days",
        "recording_lawful_by",
        "recording_lawful_at",
        "created_at",
        "activated_at",
        "ended_at",
    }
)
"""Columns that never do: what came of the old one, and what somebody said was lawful for its people alone.
The new one belongs to the current election.
"""
BY_PART: Final = {
    Part.SCRIPT: frozenset({"script_id"}),
    Part.HOURS: frozenset({"timezone", "quiet_start", "quiet_end", "quiet_hours_email"}),
    Part.NUMBERS: frozenset({"caller_ids", "senders"}),
    Part.CALLING: frozenset(
        {
            "dialing_mode",
            "max_attempts",
            "retry_after_s",
            "assignment_timeout_s",
            "abandoned_rate_max",
            "call_policy",
            "transfer_numbers",
            "answering_machines",
        }
    ),
    Part.ANSWERS: frozenset({"text_answers"}),
    Part.GOALS: frozenset({"knock_up_support_max", "talks_goal", "leaderboard"}),
    Part.BUDGET: frozenset({"cost_cap", "cost_currency"}),
    Part.CANNED_REPLIES: frozenset[str](),
    Part.TEMPLATES: frozenset[str](),
    Part.LISTS: frozenset[str](),
}
"""Columns that come along with a part; the last three are rows of their own."""

TABLES: Final = {
    "canned_reply": Part.CANNED_REPLIES,
    "text_template": Part.TEMPLATES,
    "campaign_list": Part.LISTS,
}
"""The tables of things that belong to a campaign and may come along; of all others nothing does."""


def columns_taken(parts: Collection[Part]) -> frozenset[str]:
    """The columns that come along with these parts."""
    return ALWAYS.union(*(BY_PART[part] for part in parts))
