"""Texts to one person as pages show them: those that went, those that wait and what for, and the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from uuid_utils.compat import uuid7

from dialer.domain.blast import Waiting
from dialer.domain.email_address import channel_of
from dialer.domain.incoming_letter import Doubt
from dialer.domain.letter import in_words
from dialer.domain.letter_noes import shown
from dialer.domain.phone import written
from dialer.domain.texting import EMAIL
from dialer.services.messaging.conversation_views import ConversationView
from dialer.services.messaging.views import LetterSaid, MessageView, TextPreview
from dialer.web.brought import Brings, Brought
from dialer.web.text_wording import (
    INBOUND_CLASS,
    INBOUND_TONE,
    LEFT_OUT,
    LETTER_DOUBT,
    MESSAGE_STATE,
    Words,
    inbound_rule,
    left_out,
)
from dialer.web.words import moment, money

WAITS_FOR: Final[Words] = {
    Waiting.ORGANISATION_PAUSED: _("Waits: everything is paused"),
    Waiting.BUDGET: _("Waits: the money for all campaigns is spent"),
    Waiting.CAMPAIGN_PAUSED: _("Waits: its campaign is paused"),
    Waiting.UNREAD: _("Waits until what came in meanwhile has been read"),
    Waiting.SENDERS: _("Waits: the number it comes from is stopped"),
    Waiting.RATE: _("Waits: the carrier asks us to go slower"),
    Waiting.CARRIER: _("Waits: the carrier can’t be reached"),
    Waiting.REVIEW: _("Waits for your answer about what they wrote"),
    Waiting.PRESS: _("Waits for somebody to press"),
}
_EMAIL_WAITS_FOR: Final[Words] = {
    Waiting.SENDERS: _("Waits: the address it comes from is stopped"),
    Waiting.RATE: _("Waits: the mail server asks us to go slower"),
    Waiting.CARRIER: _("Waits: the mail server can’t be reached"),
}
_EMAIL_STATE: Final[Words] = {"unknown": _("Nobody has heard whether it went")}


@dataclass(frozen=True, slots=True)
class Composer:
    """The form of a text to one person, with how it would read where somebody asked. `text_id` is that of the
    text it becomes, however often the form is sent.
    """

    text_id: str
    values: Mapping[str, str]
    preview: TextPreview | None = None

    @property
    def preview_words(self) -> str:
        """Its parts, what they cost, and the way it goes."""
        return told_of(self.preview) if self.preview else ""


def empty_composer() -> Composer:
    """The form before anything is written. Its id tells when it was drawn: the last text to a number, by its
    id, is what somebody answers to.
    """
    return Composer(str(uuid7()), {"body": "", "campaign_id": "", "picture_id": ""})


def told_of(preview: TextPreview) -> str:
    """Its parts, what they cost, and the way it goes; an email has no parts, and mostly costs nothing."""
    way = gettext(
        "from %(sender)s to %(number)s", sender=_sender(preview.sender), number=written(preview.number)
    )
    if channel_of(preview.number) == EMAIL:
        cost = f" · {money(preview.cost, preview.currency)}" if preview.cost else ""
        return f"{gettext('An email')}{cost} · {way}"
    parts = ngettext("One part", "%(num)s parts", preview.segments)
    if preview.picture_path:
        parts = gettext("The picture goes with it")
    return f"{parts} · {money(preview.cost, preview.currency)} · {way}"


def _sender(address: str) -> str:
    return written(address) if address.startswith("+") else address


def state_of(one: MessageView) -> str:
    """What became of a text of ours, or what it waits for; nothing of one that came in."""
    if one.direction == "inbound":
        return ""
    if one.waiting_reason == Waiting.QUIET_HOURS and one.waits_until is not None:
        return str(gettext("Waits for the end of quiet hours, %(when)s", when=moment(one.waits_until)))
    by_email = one.channel == EMAIL
    waits_for = {**WAITS_FOR, **_EMAIL_WAITS_FOR} if by_email else WAITS_FOR
    if one.waiting_reason in waits_for:
        return str(waits_for[one.waiting_reason])
    if one.state == "skipped" and one.skip_reason in LEFT_OUT:
        return f"{MESSAGE_STATE[one.state]}: {left_out(one.skip_reason, is_letters=by_email)}"
    states = {**MESSAGE_STATE, **_EMAIL_STATE} if by_email else MESSAGE_STATE
    return str(states.get(one.state, ""))


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a conversation; an inbound one with how it was read, and by which rule."""

    ours: bool
    body: str
    at: dt.datetime
    state_words: str
    class_words: str
    tone: str
    rule_words: str
    came_with: str = ""
    brought: Sequence[Brought] = ()
    picture_path: str = ""
    subject: str = ""
    doubt_words: str = ""
    """Of a letter: why its words may be somebody else’s, and what it says of itself."""
    by_email: bool = False
    quoted: str = ""
    """Of a letter to us: the rest of it, such as the letter that it answers."""


