"""`dialer pacer`: rings people for the volunteers of dialled campaigns."""

from __future__ import annotations

import argparse

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import require_database
from dialer.cli.pidfile import pid_file
from dialer.domain.access import Permission
from dialer.settings import Settings
from workers.pacer import run_pacer


def run(_options: argparse.Namespace, settings: Settings) -> Outcome:
    require_database(settings)
    with pid_file(settings.run_dir, "pacer"):
        run_pacer(settings)
    return Outcome({})


COMMAND = Command("pacer", "ring people for dialled campaigns", Permission.SYSTEM_RUN, run)
