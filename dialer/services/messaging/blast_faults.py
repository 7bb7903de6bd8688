"""What is wrong with what somebody says of a blast, its words aside."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select

from dialer.domain.bodies import USUAL
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.first_texts import AUTOMATIC, BATCH_MOST, BLAST_MODES, EACH_MOST
from dialer.domain.languages import SPOKEN
from dialer.domain.letter import SUBJECT_LONGEST
from dialer.domain.picture_message import PICTURE_WAYS
from dialer.domain.placeholders import LINK, names_in
from dialer.domain.sender import kind_of
from dialer.domain.texting import CHANNELS, EMAIL
from dialer.store.models.audiences import Audience as SavedAudience
from dialer.store.models.people import ContactList
from dialer.store.session import UnitOfWork


def channel_said(channel: str) -> str:
    """The channel, where it is one. Raises ValidationFailed at `/channel`."""
    if channel not in CHANNELS:
        raise ValidationFailed.at("/channel", "It is sent by sms or email.")
    return channel


def subject_pointer(language: str) -> str:
    """Where a subject stands among the fields of a blast."""
    return f"/subjects/{language}" if language != USUAL else "/subject"


def faults_of_subjects(usual: str, others: Mapping[str, str]) -> Iterator[FieldError]:
    """Of letters: each language has a subject of one line, or takes the usual one."""
    for language, subject in ((USUAL, usual), *others.items()):
        if language and language not in SPOKEN:
            yield FieldError("/subjects", f"Choose from {', '.join(SPOKEN)}.")
        elif not subject.strip():
            yield FieldError(subject_pointer(language), "An email needs a subject.")
        elif len(subject) > SUBJECT_LONGEST or len(subject.splitlines()) > 1:
            detail = f"A subject is one line of {SUBJECT_LONGEST} characters at most."
            yield FieldError(subject_pointer(language), detail)
        elif any(name.startswith(LINK) or name.endswith("_url") for name in names_in(subject)):
            yield FieldError(subject_pointer(language), "A subject has no links. Put them into the email.")


def faults_of_mode(mode: str, channel: str) -> Iterator[FieldError]:
    """Letters go by themselves: no law wants a hand on each."""
    if mode not in BLAST_MODES:
        yield FieldError("/mode", "It is sent automatic or by_hand.")
    elif channel == EMAIL and mode != AUTOMATIC:
        yield FieldError("/mode", "Letters are sent automatic.")


def faults_of_picture(way: str) -> Iterator[FieldError]:
    """How a picture goes."""
    if way not in PICTURE_WAYS:
        yield FieldError("/picture_by", f"A picture goes by {' or '.join(PICTURE_WAYS)}.")


def faults_of_hand(batch_size: int, limit: int | None) -> Iterator[FieldError]:
    """Of one that is sent by hand: how many at once, and how many of it one volunteer may send."""
    if not 1 <= batch_size <= BATCH_MOST:
        yield FieldError("/batch_size", f"A volunteer is given 1 to {BATCH_MOST} texts at once.")
    if limit is not None and not 1 <= limit <= EACH_MOST:
        detail = f"One volunteer may send 1 to {EACH_MOST:,}. Leave it empty for no limit."
        yield FieldError("/volunteer_limit", detail)


def faults_of_senders(senders: Iterable[str], channel: str) -> Iterator[FieldError]:
    """Texts come from numbers and names, letters from addresses in lower case."""
    wanted = "Give a number in E.164, a Messaging Service SID (MG…) or up to 11 characters."
    if channel == EMAIL:
        wanted = "Give an email address such as campaign@example.org, in lower case."
    for index, sender in enumerate(senders):
        kind = kind_of(sender)
        if kind is None or (kind == EMAIL) != (channel == EMAIL):
            yield FieldError(f"/senders/{index}", wanted)


def faults_of_lists(unit: UnitOfWork, wanted: Sequence[uuid.UUID]) -> Iterator[FieldError]:
    """Lists that aren't there."""
    known = set(
        unit.session.scalars(
            select(ContactList.id).where(
                ContactList.organisation_id == unit.organisation_id, ContactList.id.in_(wanted)
            )
        )
    )
    for index, list_id in enumerate(wanted):
        if list_id not in known:
            yield FieldError(f"/list_ids/{index}", "There is no list with this id.")


def faults_of_audience(unit: UnitOfWork, wanted: uuid.UUID | None) -> Iterator[FieldError]:
    """Nobody takes an audience away that was just named: its row is held until this is written."""
    if wanted is None:
        return
    of_it = (SavedAudience.organisation_id == unit.organisation_id, SavedAudience.id == wanted)
    if unit.session.scalar(select(SavedAudience.id).where(*of_it).with_for_update(key_share=True)) is None:
        yield FieldError("/audience_id", "There is no audience with this id.")
