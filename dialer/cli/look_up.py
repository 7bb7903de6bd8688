"""`dialer look-up`: asking the carrier what kind of lines numbers are, seen with the cost first."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, Final

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.domain.access import Permission
from dialer.domain.look_up import Which
from dialer.services.context import Context
from dialer.services.messaging import look_ups as deeds
from dialer.services.messaging.look_ups import FailedLookUp, LookUpPreview, LookUpView, Wanted
from dialer.services.paging import Page
from dialer.settings import Settings

AT_ONCE: Final = 500
Deed = Callable[[Context, argparse.Namespace], Outcome]


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """Do what the action says."""
    with system_context(settings) as ctx:
        return DEEDS[options.action](ctx, options)


def estimate(ctx: Context, options: argparse.Namespace) -> Outcome:
    seen = deeds.preview_look_ups(ctx, _wanted(options))
    return Outcome(_cost(seen), _say_cost(seen))


def begin(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(deeds.begin_look_ups(ctx, _wanted(options), options.expected_numbers))


def stop(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(deeds.stop_look_ups(ctx, options.batch))


def resume(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(deeds.resume_look_ups(ctx, options.batch))


def status(ctx: Context, options: argparse.Namespace) -> Outcome:
    """How far a batch is, what was learnt, and of which numbers nothing."""
    one = deeds.get_look_up(ctx, options.batch)
    failed = list(_failures(ctx, options.batch))
    lines = [_say(one), *(f"{line}: {count}" for line, count in one.found)]
    lines += [_say_failed(each) for each in failed]
    return Outcome({**_batch(one), "failures": [asdict(each) for each in failed]}, "\n".join(lines))


def list_all(ctx: Context, _options: argparse.Namespace) -> Outcome:
    found = list(_batches(ctx))
    return Outcome({"look_ups": [_batch(one) for one in found]}, "\n".join(map(_say, found)))


def _batches(ctx: Context) -> Iterator[LookUpView]:
    page: Page | None = Page(AT_ONCE)
    while page is not None:
        found = deeds.list_look_ups(ctx, page)
        yield from found.items
        page = Page(AT_ONCE, found.next) if found.next else None


def _failures(ctx: Context, batch_id: uuid.UUID) -> Iterator[FailedLookUp]:
    page: Page | None = Page(AT_ONCE)
    while page is not None:
        found = deeds.failed_look_ups(ctx, batch_id, page)
        yield from found.items
        page = Page(AT_ONCE, found.next) if found.next else None


def _wanted(options: argparse.Namespace) -> Wanted:
    which = Which.ALL if options.all else Which.UNKNOWN
    return Wanted(options.list, options.audience, options.contact, which, options.campaign)


def _told(view: LookUpView) -> Outcome:
    return Outcome(_batch(view), _say(view))


def _batch(view: LookUpView) -> dict[str, object]:
    """As the API has it."""
    found = [{"line": line, "count": count} for line, count in view.found]
    return {**asdict(view), "found": found, "cost": _money(view.cost, view.currency)}


def _cost(seen: LookUpPreview) -> dict[str, object]:
    amounts = {name: _money(getattr(seen, name), seen.currency) for name in ("each", "cost", "left")}
    return {**asdict(seen), **amounts}


def _money(amount: Any, currency: str) -> dict[str, str] | None:
    return None if amount is None else {"amount": f"{amount:.4f}", "currency": currency}


def _say_cost(seen: LookUpPreview) -> str:
    words = [f"{seen.numbers} numbers of {seen.name or 'one person'} cost {seen.cost:.4f} {seen.currency}"]
    if seen.known:
        words.append(f"{seen.known} were asked for in the last {seen.holds_days} days, and aren't again")
    if seen.in_hand:
        words.append(f"{seen.in_hand} are being asked for by another batch")
    if seen.elsewhere:
        words.append(f"{seen.elsewhere} lie in countries that aren't texted")
    if not seen.each:
        words.append("no price is set (look_ups.price): the carrier charges for them all the same")
    if seen.left is not None:
        words.append(f"{seen.left:.4f} {seen.currency} may still be spent")
    if seen.numbers > seen.most:
        words.append(f"at most {seen.most} may be asked for at once: take a smaller list")
    elif seen.numbers:
        words.append(f"begin with --expected-numbers {seen.numbers}")
    return "\n".join(words)


def _say(one: LookUpView) -> str:
    state = f"{one.state} ({one.stopped_for})" if one.stopped_for else one.state
    settled = f"{one.known} known and {one.failed} not, of {one.numbers}"
    return f"{one.id}  {one.name or 'one person'}  {state}  {settled}  {one.cost:.4f} {one.currency}"


def _say_failed(one: FailedLookUp) -> str:
    code = f" {one.error_code}" if one.error_code else ""
    return f"{one.number}: {one.fault}{code}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """An action, each with its own arguments; `--json` may stand on either side of it."""
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    _whose(_action(actions, "estimate", "count how many would be asked for, and what that costs"))
    begins = _whose(_action(actions, "begin", "ask for them: it costs money"))
    begins.add_argument(
        "--expected-numbers", type=int, required=True, metavar="N", help="how many, as the estimate counted"
    )
    _action(actions, "list", "all batches, the latest first")
    for name, about in (
        ("status", "how far one is, what was learnt, and of which numbers nothing"),
        ("stop", "ask for no more of them; what was learnt stays"),
        ("resume", "go on with the rest"),
    ):
        added = _action(actions, name, about)
        added.add_argument("batch", type=uuid.UUID, metavar="ID", help="which; `list` shows them")


def _action(actions: Any, name: str, about: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
    added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object")
    return added


def _whose(added: argparse.ArgumentParser) -> argparse.ArgumentParser:
    whose = added.add_mutually_exclusive_group(required=True)
    for name in ("list", "audience", "contact"):
        whose.add_argument(f"--{name}", type=uuid.UUID, metavar="ID", help=f"the numbers of this {name}")
    added.add_argument("--all", action="store_true", help="also numbers that tell their kind themselves")
    added.add_argument("--campaign", type=uuid.UUID, metavar="ID", help="whose budget the cost counts for")
    return added


DEEDS: Final[dict[str, Deed]] = {
    "estimate": estimate,
    "begin": begin,
    "status": status,
    "list": list_all,
    "stop": stop,
    "resume": resume,
}
COMMAND = Command(
    "look-up",
    "ask the carrier which numbers are mobiles, with the cost shown first",
    Permission.SENDER_MANAGE,
    run,
    add_arguments,
)
