"""Letters that come to us: each kept as it came, then applied, once, however often and by whichever way.

It is either a report on a letter of ours, a no sent to the address for that, an answer for the inbox, or
nothing that anybody can use: then it is kept and counted all the same.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import Message as Parsed
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain import mime
from dialer.domain.access import Permission, require
from dialer.domain.email_address import channel_of, comparable
from dialer.domain.errors import Unavailable
from dialer.domain.incoming_letter import SIZE_MOST, Incoming, fingerprint, read_letter
from dialer.domain.letter_fate import ANSWER, AUTOMATIC, REPORT, UNKNOWN, UNSUBSCRIBE
from dialer.domain.letter_names import BOUNCES, LetterNames
from dialer.domain.letter_names import UNSUBSCRIBE as TO_UNSUBSCRIBE
from dialer.domain.mail_report import Report, reports_in
from dialer.domain.texting import EMAIL
from dialer.logs import get_logger
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, Units
from dialer.services.messaging.letter_answers import take_answer
from dialer.services.messaging.letter_reports import ReportTold, keep_reports
from dialer.services.messaging.no_to_texts import SAID_BY_LINK, bar_from_texts
from dialer.services.messaging.outcomes import accept_texts
from dialer.services.messaging.relay_tokens import forget_tokens
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.letters import IncomingLetter
from dialer.store.models.messaging import Message
from dialer.store.queries.conversations import owner_of
from dialer.store.session import UnitOfWork

APPLY: Final = "workers.jobs.apply_letters"
AGAIN_AFTER: Final = dt.timedelta(seconds=30)
"""For so long nobody else looks at a letter that somebody is at, or failed at; later twice as long."""
LONGEST_WAIT: Final = dt.timedelta(hours=6)
KEPT: Final = dt.timedelta(days=30)
"""For so long letters are kept as they came; what was taken from them stays."""
AT_ONCE: Final = 50

log = get_logger(__name__)


def receive_letter(ctx: Context, raw: bytes, way: str, recipients: Sequence[str] = ()) -> bool:
    """Keep a letter, and do at once what it asks for; False where it had come before. `recipients` are those
    that it was delivered to, where that was told.

    A no in it holds when this returns. What fails in the second step is tried again by the clock.
    """
    require(ctx.actor, Permission.MAIL_TELL)
    letter_id = keep_letter(ctx, raw, way, recipients)
    if letter_id is None:
        return False
    apply_letter(ctx, letter_id)
    return True


def keep_letter(ctx: Context, raw: bytes, way: str, recipients: Sequence[str] = ()) -> uuid.UUID | None:
    """Keep a letter as it came; its id, or None where it was kept and applied before."""
    name = fingerprint(raw)
    with ctx.unit() as unit:
        kept = insert(IncomingLetter).values(
            organisation_id=unit.organisation_id,
            id=new_id(),
            fingerprint=name,
            way=way,
            raw=raw[:SIZE_MOST],
            size=len(raw),
            recipients=[mime.kept(one)[:320] for one in recipients[: mime.MOST_PARTS]],
            due_at=ctx.now,
            received_at=ctx.now,
        )
        unit.session.execute(kept.on_conflict_do_nothing())
        query = select(IncomingLetter.id).where(
            IncomingLetter.organisation_id == unit.organisation_id,
            IncomingLetter.fingerprint == name,
            IncomingLetter.applied_at.is_(None),
        )
        return unit.session.scalar(query)


def organisation_of_letters(units: Units, names: LetterNames, said: str) -> uuid.UUID | None:
    """Whose letter is named in this, else the oldest organisation: the mailbox is ours. None where there is
    none.
    """
    letter_id = names.of_text(said)
    with units.read() as unit:
        query = select(Organisation.id).order_by(Organisation.id).limit(1)
        if letter_id is not None:
            whose = select(Message.organisation_id).join(
                Organisation, Organisation.id == Message.organisation_id
            )
            if (found := unit.session.scalar(whose.where(Message.id == letter_id))) is not None:
                return found
        return unit.session.scalar(query)


@again_after_deadlock
def apply_letter(ctx: Context, letter_id: uuid.UUID) -> None:
    """Do what a letter that was kept asks for, once."""
    if not _claim(ctx, letter_id):
        return
    with ctx.unit() as unit:
        row = unit.session.get_one(
            IncomingLetter, (unit.organisation_id, letter_id), with_for_update=True, populate_existing=True
        )
        if row.applied_at is not None:
            return
        parsed = mime.parse(row.raw or b"")
        _Applying(ctx, unit, row, parsed, read_letter(parsed)).apply()
        row.applied_at = ctx.now


def apply_or_log(ctx: Context, letter_id: uuid.UUID) -> bool:
    """Apply one of several letters; False where it failed: it stays due, is counted by `dialer doctor`, and
    holds up none of those behind it. `Unavailable` where the database is at fault, not the letter.
    """
    try:
        apply_letter(ctx, letter_id)
    except Unavailable:
        raise
    except Exception:  # whatever a stranger's letter brings about, the next one may be a no
        log.exception("a letter could not be applied", letter=str(letter_id))
        return False
    return True


def due_letters(ctx: Context) -> Sequence[uuid.UUID]:
    """Letters that were kept and not applied, since whoever was at it was lost or failed."""
    with ctx.unit() as unit:
        query = select(IncomingLetter.id).where(
            IncomingLetter.organisation_id == unit.organisation_id,
            IncomingLetter.applied_at.is_(None),
            IncomingLetter.due_at <= ctx.now,
        )
        return unit.session.scalars(query.order_by(IncomingLetter.due_at).limit(AT_ONCE)).all()


def ask_if_due(ctx: Context) -> None:
    """Have a worker apply those that are due."""
    if due_letters(ctx):
        ctx.jobs.enqueue("events", APPLY, str(ctx.organisation_id))


def unread_letters(ctx: Context) -> tuple[int, int]:
    """How many letters are about nothing that we know, and how many could not be applied yet, in the days for
    which they are kept.
    """
    with ctx.unit() as unit:
        unknown = (IncomingLetter.outcome == UNKNOWN, IncomingLetter.raw.is_not(None))
        stuck = (IncomingLetter.applied_at.is_(None), IncomingLetter.tries > 1)
        query = select(func.count().filter(*unknown), func.count().filter(*stuck)).where(
            IncomingLetter.organisation_id == unit.organisation_id,
            or_(IncomingLetter.outcome == UNKNOWN, IncomingLetter.applied_at.is_(None)),
        )
        found = unit.session.execute(query).one()
        return found[0], found[1]


def forget_old_letters(ctx: Context) -> int:
    """Take letters away as they came, 30 days after; how many."""
    with ctx.unit() as unit:
        forget_tokens(ctx, unit)
        old = (
            select(IncomingLetter.id)
            .where(
                IncomingLetter.organisation_id == unit.organisation_id,
                IncomingLetter.raw.is_not(None),
                IncomingLetter.applied_at.is_not(None),
                IncomingLetter.received_at < ctx.now - KEPT,
            )
            .limit(2000)
        )
        of_us = IncomingLetter.organisation_id == unit.organisation_id
        gone = update(IncomingLetter).where(of_us, IncomingLetter.id.in_(old)).values(raw=None)
        return len(unit.session.scalars(gone.returning(IncomingLetter.id)).all())


def _claim(ctx: Context, letter_id: uuid.UUID) -> bool:
    """Note a try before it is made, so that a letter that ends its process isn't tried again at once."""
    with ctx.unit() as unit:
        row = unit.session.get(
            IncomingLetter, (unit.organisation_id, letter_id), with_for_update={"skip_locked": True}
        )
        if row is None or row.applied_at is not None:
            return False
        row.due_at = ctx.now + min(AGAIN_AFTER * 2.0 ** min(row.tries, 12), LONGEST_WAIT)
        row.tries += 1
        return True


