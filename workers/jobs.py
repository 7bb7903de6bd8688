"""The jobs: each takes ids, opens nothing itself and calls one deed. See `workers.registry.job`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from dialer.carrier.mailbox import ImapMailbox, MailboxError
from dialer.carrier.making import mailbox_of
from dialer.domain.access import Permission
from dialer.domain.texting import EMAIL
from dialer.logs import get_logger
from dialer.services.calling import (
    call_looks,
    calling_in,
    dialled_answers,
    leaving_messages,
    making_way,
    moving,
    placing,
    queue_filling,
    recording_work,
    room_settling,
    supervisor_joining,
)
from dialer.services.calling.call_jobs import ask_to_look
from dialer.services.calling.recordings import ask_to_mind
from dialer.services.calling.vault import vault_of
from dialer.services.context import Context
from dialer.services.exporting import run as export_run
from dialer.services.messaging import (
    attachment_fetching,
    carrier_events,
    handing_over,
    keeping,
    letter_reports,
    letters_in,
    link_support,
    look_up_run,
    look_ups,
    mailbox_reading,
    number_work,
    planning,
    pricing,
    reconciling,
    sender_watch,
    sending,
    settling,
)
from dialer.services.messaging.attachments import ask_to_fetch
from dialer.services.messaging.inbound_reading import read_inbound as read_texts_to_us
from dialer.services.messaging.launching import enqueue_clearing, enqueue_planning
from dialer.services.messaging.outgoing import enqueue_sending
from dialer.services.organising import circular_writing, reminding
from dialer.services.people import audience_lists, import_run, import_undo, import_undo_run, suppression_run
from workers.registry import job
from workers.runs import RUN_S, turn, until_done
from workers.runtime import installed

log = get_logger(__name__)


@job(Permission.IMPORT_RUN)
def run_import(ctx: Context, import_id: str) -> None:
    """Bring an uploaded list in, of people or of what must not be contacted, from where it stands, until
    others are to have their turn.
    """
    work = (ctx, uuid.UUID(import_id), installed().clock, turn())
    if import_run.run_import(*work) or suppression_run.run_suppression_import(*work):
        import_run.enqueue_import(ctx, uuid.UUID(import_id))


@job(Permission.AUDIENCE_MANAGE)
def fill_list(ctx: Context, snapshot_id: str) -> None:
    """Put the next of an audience's people on their list; others have their turn between two chunks."""
    if audience_lists.fill_list(ctx, uuid.UUID(snapshot_id)):
        audience_lists.enqueue_filling(ctx, uuid.UUID(snapshot_id))


@job(Permission.SYSTEM_RUN)
def fill_queue(ctx: Context, campaign_id: str) -> None:
    """Queue the next people of a campaign; others have their turn between two chunks."""
    if queue_filling.fill_more(ctx, uuid.UUID(campaign_id)):
        queue_filling.enqueue_filling(ctx, uuid.UUID(campaign_id))


@job(Permission.IMPORT_RUN)
def undo_import(ctx: Context, import_id: str) -> None:
    """Take back what an import brought, from where it stands, until others are to have their turn."""
    if import_undo_run.run_undo(ctx, uuid.UUID(import_id), installed().clock, turn()):
        import_undo.enqueue_undo(ctx, uuid.UUID(import_id))


@job(Permission.EXPORT_RUN)
def run_export(ctx: Context, export_id: str) -> None:
    """Write a table that somebody takes away."""
    export_run.run_export(ctx, uuid.UUID(export_id), installed().clock)


@job(Permission.SYSTEM_RUN)
def apply_carrier_events(ctx: Context) -> None:
    """Let what the carrier told move texts on, batch by batch."""
    carrier = installed().carrier
    until_done(ctx, lambda fresh: carrier_events.apply_statuses(fresh, carrier) == carrier_events.BATCH)


@job(Permission.SYSTEM_RUN)
def apply_letter_reports(ctx: Context) -> None:
    """Let what was reported of letters move them on, batch by batch."""
    until_done(ctx, lambda fresh: letter_reports.apply_reports(fresh) == carrier_events.BATCH)


@job(Permission.SYSTEM_RUN)
def apply_letters(ctx: Context) -> None:
    """Apply letters to us whose first try was lost, or failed."""
    for letter_id in letters_in.due_letters(ctx):
        letters_in.apply_or_log(replace(ctx, now=installed().clock()), letter_id)


