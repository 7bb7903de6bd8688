"""The mailbox that bounces and answers come to: each letter is kept, then marked as read, then applied."""

from __future__ import annotations

from typing import Final

from dialer.carrier.mailbox import MOST, Mailbox, MailboxError
from dialer.clock import Clock
from dialer.domain.access import Permission, require
from dialer.domain.incoming_letter import SIZE_MOST
from dialer.domain.letter_fate import MAILBOX
from dialer.logs import get_logger
from dialer.services.accounts.organisations import first_organisation, system_actor
from dialer.services.context import Context, GiveWay, never
from dialer.services.messaging.letters_in import apply_or_log, keep_letter, organisation_of_letters

EVERY_S: Final = 30.0
READ: Final = "workers.jobs.read_mailbox"
_HEADS: Final = 64 * 1024

log = get_logger(__name__)


def read_mailbox(ctx: Context, mailbox: Mailbox, clock: Clock, turn_is_over: GiveWay = never) -> int:
    """Take in the letters that nobody has read yet; how many were new.

    A letter is kept, then marked, then applied: whoever dies in between finds it again, there or here, and it
    counts once. One mailbox is an installation's: each letter goes to the organisation whose letter it names.
    Where more wait than are read at a time, reading goes on at once.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    new = read = 0
    goes_on = False
    try:
        for letter in mailbox.unread(SIZE_MOST):
            here = _in_its_organisation(ctx.at(clock()), letter.raw)
            letter_id = keep_letter(here, letter.raw, MAILBOX)
            mailbox.mark_read(letter.uid)
            if letter_id is not None:
                apply_or_log(here, letter_id)
                new += 1
            read += 1
            goes_on = turn_is_over() or read == MOST
            if goes_on:
                break
    except MailboxError as error:
        log.warning("the mailbox could not be read", reason=str(error))
    if goes_on:  # a no may lie behind a thousand bounces
        ctx.jobs.enqueue("default", READ, str(ctx.organisation_id))
    return new


def ask_to_read(ctx: Context) -> None:
    """Have a worker read it, if there is one; once for all organisations."""
    if first_organisation(ctx.units) == ctx.organisation_id:
        ctx.jobs.enqueue("default", READ, str(ctx.organisation_id))


def _in_its_organisation(ctx: Context, raw: bytes) -> Context:
    said = raw[:_HEADS].decode("latin-1")
    found = organisation_of_letters(ctx.units, ctx.messaging.mail.names, said)
    if found is None or found == ctx.organisation_id:
        return ctx
    return ctx.as_actor(system_actor(found))
