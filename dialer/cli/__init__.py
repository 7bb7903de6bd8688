"""The `dialer` command.

Exit codes: 0 done, 1 failed, 2 wrong usage. `--json` prints one JSON object, on success and on failure.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from dialer.cli.command import Command, Outcome
from dialer.domain.errors import RuleBroken
from dialer.logs import configure_logs
from dialer.settings import Settings, SettingsError, completed, load_settings

VERBS: Final[dict[str, str]] = {
    "serve": "dialer.cli.serve",
    "live": "dialer.cli.live",
    "worker": "dialer.cli.worker",
    "cron": "dialer.cli.cron",
    "pacer": "dialer.cli.pacer",
    "carrier": "dialer.cli.carrier",
    "migrate": "dialer.cli.migrate",
    "demo": "dialer.cli.demo",
    "doctor": "dialer.cli.doctor",
    "token": "dialer.cli.token",
    "sender": "dialer.cli.sender",
    "look-up": "dialer.cli.look_up",
    "blast": "dialer.cli.blast",
    "pause-all": "dialer.cli.pause_all",
    "import": "dialer.cli.import_",
    "export": "dialer.cli.export",
}
"""Where each verb's `COMMAND` is; only the one that is called is imported."""

DONE, FAILED, WRONG_USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)  # what we write is about people
    parser = build_parser(arguments)
    options = parser.parse_args(arguments)
    command: Command = options.command
    try:
        settings = completed(load_settings(os.environ, Path.cwd()))
        configure_logs(settings.log_level, command.name)
        outcome = command.run(options, settings)
    except KeyboardInterrupt:
        outcome = Outcome({"detail": "interrupted"}, "interrupted", failed=True)
    except (SettingsError, RuleBroken, SQLAlchemyError, OSError) as error:
        said = in_words(error)
        outcome = Outcome({**for_programs(error), "detail": said}, said, failed=True)
    return report(outcome, as_json=options.json)


def in_words(error: Exception) -> str:
    """What an error says, with the place of each fault where it has several."""
    faults = error.errors if isinstance(error, RuleBroken) else []
    said = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults) or str(error)
    return said.strip().split("\n", 1)[0]


def for_programs(error: Exception) -> dict[str, object]:
    """What a refusal tells beside its words: which it is, and the facts that it has in the API."""
    return {"problem": error.slug, **error.extra} if isinstance(error, RuleBroken) else {}


def _as_json(value: object) -> str:
    """What JSON has no kind of: times as the API writes them, in UTC."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def report(outcome: Outcome, *, as_json: bool) -> int:
    """Print what came of it: the object, or the words, which go to standard error where it failed."""
    stream = sys.stderr if outcome.failed and not as_json else sys.stdout
    if as_json:
        print(json.dumps({"ok": not outcome.failed, **outcome.data}, default=_as_json), file=stream)
    elif outcome.text:
        short = outcome.failed and "\n" not in outcome.text
        print(f"dialer: {outcome.text}" if short else outcome.text, file=stream)
    return FAILED if outcome.failed else DONE


def build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for these arguments: with the one verb they name, or with all of them for help."""
    parser = argparse.ArgumentParser(prog="dialer", description="Phone banks and getting out the vote.")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    named = next((word for word in arguments if not word.startswith("-")), None)
    for verb in [named] if named in VERBS else VERBS:
        command = load(verb)
        added = verbs.add_parser(verb, help=command.about, description=command.about)
        added.add_argument("--json", action="store_true", help="print one JSON object")
        added.set_defaults(command=command)
        command.add_arguments(added)
    return parser


def load(verb: str) -> Command:
    """The command behind a verb."""
    command: Command = importlib.import_module(VERBS[verb]).COMMAND
    return command


__all__ = ["VERBS", "Settings", "build_parser", "load", "main"]
