"""`dialer cron`: what is done at intervals."""

from __future__ import annotations

import argparse

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import require_database
from dialer.cli.pidfile import pid_file
from dialer.domain.access import Permission
from dialer.settings import Settings
from workers.cron import run_cron


def run(_options: argparse.Namespace, settings: Settings) -> Outcome:
    require_database(settings)
    with pid_file(settings.run_dir, "cron"):
        run_cron(settings)
    return Outcome({})


COMMAND = Command("cron", "do what is due at intervals", Permission.SYSTEM_RUN, run)
