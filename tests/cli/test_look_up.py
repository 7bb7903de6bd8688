"""`dialer look-up`: the cost first, then the batch with the number typed, and how far it is."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from dialer.cli import main
from dialer.services.context import Context
from dialer.services.messaging.look_up_run import run_look_ups
from dialer.settings import Settings
from tests.services.messaging.test_look_ups import Directory
from tests.texting import listed, people, system


class Shell:
    """`shell("list")` is what the command printed as JSON; `shell.code` how it ended."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.code = -1

    def __call__(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.say(*words, "--json"))
        return found

    def say(self, *words: str) -> str:
        self.code = main(["look-up", *words])
        read = self._capsys.readouterr()
        return read.out or read.err


@pytest.fixture
def shell(at_home: Settings, ctx: Context, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def test_the_cost_is_seen_then_asked_for_and_followed(shell: Shell, ctx: Context) -> None:
    of = ("--list", str(listed(ctx, people(ctx, 3))), "--all")
    seen = shell("estimate", *of)
    assert (seen["numbers"], seen["cost"]) == (3, {"amount": "0.0240", "currency": "GBP"})
    assert "begin with --expected-numbers 3" in shell.say("estimate", *of)
    refused = shell("begin", *of, "--expected-numbers", "2")
    assert (shell.code, refused["ok"]) == (1, False)
    begun = shell("begin", *of, "--expected-numbers", "3")
    assert (shell.code, begun["state"], begun["numbers"]) == (0, "queued", 3)
    assert shell("stop", begun["id"])["state"] == "stopped"
    assert "stopped (by_hand)" in shell.say("list")
    assert shell("resume", begun["id"])["state"] == "queued"
    run_look_ups(system(ctx), Directory(), lambda: ctx.now, uuid.UUID(begun["id"]))  # type: ignore[arg-type]
    done = shell("status", begun["id"])
    assert (done["state"], done["known"] + done["failed"], done["asked"]) == ("completed", 3, 3)
    assert sum(one["count"] for one in done["found"]) + len(done["failures"]) == 3
    assert "completed" in shell.say("status", begun["id"])
    assert shell("list")["look_ups"][0]["id"] == begun["id"]


def test_what_is_not_there_is_said(shell: Shell) -> None:
    nobody = str(uuid.uuid4())
    assert shell("status", nobody)["ok"] is False
    assert shell.code == 1
    assert shell("estimate", "--list", nobody)["ok"] is False


@pytest.mark.parametrize(
    "words", [("estimate",), ("begin", "--list", str(uuid.UUID(int=1))), ("status", "nothing"), ()]
)
def test_what_is_missing_or_no_id_is_refused(shell: Shell, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        shell.say(*words)
    assert caught.value.code == 2
