"""What is done about answering machines: rules that need no telephone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dialer.domain.answering_machine import (
    DROP_REST,
    DropFacts,
    MachineRules,
    no_message,
    plays_now,
    rules_of,
    stored_rules,
    verdict,
)

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
ON = MachineRules(True, "a sound", "Carys", NOW.isoformat())
FINE = DropFacts(stopped=False, barred=False, quiet=False, had_here=False, had_at=None)


@pytest.mark.parametrize(
    ("word", "machine"),
    [("human", False), ("unknown", None), ("machine_start", True), ("machine_end_beep", True), ("fax", True)],
)
def test_what_the_carrier_cant_tell_is_neither(word: str, machine: bool | None) -> None:
    assert verdict(word) is machine


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (FINE, None),
        (replace(FINE, stopped=True), "stopped"),
        (replace(FINE, barred=True), "barred"),
        (replace(FINE, quiet=True), "quiet_hours"),
        (replace(FINE, had_here=True, had_at=NOW - dt.timedelta(days=400)), "had_one"),
        (replace(FINE, had_at=NOW - DROP_REST + dt.timedelta(seconds=1)), "had_another"),
        (replace(FINE, had_at=NOW - DROP_REST), None),
    ],
)
def test_who_gets_no_message(facts: DropFacts, reason: str | None) -> None:
    assert no_message(ON, facts, NOW) == reason


def test_a_message_that_nobody_answers_for_is_none() -> None:
    assert no_message(replace(ON, confirmed_at=None), FINE, NOW) == "no_message"
    assert no_message(rules_of({}), FINE, NOW) == "no_message"
    assert rules_of(stored_rules(ON)) == ON
    assert stored_rules(rules_of({})) == {}


@pytest.mark.parametrize(
    ("request_", "answered_by", "detects", "plays"),
    [
        (0, None, False, True),
        (0, None, True, False),
        (2, None, True, False),
        (3, None, True, True),
        (0, "machine_end_beep", True, True),
    ],
)
def test_it_follows_the_beep_where_somebody_listens(
    request_: int, answered_by: str | None, detects: bool, plays: bool
) -> None:
    assert plays_now(request_, answered_by, detects=detects) is plays
