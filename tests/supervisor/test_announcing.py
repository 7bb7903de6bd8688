"""What the start says on standard output is for programs; whoever sits at a terminal reads a line more."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.cli.demo import WHOSE_LINKS
from dialer.services.demo import DemoLinks
from dialer.settings import load_settings
from dialer.supervisor.__main__ import announce

READY = "dialer ready on http://127.0.0.1:8099"


@pytest.mark.parametrize("at_terminal", [True, False])
@pytest.mark.parametrize("demo", [True, False])
def test_the_links_follow_the_ready_line_at_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, *, demo: bool, at_terminal: bool
) -> None:
    links = DemoLinks("http://example.org/c", "http://example.org/v") if demo else None
    announce(load_settings({"DIALER_BIND": "127.0.0.1:8099"}, tmp_path), links, at_terminal=at_terminal)
    said = capsys.readouterr()
    lines = ["sign in: http://example.org/c", "sign in: http://example.org/v"] if demo else []
    assert said.out.splitlines() == [READY, *lines]
    assert said.err.splitlines() == ([WHOSE_LINKS] if demo and at_terminal else [])