@job(Permission.SYSTEM_RUN)
def read_mailbox(ctx: Context) -> None:
    """Take in what came to the mailbox, where there is one."""
    runtime = installed()
    if (place := mailbox_of(runtime.settings)) is None:
        return
    try:
        with ImapMailbox(place) as mailbox:
            mailbox_reading.read_mailbox(ctx, mailbox, runtime.clock, turn())
    except MailboxError as error:
        log.warning("the mailbox could not be opened", reason=str(error))


@job(Permission.SYSTEM_RUN)
def reconcile_messages(ctx: Context) -> None:
    """Ask the carrier about texts of which nothing more was heard."""
    carrier = installed().carrier
    until_done(ctx, lambda fresh: reconciling.reconcile_texts(fresh, carrier) == reconciling.AT_ONCE)


@job(Permission.SYSTEM_RUN)
def read_prices(ctx: Context) -> None:
    """Read what the carrier charged for the blasts that are over."""
    carrier = installed().carrier
    until_done(ctx, lambda fresh: pricing.read_prices(fresh, carrier))


@job(Permission.SYSTEM_RUN)
def read_inbound(ctx: Context) -> None:
    """Take in the texts to us that no webhook brought; what waits for that goes on."""
    read_texts_to_us(ctx, installed().carrier, installed().clock)


@job(Permission.SYSTEM_RUN)
def plan_blast(ctx: Context, blast_id: str) -> None:
    """Write the next messages of a blast down; sending and others have their turn between two chunks."""
    more = planning.plan_chunk(ctx, uuid.UUID(blast_id))
    enqueue_sending(ctx)  # first, since a worker that is alone would plan on instead
    if more:
        enqueue_planning(ctx, uuid.UUID(blast_id))


@job(Permission.SYSTEM_RUN)
def send_messages(ctx: Context) -> None:
    """Send what is due, for two seconds."""
    sending.send_due(ctx, installed().tools, installed().wires)


@job(Permission.SYSTEM_RUN)
def send_letters(ctx: Context) -> None:
    """Send the letters that are due, for two seconds."""
    sending.send_due(ctx, installed().tools, installed().mail_wires, channel=EMAIL)


@job(Permission.SYSTEM_RUN)
def settle_messages(ctx: Context) -> None:
    """Ask the carrier about texts of which nobody knows what became."""
    settling.settle_due(ctx, installed().tools)


@job(Permission.SYSTEM_RUN)
def remind_of_events(ctx: Context) -> None:
    """Remind people of what they signed up for, and tell them what was called off."""
    until_done(ctx, reminding.remind_some)


@job(Permission.SYSTEM_RUN)
def write_circulars(ctx: Context) -> None:
    """Write down what is said to many of us, each text once."""
    until_done(ctx, circular_writing.write_some)


@job(Permission.SYSTEM_RUN)
def run_look_ups(ctx: Context, batch_id: str) -> None:
    """Ask the carrier for the kinds of lines of a batch, until others are to have their turn."""
    work = (ctx, installed().carrier, installed().clock, uuid.UUID(batch_id), turn())
    if look_up_run.run_look_ups(*work):
        look_ups.enqueue_look_ups(ctx, uuid.UUID(batch_id))


@job(Permission.SYSTEM_RUN)
def run_number_task(ctx: Context, task_id: str) -> None:
    """Ask the carrier what somebody wants to know, or have done, about our numbers."""
    number_work.run_number_task(ctx, installed().carrier, uuid.UUID(task_id))


@job(Permission.SYSTEM_RUN)
def watch_senders(ctx: Context) -> None:
    """Let senders rest that networks filter."""
    sender_watch.watch_senders(ctx, installed().carrier)


@job(Permission.SYSTEM_RUN)
def move_texts(ctx: Context) -> None:
    """Give texts that wait at a stopped sender to the others of their blasts."""
    until_done(ctx, handing_over.move_some)


@job(Permission.SYSTEM_RUN)
def clear_blast(ctx: Context, blast_id: str) -> None:
    """Cancel what is left of a blast that was called off."""
    if keeping.clear_blast(ctx, uuid.UUID(blast_id)):
        enqueue_clearing(ctx, uuid.UUID(blast_id))


@job(Permission.SYSTEM_RUN)
def place_calls(ctx: Context) -> None:
    """Have the carrier ring the phones of volunteers who asked to be rung."""
    carrier, pace = installed().carrier, installed().buckets
    until_done(ctx, lambda fresh: placing.place_next(fresh, carrier, pace))


