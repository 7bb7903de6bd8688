"""`dialer worker`: work from the queues."""

from __future__ import annotations

import argparse
import re

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import require_database
from dialer.cli.pidfile import free_worker_name, pid_file
from dialer.domain.access import Permission
from dialer.settings import Settings
from workers.main import run_worker


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    require_database(settings)
    name = options.name or free_worker_name(settings.run_dir)
    with pid_file(settings.run_dir, name):
        stopped = run_worker(settings, name)
    return Outcome({"stopped": stopped}, "" if stopped else "the queue went away", failed=not stopped)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", type=_name, help="worker-1, worker-2 …; the first free one when not given")


def _name(text: str) -> str:
    if not re.fullmatch(r"worker-[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError("worker- and a number expected")
    return text


COMMAND = Command("worker", "do background work", Permission.SYSTEM_RUN, run, add_arguments)
