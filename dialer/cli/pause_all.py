"""`dialer pause-all`: stop everything, with neither web nor queue; `--resume` lets it go on."""

from __future__ import annotations

import argparse

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.domain.access import Permission
from dialer.services.calling import pause_all
from dialer.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    with system_context(settings) as ctx:
        if options.resume:
            pause_all.resume_all(ctx)
            return Outcome({"paused": False}, "everything goes on that was not paused for itself")
        pause_all.pause_all(ctx, options.reason)
    return Outcome({"paused": True}, "everything is paused; conversations under way end normally")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="from the command line", help="why, for the audit log")
    parser.add_argument("--resume", action="store_true", help="let everything go on again")


COMMAND = Command(
    "pause-all", "stop every call and text at once", Permission.ORGANISATION_PAUSE, run, add_arguments
)