def nobody_in_particular(view: ConversationView) -> str:
    """Why no name stands where somebody writes; empty where one does."""
    if view.contact is not None:
        return ""
    if not view.people:
        return str(gettext("Nobody we know has it"))
    return str(ngettext("One person has it", "%(num)s people have it", view.people))


def still_asked(one: MessageView, state: str) -> str | None:
    """How a text was read; what may have meant stop is no question any more once somebody has answered."""
    return None if one.inbound_class == "review" and state != "review" else one.inbound_class


def text_of(one: MessageView, state: str, brought: Brings | None = None) -> Text:
    """A text of a conversation in this state as its page shows it."""
    read_as = still_asked(one, state)
    body, quoted = _parted(one)
    return Text(
        ours=one.direction == "outbound",
        body=body,
        at=one.created_at,
        state_words=state_of(one),
        class_words=str(INBOUND_CLASS.get(read_as, "")) if read_as else "",
        tone=str(INBOUND_TONE.get(read_as, "")) if read_as else "",
        rule_words=inbound_rule(one.inbound_rule, is_letter=one.channel == EMAIL),
        came_with=came_with(one),
        brought=(brought or {}).get(one.id, ()),
        picture_path=one.picture_path or "",
        subject=one.subject or "",
        doubt_words=_doubt_words(one.letter),
        by_email=one.channel == EMAIL,
        quoted=quoted,
    )


def _parted(one: MessageView) -> tuple[str, str]:
    """What somebody wrote, and what stands around it in their letter."""
    if one.channel != EMAIL or one.direction == "outbound":
        return one.body, ""
    said = shown(one.body, one.inbound_class, one.inbound_rule)
    return said.own, said.rest


def _doubt_words(letter: LetterSaid | None) -> str:
    if letter is None or letter.doubt is None:
        return ""
    said = str(LETTER_DOUBT.get(letter.doubt, ""))
    if letter.doubt == Doubt.OTHER_SENDER and letter.sender:
        return f"{said} {gettext('It says that it is from %(address)s.', address=letter.sender)}"
    if letter.doubt == Doubt.OTHER_REPLY_TO:
        return f"{said} {gettext('It names %(address)s.', address=letter.reply_to)}"
    return said


def in_a_line(one: MessageView | None) -> str:
    """What a text says where there is one line for it; without words what came instead."""
    if one is None or one.body or not one.attachments:
        return _said_in_a_line(one) if one is not None else ""
    count, kinds = len(one.attachments), {kind.split("/")[0] for kind in one.attachments}
    if kinds == {"image"}:
        return str(ngettext("One picture", "%(num)s pictures", count))
    if kinds == {"audio"}:
        return str(ngettext("One recording", "%(num)s recordings", count))
    if kinds == {"video"}:
        return str(ngettext("One film", "%(num)s films", count))
    return str(ngettext("One file", "%(num)s files", count))


def _said_in_a_line(one: MessageView) -> str:
    """Of a letter of ours, and of one to us, what its writer said, without marks."""
    if one.channel == EMAIL and one.direction == "outbound":
        return in_words(one.body)
    return _parted(one)[0] or one.body


def came_with(one: MessageView) -> str:
    """What came with a text, in words; nobody here is led to the carrier."""
    count = len(one.attachments)
    if not count:
        return ""
    if one.channel == EMAIL:
        return str(ngettext("A file came with it.", "%(num)s files came with it.", count))
    if all(kind.startswith("image/") for kind in one.attachments):
        return str(ngettext("They sent a picture.", "They sent %(num)s pictures.", count))
    return str(
        ngettext("They sent something that is no text.", "They sent %(num)s things that are no text.", count)
    )
