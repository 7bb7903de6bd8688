"""`dialer blast`: one text to many people, from the draft to its end."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

from dialer.cli.blast_arguments import add_arguments
from dialer.cli.blast_words import (
    as_blast,
    as_estimate,
    as_message,
    as_progress,
    in_short,
    say_blast,
    say_estimate,
    say_message,
    say_progress,
)
from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.clock import utc_now
from dialer.domain.access import Permission
from dialer.domain.first_wave import USUAL, Wanted
from dialer.services.context import Context
from dialer.services.messaging.blasts import (
    BlastFields,
    change_blast,
    create_blast,
    get_blast,
    list_blasts,
)
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.launching import cancel_blast, launch_blast, pause_blast, resume_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.test_sends import send_test
from dialer.services.messaging.views import BlastView, ProgressView
from dialer.services.paging import Page
from dialer.settings import Settings

LOOK_EVERY_S: Final = 1.0
WATCHED: Final = frozenset({"scheduled", "running", "paused"})
"""States after which another may come by itself or by somebody's hand; a draft is nothing to watch."""
SET_WHERE_GIVEN: Final = (
    *("senders", "audience", "audience_id", "send_at", "deadline_at"),
    *("mode", "batch_size", "volunteer_limit"),
    *("channel", "subject", "asks_for"),
)

Deed = Callable[[Context, argparse.Namespace], Outcome]


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """Do what the action says."""
    with system_context(settings) as ctx:
        return DEEDS[options.action](ctx, options)


def create(ctx: Context, options: argparse.Namespace) -> Outcome:
    fields = BlastFields(name=options.name, body=options.body, list_ids=options.list)
    fields["bodies"] = dict(options.bodies)
    if options.subjects:
        fields["subjects"] = dict(options.subjects)
    for name in SET_WHERE_GIVEN:
        if (value := getattr(options, name)) not in (None, []):
            fields[name] = value
    return _told(create_blast(ctx, options.campaign, fields))


def estimate(ctx: Context, options: argparse.Namespace) -> Outcome:
    found = estimate_blast(ctx, options.blast)
    return Outcome(as_estimate(found), say_estimate(found))


def launch(ctx: Context, options: argparse.Namespace) -> Outcome:
    is_wanted = options.first_wave is not None or options.goes_on_after is not None
    size = USUAL if options.first_wave is None else options.first_wave
    wave = Wanted(size, options.goes_on_after) if is_wanted else None
    return _told(launch_blast(ctx, options.blast, options.expected_recipients, wave), _nobody_works(ctx))


def pause(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(pause_blast(ctx, options.blast))


def resume(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(resume_blast(ctx, options.blast), _nobody_works(ctx))


def cancel(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(cancel_blast(ctx, options.blast))


def ask_for(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(change_blast(ctx, options.blast, BlastFields(asks_for=options.answers)))


def show(ctx: Context, options: argparse.Namespace) -> Outcome:
    return _told(get_blast(ctx, options.blast))


def list_all(ctx: Context, options: argparse.Namespace) -> Outcome:
    found = list(_everything(ctx, options))
    return Outcome({"blasts": [as_blast(one) for one in found]}, "\n".join(map(in_short, found)))


def test_send(ctx: Context, options: argparse.Namespace) -> Outcome:
    """What was left out makes it fail: somebody waits for a text that doesn't come."""
    sent = send_test(ctx, options.blast, options.to, options.languages)
    data = {"messages": [as_message(one) for one in sent]}
    words = "\n".join([*map(say_message, sent), *_nobody_works(ctx)])
    return Outcome(data, words, failed=any(one.state == "skipped" for one in sent))


def progress(ctx: Context, options: argparse.Namespace) -> Outcome:
    """How far it is; with `--watch` a line whenever that changes, until it is over."""
    found = blast_progress(ctx, options.blast)
    while options.watch and found.state in WATCHED:
        if not options.json:
            sys.stdout.write(f"{say_progress(found)}\n")
            sys.stdout.flush()
        found = _next_of(ctx, found)
    return Outcome(as_progress(found), say_progress(found))


def _next_of(ctx: Context, before: ProgressView) -> ProgressView:
    """How far it is once that has changed in what is said of it."""
    found = before
    while found.state in WATCHED and say_progress(found) == say_progress(before):
        time.sleep(LOOK_EVERY_S)
        found = blast_progress(ctx.at(utc_now()), before.blast_id)
    return found


def _everything(ctx: Context, options: argparse.Namespace) -> Iterator[BlastView]:
    page: Page | None = Page(500)
    while page is not None:
        found = list_blasts(ctx, page, options.campaign)
        yield from found.items
        page = Page(500, found.next) if found.next else None


def _told(view: BlastView, more: list[str] | None = None) -> Outcome:
    return Outcome(as_blast(view), "\n".join([say_blast(view), *(more or ())]))


def _nobody_works(ctx: Context) -> list[str]:
    """Launching needs no worker, sending does."""
    return [] if ctx.jobs.workers_alive() else ["No worker is there: nothing goes out until one is started."]


DEEDS: Final[dict[str, Deed]] = {
    "create": create,
    "estimate": estimate,
    "launch": launch,
    "pause": pause,
    "resume": resume,
    "cancel": cancel,
    "ask-for": ask_for,
    "progress": progress,
    "list": list_all,
    "show": show,
    "test-send": test_send,
}

COMMAND = Command("blast", "text or email many people at once", Permission.BLAST_MANAGE, run, add_arguments)
