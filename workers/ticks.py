"""What is done again and again, and how often."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dialer.services.accounts.idempotency import forget_old_answers
from dialer.services.accounts.logins import forget_old_logins
from dialer.services.calling.best_hours import learn_hours
from dialer.services.calling.call_looks import ask_about_open_calls, ask_if_due
from dialer.services.calling.caller_ids import watch_caller_ids
from dialer.services.calling.in_call import bring_back
from dialer.services.calling.leases import end_forgotten_shifts, expire_assignments
from dialer.services.calling.line_keeping import end_rests, pause_unseen
from dialer.services.calling.moving import follow_all
from dialer.services.calling.placing import ask_if_waiting
from dialer.services.calling.queue_filling import resume_filling as resume_queues
from dialer.services.calling.queue_ordering import order_all_again, order_queues
from dialer.services.calling.recording_keeping import delete_old, sweep_folder
from dialer.services.calling.recording_work import ask_if_due as mind_if_due
from dialer.services.calling.room_settling import keep_rooms
from dialer.services.calling.supervising import keep_supervisions
from dialer.services.context import Context
from dialer.services.exporting.run import expire_exports, resume_exports
from dialer.services.gotv.telling_leftovers import delete_old_sheet_photos, forget_old_receipts
from dialer.services.messaging.attachment_fetching import ask_if_due as fetch_if_due
from dialer.services.messaging.attachments import delete_old_attachments
from dialer.services.messaging.carrier_events import ask_to_apply, forget_old_events
from dialer.services.messaging.handing_over import ask_to_move
from dialer.services.messaging.inbound_reading import EVERY_S
from dialer.services.messaging.keeping import keep_blasts_going
from dialer.services.messaging.letter_reports import ask_if_due as apply_reports_if_due
from dialer.services.messaging.letters_in import ask_if_due as apply_letters_if_due
from dialer.services.messaging.letters_in import forget_old_letters
from dialer.services.messaging.link_support import resume_link_support
from dialer.services.messaging.look_up_run import ask_if_due as look_up_if_due
from dialer.services.messaging.look_up_run import forget_old_lines
from dialer.services.messaging.mailbox_reading import EVERY_S as MAILBOX_EVERY_S
from dialer.services.messaging.mailbox_reading import ask_to_read as ask_to_read_mailbox
from dialer.services.messaging.missed_texts import ask_to_read, ask_where_missed, texts_may_be_missed
from dialer.services.messaging.number_work import ask_if_due as numbers_if_due
from dialer.services.messaging.picture_leaving import delete_old_pictures
from dialer.services.messaging.pricing import ask_to_price
from dialer.services.messaging.reconciling import ask_to_reconcile
from dialer.services.messaging.sender_figures import forget_old_hours
from dialer.services.messaging.sender_watch import ask_to_watch, wake_senders
from dialer.services.messaging.settling import ask_to_settle
from dialer.services.organising.circular_writing import ask_if_due as write_circulars_if_due
from dialer.services.organising.reminding import ask_if_due as remind_if_due
from dialer.services.people.audience_lists import resume_filling
from dialer.services.people.import_run import resume_imports
from dialer.services.people.import_undo import resume_undos
from dialer.services.people.lost_uploads import discard_lost_uploads


@dataclass(frozen=True, slots=True)
class Tick:
    """A deed that is done for every organisation each `every_s` seconds. It must bear being done twice, and
    be short: what takes long is enqueued as a job. One that comes `after_outage` is done as well when the
    database is back, since it was away for others too.
    """

    name: str
    every_s: float
    deed: Callable[[Context], object]
    after_outage: bool = False


TICKS: Final[tuple[Tick, ...]] = (
    Tick("end forgotten shifts", 600, end_forgotten_shifts),
    Tick("expire assignments", 2, expire_assignments),
    Tick("fill queues", 5, resume_queues),
    Tick("put queues in order", 2, order_queues),
    Tick("put queues in order again", 3600, order_all_again),
    Tick("learn when people pick up", 900, learn_hours),
    Tick("watch caller ids", 300, watch_caller_ids),
    Tick("apply carrier events", 1, ask_to_apply),
    Tick("place calls", 1, ask_if_waiting),
    Tick("look after calls", 2, ask_if_due),
    Tick("bring people back from hold", 2, bring_back),
    Tick("settle rooms", 2, keep_rooms),
    Tick("keep supervisions", 2, keep_supervisions),
    Tick("mind recordings", 2, mind_if_due),
    Tick("delete old recordings", 60, delete_old),
    Tick("sweep the folder of recordings", 3600, sweep_folder),
    Tick("move shifts", 2, follow_all),
    Tick("pause unseen volunteers", 10, pause_unseen),
    Tick("end rests", 1, end_rests),
    Tick("reconcile messages", 5, ask_to_reconcile),
    Tick("read what texts cost", 60, ask_to_price),
    Tick("read texts to us", EVERY_S, ask_to_read),
    Tick("read texts to us after an outage", math.inf, texts_may_be_missed, after_outage=True),
    Tick("read texts to us where some may be missed", 1, ask_where_missed),
    Tick("ask about calls after an outage", math.inf, ask_about_open_calls, after_outage=True),
    Tick("read the mailbox", MAILBOX_EVERY_S, ask_to_read_mailbox),
    Tick("apply reports on letters", 2, apply_reports_if_due),
    Tick("apply letters to us", 5, apply_letters_if_due),
    Tick("forget old letters", 3600, forget_old_letters),
    Tick("fetch attachments", 2, fetch_if_due),
    Tick("delete old attachments", 60, delete_old_attachments),
    Tick("delete old pictures", 600, delete_old_pictures),
    Tick("keep blasts going", 1, keep_blasts_going),
    Tick("move texts of stopped senders", 2, ask_to_move),
    Tick("watch senders", 60, ask_to_watch),
    Tick("look up lines", 5, look_up_if_due),
    Tick("forget old lines", 3600, forget_old_lines),
    Tick("ask about numbers", 5, numbers_if_due),
    Tick("wake senders", 10, wake_senders),
    Tick("forget old hours of senders", 3600, forget_old_hours),
    Tick("ask about unknown texts", 2, ask_to_settle),
    Tick("remind of events", 30, remind_if_due),
    Tick("write to many of us", 10, write_circulars_if_due),
    Tick("resume imports", 5, resume_imports),
    Tick("fill lists of audiences", 5, resume_filling),
    Tick("resume undoing imports", 5, resume_undos),
    Tick("resume exports", 5, resume_exports),
    Tick("go on with what links say", 5, resume_link_support),
    Tick("take old exports away", 60, expire_exports),
    Tick("take lost uploads away", 3600, discard_lost_uploads),
    Tick("forget old answers", 600, forget_old_answers),
    Tick("forget carrier events", 3600, forget_old_events),
    Tick("forget old logins", 3600, forget_old_logins),
    Tick("delete old photographs of sheets", 3600, delete_old_sheet_photos),
    Tick("forget old receipts of marks", 3600, forget_old_receipts),
)
