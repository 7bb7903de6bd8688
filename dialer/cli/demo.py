"""`dialer demo`: the demo campaign, and links that sign in to it."""

from __future__ import annotations

import argparse
from typing import Final

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.clock import utc_now
from dialer.domain.access import Permission
from dialer.services.demo import DemoLinks, start_demo
from dialer.settings import Settings

WHOSE_LINKS: Final = (
    "Open the first link to see the demo as its coordinator, who sets it up and watches it; open the second "
    "as a volunteer, who makes its calls, in another browser, a private window or on a phone."
)
"""What people read after the links; programs take the lines before."""


def run(_options: argparse.Namespace, settings: Settings) -> Outcome:
    with system_context(settings) as ctx:
        links = start_demo(ctx, utc_now)
    if links is None:
        said = "this database has data of its own; a demo wants an empty one (another DIALER_DATA_DIR)"
        return Outcome({"detail": said}, said, failed=True)
    data = {"coordinator": links.coordinator, "volunteer": links.volunteer}
    return Outcome(data, "\n".join([*sign_in_lines(links), WHOSE_LINKS]))


def sign_in_lines(links: DemoLinks) -> list[str]:
    """The links as `scripts/run` prints them: the coordinator's first, then the volunteer's."""
    return [f"sign in: {links.coordinator}", f"sign in: {links.volunteer}"]


COMMAND = Command("demo", "make the demo campaign and print sign-in links", Permission.SYSTEM_RUN, run)