def _of_others(named: Sequence[Message]) -> Iterator[Message]:
    """Of the letters that one answers, those to others than the first was to, one for each of them."""
    places = {one.number: one for one in reversed(named)}
    yield from (one for place, one in places.items() if named and place != named[0].number)


class _Applying:
    """One letter, and what it turns out to be."""

    def __init__(
        self, ctx: Context, unit: UnitOfWork, row: IncomingLetter, parsed: Parsed, letter: Incoming
    ) -> None:
        self.ctx, self.unit, self.row = ctx, unit, row
        self.parsed, self.letter = parsed, letter
        self.names = ctx.messaging.mail.names

    def apply(self) -> None:
        row, letter = self.row, self.letter
        row.sender, row.sender_name = letter.sender or None, letter.sender_name or None
        row.reply_to = ", ".join(one for one in letter.reply_to if one != letter.sender) or None
        places = [*row.recipients, *letter.to]
        purposes = {purpose for one in places if (purpose := self.names.purpose_of(one)) is not None}
        named = self._named(places)
        about = named[0] if named else None
        row.about_id = about.id if about is not None else None
        reports = reports_in(self.parsed, to_bounce_address=BOUNCES in purposes)
        if reports:
            row.outcome = self._report(reports)
        elif TO_UNSUBSCRIBE in purposes and (ended := self._named(self._to_unsubscribe(places))):
            # A mail program that writes it at its reader's press may mark it as written by a machine.
            for one in ended:
                self._has_it(one)
                row.outcome = self._unsubscribe(one)
            for one in _of_others([*ended, *named]):
                if one not in ended:
                    take_answer(self.ctx, self.unit, row, letter, one)
        elif (BOUNCES in purposes and not self._is_theirs(about)) or (not letter.sender and about is None):
            row.outcome = AUTOMATIC if letter.automatic else UNKNOWN
        else:
            for one in named:
                self._has_it(one)
            self._answer(about)
            doubt = row.doubt
            for one in _of_others(named):
                take_answer(self.ctx, self.unit, row, letter, one)
            row.doubt = doubt

    def _to_unsubscribe(self, places: Sequence[str]) -> Sequence[str]:
        return [one for one in places if self.names.purpose_of(one) == TO_UNSUBSCRIBE]

    def _is_theirs(self, about: Message | None) -> bool:
        """Whether whoever got a letter wrote this one: some programs answer to the return path."""
        if about is None or about.number is None or self.letter.automatic:
            return False
        return comparable(self.letter.sender) == comparable(about.number)

    def _has_it(self, about: Message) -> None:
        """Whoever answers a letter whose outcome nobody knew has got it: its names are made with our key."""
        if about.state == "unknown":
            accept_texts(self.ctx, self.unit, {about.id: self.names.message_id(about.id)})

    def _named(self, places: Sequence[str]) -> list[Message]:
        """The letters of ours that it names: by each address that it came to, else as what it answers."""
        by_place = [self.names.of_address(one) for one in places]
        ids = dict.fromkeys(one for one in by_place if one is not None)
        if not ids and (answered := self.names.of_message_id(self.letter.answers)) is not None:
            ids = {answered: None}
        rows = (self.unit.session.get(Message, (self.unit.organisation_id, one)) for one in ids)
        return [
            row for row in rows if row is not None and row.direction == "outbound" and row.channel == EMAIL
        ]

    def _report(self, reports: Sequence[Report]) -> str:
        """What it reports; where it doesn't say of which letter, each return path that it came to does."""
        places = list(dict.fromkeys(self.row.recipients + list(self.letter.to)))
        paths = [one for one in places if self.names.of_address(one) is not None] or [""]
        told = [
            ReportTold(
                f"letter:{self.row.fingerprint}:{nth}{f':{of}' if of else ''}", replace(each, about=about)
            )
            for nth, each in enumerate(reports)
            for of, about in enumerate([each.about] if self.names.of_text(each.about) is not None else paths)
        ]
        keep_reports(self.ctx, self.unit, told)
        known = any(self.names.of_text(each.report.about) is not None for each in told)
        return REPORT if known else UNKNOWN

    def _unsubscribe(self, about: Message) -> str:
        """A no by letter (RFC 2369, 3.2), which a mail program sends for its owner: as by the link."""
        if about.number is not None and channel_of(about.number) == EMAIL:
            owner = owner_of(self.unit, about.number, about.contact_id)
            bar_from_texts(self.ctx, self.unit, about.number, owner, SAID_BY_LINK)
        return UNSUBSCRIBE

    def _answer(self, about: Message | None) -> None:
        taken = take_answer(self.ctx, self.unit, self.row, self.letter, about)
        self.row.outcome = ANSWER if taken is not None else UNKNOWN
        self.row.message_id = taken.id if taken is not None else None
