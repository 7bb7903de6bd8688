"""One step of a script as it stands on the screen, of whoever calls and of whoever tries the script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.phone import written
from dialer.domain.script import Node
from dialer.domain.talk import steps_in_all
from dialer.services.calling.views import ScriptView


@dataclass(frozen=True, slots=True)
class AnswerButton:
    """A way on from a question."""

    id: str
    label: str
    chosen: bool
    lang: str = ""
    """The language of its label, where it isn't the page's."""


@dataclass(frozen=True, slots=True)
class StepThrough:
    """Whom the step puts people through to; the number, for who calls on their own phone."""

    label: str
    number: str
    number_words: str


@dataclass(frozen=True, slots=True)
class Step:
    """The step of the script on the screen, `at` of `all`."""

    id: str
    at: int
    all: int
    text: str
    answers: list[AnswerButton]
    goes_on: bool
    ends: bool
    through: StepThrough | None = None
    lang: str = ""
    """The language that the words are in, where it isn't the page's."""


def step_of(view: ScriptView, walked: list[Node], answers: Mapping[str, str], language: str) -> Step:
    """The step that the talk has come to, the last of those `walked`, with the answer chosen there. Its words
    are in the reader's `language`, where they are translated.
    """
    node, chosen = walked[-1], answers.get(walked[-1].id)
    return Step(
        id=node.id,
        at=len(walked),
        all=steps_in_all(view.script, walked),
        text=node.words_in(language),
        answers=[
            AnswerButton(
                one.id, one.words_in(language), one.id == chosen, _foreign(view, one.translations, language)
            )
            for one in node.answers
        ],
        goes_on=node.ends or node.next is not None,
        ends=node.ends,
        through=_through(node),
        lang=_foreign(view, node.translations, language),
    )


def _foreign(view: ScriptView, translations: Mapping[str, str], language: str) -> str:
    """The script's language, where these words aren't in the reader's."""
    return "" if language in (view.language, *translations) else view.language


def _through(node: Node) -> StepThrough | None:
    if node.through is None:
        return None
    return StepThrough(node.through.label, node.through.phone, written(node.through.phone))
