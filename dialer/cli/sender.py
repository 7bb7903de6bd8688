"""`dialer sender`: where texts come from, and how fast each may send."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.domain.access import Permission
from dialer.domain.texting import SENDER_KINDS
from dialer.services.messaging import sender_settings
from dialer.services.messaging.sender_settings import NewSender
from dialer.services.messaging.views import SenderView
from dialer.services.paging import Page
from dialer.settings import Settings

MOST = 1000


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """List the senders, or set what is given for one."""
    with system_context(settings) as ctx:
        if options.address is None:
            found = sender_settings.list_senders(ctx, Page(MOST)).items
            return Outcome({"senders": [dataclasses.asdict(one) for one in found]}, _lines(found))
        wanted = NewSender(options.address, options.kind, options.rate or None)
        view, _ = sender_settings.add_sender(ctx, wanted)
        if options.rate == 0:
            view = sender_settings.change_sender(ctx, view.id, {"rate_per_s": None})
    return Outcome(dataclasses.asdict(view), _lines([view]))


def _lines(views: Sequence[SenderView]) -> str:
    return "\n".join(_line(view) for view in views)


def _line(view: SenderView) -> str:
    return f"{view.address}  {view.kind}  {view.effective_rate_per_s:g} segments a second"


def rate(text: str) -> float:
    """Segments a second; 0 takes back what was set."""
    number = float(text)
    if not 0 <= number <= 10_000:
        raise argparse.ArgumentTypeError("0 to 10000 expected")
    return number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", nargs="?", help="number, short code, MG… or name; without it all")
    parser.add_argument("--kind", choices=SENDER_KINDS, help="that a long code is 10dlc")
    parser.add_argument("--rate", type=rate, help="segments a second; 0 is what its kind may")


COMMAND = Command(
    "sender", "show senders, and set how fast one may send", Permission.SENDER_MANAGE, run, add_arguments
)
