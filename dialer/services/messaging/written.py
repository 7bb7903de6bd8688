"""A text that somebody here writes to one person: whether it may go, how it reads, and writing it down.

What stands against it is said at once, by the rule that the gate asks again before the wire; what passes
(quiet hours, a pause) makes it wait.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.domain.bodies import Bodies
from dialer.domain.email_address import channel_of
from dialer.domain.errors import Conflict, FieldError, UnknownPlaceholder, ValidationFailed
from dialer.domain.letter import one_line
from dialer.domain.message import LETTER_ENCODING
from dialer.domain.message_gate import Skip
from dialer.domain.placeholders import PICTURE_URL, without
from dialer.domain.segments import measure
from dialer.domain.texting import EMAIL, SMS
from dialer.services.context import Context
from dialer.services.messaging.blast_faults import faults_of_subjects
from dialer.services.messaging.blasts import check_opt_out_route
from dialer.services.messaging.link_choice import check_links
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.picture_texts import goes_along, price_of
from dialer.services.messaging.pictures import code_of_picture, picture_path
from dialer.services.messaging.rendering import leading_to, values_of
from dialer.services.messaging.senders import kinds_of
from dialer.services.messaging.text_links import links_of_each
from dialer.services.messaging.views import TextPreview
from dialer.services.messaging.waiting import quiet_at
from dialer.services.messaging.words import LONGEST, too_long
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Message
from dialer.store.queries.postcodes import postcode_of
from dialer.store.session import UnitOfWork

REFUSALS: Final[Mapping[Skip, str]] = {
    Skip.OPTED_OUT: "They, or somebody with the same number, asked for no texts, and that holds.",
    Skip.SUPPRESSED: "Their number is on a do-not-contact list.",
    Skip.DECEASED: "They have died.",
    Skip.MOVED: "They have moved away, so the number may be somebody else’s by now.",
    Skip.NO_EMAIL: "No email address of theirs is known.",
    Skip.NO_PHONE: "No number of theirs is known that works.",
    Skip.NOT_MOBILE: "Their number is a landline, or another line that takes no texts.",
    Skip.COUNTRY: "Their number lies in a country that isn’t texted from here (phones.allowed_countries).",
    Skip.NO_CONSENT: "This campaign texts only people who said yes to texts, and they haven’t.",
    Skip.IN_REVIEW: "They may have asked for no more texts. Decide about what they wrote first.",
}

OF_LETTERS: Final[Mapping[Skip, str]] = {
    Skip.OPTED_OUT: "They, or somebody with the same address, asked for no emails, and that holds.",
    Skip.SUPPRESSED: "Their address is on a do-not-contact list.",
    Skip.MOVED: "They have moved away.",
    Skip.NO_CONSENT: "This campaign writes only to people who said yes to emails, and they haven’t.",
    Skip.IN_REVIEW: "They may have asked for no more emails. Decide about what they wrote first.",
}
"""Where it is said in other words of a letter."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A text that may be written down: to whom (None: nobody we know), of which campaign, in which words."""

    contact_id: uuid.UUID | None
    campaign: Campaign | None
    number: str = field(repr=False)
    sender: str
    body: str = field(repr=False)
    subject: str | None = field(default=None, repr=False)
    """Of a letter."""
    picture: str | None = None
    """The code of the picture that goes with it."""

    @property
    def campaign_id(self) -> uuid.UUID | None:
        """The campaign's id."""
        return self.campaign.id if self.campaign is not None else None


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as one person reads it, and the code of the picture that goes with it."""

    body: str = field(repr=False)
    picture: str | None = None


def refuse(reason: Skip, contact_id: uuid.UUID | None, channel: str = SMS) -> Conflict:
    """The refusal of a text or letter that nobody may get, with the gate’s word for the reason."""
    about = str(contact_id) if contact_id is not None else None
    said = OF_LETTERS.get(reason, REFUSALS[reason]) if channel == EMAIL else REFUSALS[reason]
    return Conflict(f"{said} Nothing was sent.", reason=reason.value, contact_id=about, channel=channel)


def reads(
    ctx: Context,
    unit: UnitOfWork,
    body: str,
    person: Row[Any] | None,
    campaign: Campaign | None,
    *,
    number: str,
    sender: str,
    picture_id: uuid.UUID | None = None,
    dry: bool = False,
    is_letter: bool = False,
) -> Reading:
    """The text as one person reads it; a `dry` reading makes no short links, but shows some as long. Its
    picture goes with it where the networks between `sender` and `number` take pictures; elsewhere, and in a
    letter, the text leads to it.

    `UnknownPlaceholder` where a word in braces stands for nothing;
    `ValidationFailed` where nothing is known of them that it could stand for, and no fallback either, where
    nothing is left to read, where they couldn’t say no to it, and where it leads to a page that isn’t the
    actor’s to choose (`check_links`).
    """
    longest = LONGEST[EMAIL if is_letter else SMS]
    _check(body, longest)
    check_links(ctx, unit, body, campaign)
    code = _code(unit, picture_id)
    along = None if is_letter else goes_along(unit, body, code, number=number, sender=sender)
    body = without(body, PICTURE_URL) if along else leading_to(body, code)
    whose = person.id if person is not None else number
    bodies = Bodies(body, picture=code)
    links = links_of_each(ctx, unit, campaign, bodies, numbers={whose: number}, dry=dry)[whose]
    values = values_of(person, links, is_letter=is_letter)
    if missing := placeholders.lacking(body, values):
        raise ValidationFailed(errors=[FieldError("/body", _missing(name)) for name in missing])
    text = placeholders.fill(body, values)
    if not text.strip():
        raise ValidationFailed.at("/body", "With what is known of them, nothing is left to read.")
    _check_length(text, longest)
    check_opt_out_route(body, [sender])
    return Reading(text, along)


def subject_reads(subject: str, person: Row[Any] | None) -> str:
    """What a letter to one person is about. Raises as `reads` does, at `/subject`."""
    if not subject.strip():
        raise ValidationFailed.at("/subject", "An email needs a subject.")
    if found := list(faults_of_subjects(subject, {})):
        raise ValidationFailed(errors=found)
    if unknown := [FieldError("/subject", fault) for fault in placeholders.faults(subject)]:
        raise UnknownPlaceholder(unknown[0].detail, errors=unknown)
    values = values_of(person, {}, is_letter=True)
    if missing := placeholders.lacking(subject, values):
        raise ValidationFailed(errors=[FieldError("/subject", _missing(name)) for name in missing])
    return one_line(placeholders.fill(subject, values))


def preview_of(ctx: Context, unit: UnitOfWork, ready: Ready) -> TextPreview:
    """What a text takes that reads so, and until when it would wait."""
    if channel_of(ready.number) == EMAIL:
        return _letter_preview(ctx, unit, ready)
    measured, has_picture = measure(ready.body), ready.picture is not None
    kind, parts = kinds_of(unit, [ready.sender])[ready.sender], 1 if has_picture else measured.segments
    return TextPreview(
        body=ready.body,
        number=ready.number,
        sender=ready.sender,
        segments=parts,
        encoding=measured.encoding,
        cost=price_of(ctx.messaging, ready.number, kind, parts, has_picture=has_picture),
        picture_path=picture_path(ready.picture) if ready.picture else None,
        currency=ctx.messaging.currency,
        waits_until=_quiet_until(ctx, unit, ready),
    )


def _letter_preview(ctx: Context, unit: UnitOfWork, ready: Ready) -> TextPreview:
    return TextPreview(
        body=ready.body,
        number=ready.number,
        sender=ready.sender,
        segments=0,
        encoding=LETTER_ENCODING,
        cost=ctx.messaging.mail.price,
        currency=ctx.messaging.currency,
        waits_until=_quiet_until(ctx, unit, ready),
    )


def _quiet_until(ctx: Context, unit: UnitOfWork, ready: Ready) -> dt.datetime | None:
    return quiet_at(ready.number, ready.campaign, ctx.now, postcode_of(unit, ready.contact_id))


def write_once(
    ctx: Context, unit: UnitOfWork, ready: Ready, *, purpose: str, message_id: uuid.UUID | None
) -> tuple[Message, bool]:
    """Write a text down, to go when quiet hours let it; whether it is new. Where the same form was sent
    before it is the text that was written down then.
    """
    if (before := _written_before(unit, message_id, ready, purpose)) is not None:
        return before, False
    message = queue_text(
        unit,
        ctx,
        number=ready.number,
        body=ready.body,
        purpose=purpose,
        contact_id=ready.contact_id,
        campaign_id=ready.campaign_id,
        sender=ready.sender,
        message_id=_free_id(unit, message_id),
        subject=ready.subject,
        picture=ready.picture,
        not_before=_quiet_until(ctx, unit, ready),
    )
    return message, True


def _code(unit: UnitOfWork, picture_id: uuid.UUID | None) -> str | None:
    """The code of a picture that may be used, which nobody takes away until the text is written down."""
    if picture_id is None:
        return None
    if (code := code_of_picture(unit, picture_id)) is None:
        raise ValidationFailed.at("/picture_id", "There is no picture with this id that may be used.")
    return code


def _check(body: str, longest: int) -> None:
    if not body.strip():
        raise ValidationFailed.at("/body", "Write what it says.")
    _check_length(body, longest)
    unknown = [FieldError("/body", fault) for fault in placeholders.faults(body)]
    if unknown:
        raise UnknownPlaceholder(unknown[0].detail, errors=unknown)


def _check_length(text: str, longest: int) -> None:
    if len(text) > longest:
        raise ValidationFailed.at("/body", too_long(longest))


def _missing(name: str) -> str:
    stands_in = f"{{{name}|…}}"
    return f"“{{{name}}}” isn’t known of them. Say what stands in for it: {stands_in}"


def _written_before(
    unit: UnitOfWork, message_id: uuid.UUID | None, ready: Ready, purpose: str
) -> Message | None:
    """The text of this id where the same form was sent before: to the same number, in the same words. Nobody
    else writes one of this id down until the unit of work is over.
    """
    if message_id is None:
        return None
    name = func.hashtextextended(f"text {unit.organisation_id}{message_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))
    row = unit.session.get(Message, (unit.organisation_id, message_id))
    if row is None:
        return None
    wanted = (ready.number, ready.body, ready.picture, purpose)
    return row if (row.number, row.body, row.picture_code, row.purpose) == wanted else None


def _free_id(unit: UnitOfWork, message_id: uuid.UUID | None) -> uuid.UUID:
    """This id where no text has it, else a new one: the form was sent again with other words."""
    if message_id is None or unit.session.get(Message, (unit.organisation_id, message_id)) is not None:
        return new_id()
    return message_id