@job(Permission.SYSTEM_RUN)
def look_after_calls(ctx: Context) -> None:
    """Ask the carrier about calls of which nothing more was heard; others have their turn in between."""
    carrier, ends = installed().carrier, time.monotonic() + RUN_S
    for call_id in call_looks.due_calls(ctx):
        if time.monotonic() >= ends:
            ask_to_look(ctx)
            return
        call_looks.look_after(replace(ctx, now=installed().clock()), carrier, call_id)


@job(Permission.SYSTEM_RUN)
def mind_recordings(ctx: Context) -> None:
    """Begin, end and take away recordings, as far as that is due."""
    _mind(ctx, recording_work.due_short)


@job(Permission.SYSTEM_RUN)
def fetch_recordings(ctx: Context) -> None:
    """Fetch the sound of recordings that are over."""
    _mind(ctx, recording_work.due_long)


def _mind(ctx: Context, due: Callable[[Context], Sequence[uuid.UUID]]) -> None:
    """The next step of each that is due, until others are to have their turn; a sound that is being fetched
    is fetched to its end.
    """
    runtime, turn_is_over = installed(), turn()
    vault = vault_of(ctx, runtime.settings.secret_key)
    for recording_id in due(ctx):
        if turn_is_over():
            ask_to_mind(ctx)
            return
        recording_work.mind(replace(ctx, now=runtime.clock()), runtime.carrier, vault, recording_id)


@job(Permission.SYSTEM_RUN)
def fetch_attachments(ctx: Context) -> None:
    """Fetch what came with texts, until others are to have their turn."""
    runtime, turn_is_over = installed(), turn()
    for attachment_id in attachment_fetching.due_attachments(ctx):
        if turn_is_over():
            ask_to_fetch(ctx)
            return
        fresh, key = replace(ctx, now=runtime.clock()), runtime.settings.secret_key
        attachment_fetching.mind_attachment(fresh, runtime.carrier, key, attachment_id)


@job(Permission.SYSTEM_RUN)
def write_link_support(ctx: Context, link_id: str) -> None:
    """Write down what opening a link says of those who did, until others are to have their turn."""
    if link_support.write_link_support(ctx, uuid.UUID(link_id), turn()):
        link_support.enqueue_support(ctx, uuid.UUID(link_id))


@job(Permission.SYSTEM_RUN)
def end_call(ctx: Context, *sids: str) -> None:
    """Hang up the legs of a call."""
    placing.end_legs(ctx, installed().carrier, sids)


@job(Permission.SYSTEM_RUN)
def make_way(ctx: Context, *call_ids: str) -> None:
    """End legs whose place another one has taken."""
    for call_id in call_ids:
        making_way.make_way(ctx, installed().carrier, uuid.UUID(call_id))


@job(Permission.SYSTEM_RUN)
def move_taken_over(ctx: Context, supervision_id: str) -> None:
    """Have a coordinator who has taken a talk over go on with it in a room of their own."""
    supervisor_joining.move_out(ctx, installed().carrier, uuid.UUID(supervision_id))


@job(Permission.SYSTEM_RUN)
def settle_room(ctx: Context, shift_id: str) -> None:
    """Bring a volunteer's room where it should be: who is muted, or on hold."""
    room_settling.settle_room(ctx, installed().carrier, uuid.UUID(shift_id))


@job(Permission.SYSTEM_RUN)
def leave_message(ctx: Context, call_id: str) -> None:
    """Send a call on to the message that is left on a machine."""
    leaving_messages.leave(ctx, installed().carrier, uuid.UUID(call_id))


@job(Permission.SYSTEM_RUN)
def call_in(ctx: Context, campaign_id: str) -> None:
    """Put through whoever hears the greeting, now that a volunteer is free."""
    calling_in.call_in(ctx, installed().carrier, uuid.UUID(campaign_id))


@job(Permission.SYSTEM_RUN)
def say_goodbye(ctx: Context, call_id: str) -> None:
    """Say on a volunteer's line why it ends."""
    moving.part_from_line(ctx, installed().carrier, uuid.UUID(call_id))


@job(Permission.SYSTEM_RUN)
def move_shift(ctx: Context, session_id: str) -> None:
    """Have a volunteer go on in another campaign, who is done with whom they had in hand."""
    moving.follow(ctx, uuid.UUID(session_id))


@job(Permission.SYSTEM_RUN)
def take_out_contact(ctx: Context, call_id: str) -> None:
    """Take somebody out of a volunteer's room who is alone there."""
    dialled_answers.take_out(ctx, installed().carrier, uuid.UUID(call_id))
