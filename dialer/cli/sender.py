"""`dialer sender`: where texts come from, and how fast each may send."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.texting import EMAIL, SENDER_KINDS
from dialer.services.context import Context
from dialer.services.messaging import sender_settings
from dialer.services.messaging.handing_over import hand_over, move_some
from dialer.services.messaging.sender_health import Fared, sender_health
from dialer.services.messaging.sender_settings import NewSender
from dialer.services.messaging.views import SenderView
from dialer.services.paging import Page
from dialer.settings import Settings

MOST = 1000
_PICTURES: Final = {"yes": True, "no": False, "usual": None, None: None}


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """List the senders, or set what is given for one."""
    if (options.hand_over or options.health) and options.address is None:
        options.parser.error("--hand-over and --health need the sender")
    with system_context(settings) as ctx:
        if options.address is None:
            found = sender_settings.list_senders(ctx, Page(MOST)).items
            unused = sender_settings.unused_senders(ctx)
            words = [f"{one}  named by {', '.join(names)}, nothing sent yet" for one, names in unused.items()]
            data = {"senders": [asdict(one) for one in found], "unused": unused}
            return Outcome(data, "\n".join([*map(_line, found), *words]))
        if options.hand_over:
            return _handed_over(ctx, options.address)
        if options.health:
            return _health(ctx, options.address)
        wanted = NewSender(options.address, options.kind, options.rate or None, _PICTURES[options.pictures])
        view, _ = sender_settings.add_sender(ctx, wanted)
        taken_back = {"rate_per_s": options.rate == 0, "pictures": options.pictures == "usual"}
        if any(taken_back.values()):
            fields = {name: None for name, is_so in taken_back.items() if is_so}
            view = sender_settings.change_sender(ctx, view.id, fields)
    return Outcome(asdict(view), _lines([view]))


def _handed_over(ctx: Context, address: str) -> Outcome:
    """Give its texts away, and do it at once: no worker need be there."""
    told = hand_over(ctx, _id_of(ctx, address))
    while move_some(ctx):
        pass
    what = "emails" if "@" in address else "texts"
    words = f"{told.texts} {what} of {told.blasts} blasts go out from their other senders"
    if told.in_conversation:
        words += f", {told.in_conversation} of them to people who have written with this one"
    if waiting := told.staying + told.singles:
        words += f"; {waiting} have no other and wait"
    return Outcome(asdict(told), words)


def _health(ctx: Context, address: str) -> Outcome:
    """How it fares, a line a day."""
    found = sender_health(ctx, _id_of(ctx, address))
    what = "emails" if "@" in address else "texts"
    lines = [f"since {found.since}: {_fared(found.whole, what)}"]
    lines += [f"{day}: {_fared(one, what)}" for day, one in found.days]
    lines += [f"code {code or 'none'}: {count}" for code, count in found.codes]
    if found.sender.pause_reason is not None:
        until = found.sender.tries_again_at
        again = f", tries again at {until:%Y-%m-%dT%H:%MZ}" if until else ""
        lines.append(f"stopped: {found.sender.pause_reason}{again}")
    data = {"address": address, "days": [{"day": day, **asdict(one)} for day, one in found.days]}
    return Outcome({**data, "codes": dict(found.codes)}, "\n".join(lines))


def _fared(one: Fared, what: str) -> str:
    rate = "nothing heard yet" if one.rate is None else f"{one.rate:.1%} delivered"
    return f"{one.texts} {what}, {rate}, {one.replies} replies, {one.opt_outs} of them noes"


def _id_of(ctx: Context, address: str) -> uuid.UUID:
    known = {one.address: one.id for one in sender_settings.list_senders(ctx, Page(MOST)).items}
    if address not in known:
        raise NotFound(f"There is no sender {address}.")
    return known[address]


def _lines(views: Sequence[SenderView]) -> str:
    return "\n".join(_line(view) for view in views)


def _line(view: SenderView) -> str:
    what = "emails" if view.kind == EMAIL else "segments"
    return f"{view.address}  {view.kind}  {view.effective_rate_per_s:g} {what} a second"


def rate(text: str) -> float:
    """Segments, or emails, a second; 0 takes back what was set."""
    number = float(text)
    if not 0 <= number <= 10_000:
        raise argparse.ArgumentTypeError("0 to 10000 expected")
    return number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(parser=parser)
    parser.add_argument("address", nargs="?", help="number, short code, MG…, name or email; without it all")
    parser.add_argument("--kind", choices=SENDER_KINDS, help="that a long code is 10dlc")
    parser.add_argument("--hand-over", action="store_true", help="a stopped one’s texts to others")
    parser.add_argument("--health", action="store_true", help="what became of its texts, by day")
    parser.add_argument(
        "--pictures", choices=("yes", "no", "usual"), help="whether pictures go with its texts"
    )
    parser.add_argument("--rate", type=rate, help="segments, or emails, a second; 0 is what its kind may")


COMMAND = Command(
    "sender", "show senders, and set how fast one may send", Permission.SENDER_MANAGE, run, add_arguments
)
