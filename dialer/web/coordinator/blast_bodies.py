"""What a text to many says in other languages: a field for each, and one for another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import request
from flask_babel import gettext

from dialer.domain.bodies import pointer
from dialer.domain.errors import FieldError
from dialer.domain.languages import SPOKEN
from dialer.web.coordinator.forms import said

FIELD_AT: Final = {pointer(language): f"body_{language}" for language in SPOKEN} | {
    "/bodies": "new_language",
    "/new_language": "new_language",
}
ALL: Final = "*"
"""Stands for all words of a text at once, where it is tried."""


def words_said(name: str) -> str:
    """What a field of words says, with the line ends and edges that a text has."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def bodies_said(faults: list[FieldError]) -> dict[str, str]:
    """What the form says in other languages; a field that was emptied is a language less."""
    bodies = {language: words for language in SPOKEN if (words := words_said(f"body_{language}"))}
    language, words = said("new_language"), words_said("new_body")
    if not words:
        return bodies
    if language not in SPOKEN:
        faults.append(FieldError("/new_language", gettext("Say which language it is.")))
    elif language in bodies:
        faults.append(FieldError("/new_language", gettext("The text has words in this language already.")))
    else:
        bodies[language] = words
    return bodies


def values_of(bodies: Mapping[str, str]) -> dict[str, Any]:
    """What the form shows of a draft's other languages."""
    return {"bodies": dict(bodies), "new_language": "", "new_body": ""}


def sent_values() -> dict[str, Any]:
    """What it shows again after a refusal: everything as it was typed."""
    sent = {
        language: request.form[f"body_{language}"]
        for language in SPOKEN
        if f"body_{language}" in request.form
    }
    return {
        "bodies": sent,
        "new_language": said("new_language"),
        "new_body": request.form.get("new_body", ""),
    }


def tried_languages() -> list[str]:
    """In which words a text is to be tried."""
    wanted = said("test_language")
    return ["", *bodies_said([])] if wanted == ALL else [wanted]


def choices_of(bodies: Mapping[str, str]) -> dict[str, Any]:
    """The options of these fields."""
    others = [(language, SPOKEN[language]) for language in SPOKEN if language in bodies]
    return {
        "language_names": SPOKEN,
        "new_languages": [
            ("", gettext("Choose a language")),
            *((code, name) for code, name in SPOKEN.items() if code not in bodies),
        ],
        "test_languages": [
            ("", gettext("In the usual words")),
            *others,
            (ALL, gettext("In all of them, a text each")),
        ],
    }
