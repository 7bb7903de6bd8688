"""Letters in the composer: which channel a draft is for, and what its letters are about, by language."""

from __future__ import annotations

from typing import Any, Final

from flask import request

from dialer.domain.bodies import USUAL
from dialer.domain.languages import SPOKEN
from dialer.domain.texting import EMAIL, SMS
from dialer.services.messaging.blast_faults import subject_pointer
from dialer.services.messaging.blasts import BlastFields
from dialer.services.messaging.templates import VersionView
from dialer.services.messaging.views import BlastView
from dialer.web.coordinator.forms import asked, said
from dialer.web.letters_shown import Shown, written_shown

FIELD_AT: Final = {
    "/subject": "subject",
    "/subjects": "new_language",
    **{subject_pointer(language): f"subject_{language}" for language in SPOKEN},
}


def channel_asked() -> str:
    """Which kind of draft the address asks for."""
    return EMAIL if asked("channel") == EMAIL else SMS


def values_of(blast: BlastView | None = None) -> dict[str, Any]:
    """What the form shows, of a draft or of a new one."""
    if blast is None:
        return {"channel": channel_asked(), "subject": "", "subjects": {}, "new_subject": ""}
    subjects = dict(blast.subjects)
    return {"channel": blast.channel, "subject": blast.subject, "subjects": subjects, "new_subject": ""}


def sent_values() -> dict[str, Any]:
    """What the form shows again after a refusal: everything as it was typed."""
    sent = {language: request.form.get(f"subject_{language}", "") for language in SPOKEN}
    return {
        "channel": EMAIL if said("channel") == EMAIL else SMS,
        "subject": said("subject"),
        "subjects": {language: words for language, words in sent.items() if words},
        "new_subject": said("new_subject"),
    }


def letters_said() -> BlastFields:
    """The fields as they were said; a form without them means texts."""
    if said("channel") != EMAIL:
        return BlastFields()
    subject, subjects = subjects_said()
    return BlastFields(channel=EMAIL, subject=subject, subjects=subjects)


def subjects_said() -> tuple[str, dict[str, str]]:
    """What it is about, and in other languages. One without a subject of its own has the usual one."""
    subjects = {language: words for language in SPOKEN if (words := said(f"subject_{language}"))}
    if (new := said("new_subject")) and said("new_language") in SPOKEN:
        subjects.setdefault(said("new_language"), new)
    return said("subject"), subjects


def is_same(blast: BlastView, fields: BlastFields) -> bool:
    """Whether these would leave the draft as it is."""
    if blast.channel == SMS:
        return True
    return (fields.get("subject"), fields.get("subjects")) == (blast.subject, dict(blast.subjects))


def letters_of(blast: BlastView) -> list[tuple[str, Shown]]:
    """What it says as its letters are seen, by language, the usual words first; nothing of texts."""
    return shown_by_language(blast) if blast.is_letters else []


def shown_by_language(words: BlastView | VersionView) -> list[tuple[str, Shown]]:
    """Letters as they are seen, in each language."""
    said = [(USUAL, words.subject, words.body)]
    said += [(code, words.subjects.get(code) or words.subject, body) for code, body in words.bodies.items()]
    return [(code, written_shown(subject, words, code)) for code, subject, words in said]
