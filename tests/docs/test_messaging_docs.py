"""The table of rules for inbound texts names every rule, and its examples fall where it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialer.domain.inbound_rules import WHYS
from dialer.domain.inbound_text import classify
from dialer.domain.message_gate import SKIP_REASONS

MESSAGING = (Path(__file__).parents[2] / "docs" / "messaging.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.*?) \|$", MESSAGING, re.MULTILINE)
NEEDS_MORE = {"footer_keyword", "yes_after_opt_out", "answers_no"}
"""What we sent before, or what was said before, belongs to these."""


def test_every_rule_is_there_with_its_reason():
    assert {name: why for name, _, why, _ in ROWS} == WHYS


@pytest.mark.parametrize(("name", "classes", "_why", "examples"), ROWS)
def test_its_examples_fall_where_it_says(name: str, classes: str, _why: str, examples: str):
    if name in NEEDS_MORE:
        return
    for text in re.findall(r"“((?:[^“”]|“[^”]*”)+)”", examples):
        found = classify(text.replace(" ⏎ ", "\n"))
        assert found.rule == name
        assert f"`{found.klass}`" in classes


def test_every_reason_to_leave_somebody_out_is_there():
    table = MESSAGING[: MESSAGING.index("## Texts to us")]
    assert set(re.findall(r"`([a-z_]+)`(?=[, `a-z_]*\|)", table)) >= set(SKIP_REASONS)
