"""What is to be put right in a script, and what is worth a second look, each at its place.

A fault keeps a script from being used; a remark doesn't. Both say what they are by their kind, so that a page
can say it in its reader's language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dialer.domain import placeholders
from dialer.domain.script import TRANSFER, Node, Script

PLACEHOLDER: Final = "placeholder"
FAULTS: Final[Mapping[str, str]] = {
    "no_start": "There is no step “{about}” to start with.",
    "step_twice": "Another step is already called “{about}”.",
    "answer_twice": "Another answer here is already called “{about}”.",
    "end_goes_on": "An end goes nowhere: take its “next” and “answers” away, or make it a “say”.",
    "no_phone": "Say which number people are put through to here.",
    "no_label": "Say whose number it is.",
    "phone_astray": "Only a step that puts people through has a number. Make this step a “transfer”.",
    "answers_astray": "Only a question has answers. Make this step a “question”.",
    "leads_nowhere": "This step leads nowhere: give it a “next”, or make it an “end”.",
    "no_such_step": "There is no step “{about}” to go on to.",
    "unreached": "No way leads to the step “{about}”.",
    "endless": "From the step “{about}” no end can be reached.",
    PLACEHOLDER: "{about}",
    "own_language": "The script’s own language needs no translation. Its words stand in “text” and “label”.",
}
REMARKS: Final[Mapping[str, str]] = {
    "untranslated": "“{about}” isn’t translated yet.",
    "long_words": "{about} words in one go. People listen to about 60: make two steps of it.",
    "long_answer": "“{about}” is long for a button. Up to 40 characters are read at a glance.",
    "many_answers": "{about} answers. Up to 7 are in sight at once on a phone.",
    "same_label": "Two answers here read “{about}”.",
    "no_fallback": "Where {about} isn’t known, nothing is said. Write what to say instead, behind a bar.",
}
WORDS_EASY: Final = 60
LABEL_EASY: Final = 40
ANSWERS_EASY: Final = 7
_MAY_BE_UNKNOWN: Final = frozenset(placeholders.NAMES) - placeholders.ADDRESSES - {"caller_name"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place of a script. `pointer` is a JSON pointer into it, `kind` one of `FAULTS` or
    `REMARKS`, `about` the name, number or sentence that it is about.
    """

    pointer: str
    kind: str
    about: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether it keeps the script from being used."""
        return self.kind in FAULTS

    @property
    def detail(self) -> str:
        """It in a sentence, with what to do."""
        return {**FAULTS, **REMARKS}[self.kind].format(about=self.about)


def faults(script: Script) -> list[Finding]:
    """Everything that keeps a script from being used: a step named twice, a way to nowhere, a step that
    can't be reached or that no end can be reached from, an unknown placeholder.
    """
    shape = list(_shape_faults(script))
    return [*shape, *_placeholder_faults(script), *([] if shape else _reach_faults(script))]


def remarks(script: Script, languages: Iterable[str] = ()) -> list[Finding]:
    """What can be used as it is, but is hard to say, to hear or to press, or lacks words in one of the
    `languages` that it is to be translated into.
    """
    found = [found for at, node in enumerate(script.nodes) for found in _remarks_on(node, f"/nodes/{at}")]
    for language in languages:
        found += [
            Finding(f"{pointer}/translations/{language}", "untranslated", about)
            for pointer, about, translations in _said(script)
            if language not in translations
        ]
    return found


def faults_of_translations(script: Script, own: str) -> list[Finding]:
    """Where words are given in the script's own language as if they were a translation."""
    return [
        Finding(f"{pointer}/translations/{own}", "own_language")
        for pointer, _, translations in _said(script)
        if own in translations
    ]


def translated(script: Script, language: str) -> tuple[int, int]:
    """Of how many texts and labels there are words in this language, and how many there are."""
    said = [translations for _, _, translations in _said(script)]
    return sum(language in translations for translations in said), len(said)


def _said(script: Script) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Everything that is said or pressed: its place, what it is called, its translations."""
    for at, node in enumerate(script.nodes):
        yield f"/nodes/{at}", node.id, node.translations
        for place, answer in enumerate(node.answers):
            yield f"/nodes/{at}/answers/{place}", answer.label, answer.translations


def _shape_faults(script: Script) -> Iterator[Finding]:
    ids = [node.id for node in script.nodes]
    if script.start not in ids:
        yield Finding("/start", "no_start", script.start)
    for index, node in enumerate(script.nodes):
        at = f"/nodes/{index}"
        if node.id in ids[:index]:
            yield Finding(f"{at}/id", "step_twice", node.id)
        yield from _node_faults(node, at)
        for place, target in node.ways_on():
            if target not in ids:
                yield Finding(f"{at}{place}", "no_such_step", target)


def _node_faults(node: Node, at: str) -> Iterator[Finding]:
    answer_ids = [answer.id for answer in node.answers]
    for index, answer_id in enumerate(answer_ids):
        if answer_id in answer_ids[:index]:
            yield Finding(f"{at}/answers/{index}/id", "answer_twice", answer_id)
    if node.kind == "end" and (node.next is not None or node.answers):
        yield Finding(at, "end_goes_on")
    if node.kind == TRANSFER and (node.through is None or not node.through.phone):
        yield Finding(f"{at}/phone", "no_phone")
    elif node.through is not None and not node.through.label.strip():
        yield Finding(f"{at}/label", "no_label")
    if node.kind != TRANSFER and node.through is not None:
        yield Finding(at, "phone_astray")
    if node.kind in ("say", TRANSFER) and node.answers:
        yield Finding(f"{at}/answers", "answers_astray")
    if not node.ends and node.next is None and not node.answers:
        yield Finding(at, "leads_nowhere")


def _placeholder_faults(script: Script) -> Iterator[Finding]:
    for index, node in enumerate(script.nodes):
        for place, text in _texts(node):
            for detail in placeholders.faults(text, spoken=True):
                yield Finding(f"/nodes/{index}{place}", PLACEHOLDER, detail)


def _texts(node: Node) -> Iterator[tuple[str, str]]:
    """The words in each language, with their place."""
    yield "/text", node.text
    for language, text in node.translations.items():
        yield f"/translations/{language}", text


def _reach_faults(script: Script) -> Iterator[Finding]:
    ways = {node.id: {target for _, target in node.ways_on()} for node in script.nodes}
    back: dict[str, set[str]] = {node.id: set() for node in script.nodes}
    for node_id, targets in ways.items():
        for target in targets:
            back[target].add(node_id)
    reached = _closure([script.start], ways)
    ending = _closure([node.id for node in script.nodes if node.ends], back)
    for index, node in enumerate(script.nodes):
        if node.id not in reached:
            yield Finding(f"/nodes/{index}", "unreached", node.id)
        elif node.id not in ending:
            yield Finding(f"/nodes/{index}", "endless", node.id)


def _closure(start: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(start)
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead.extend(ways[node_id])
    return reached


def _remarks_on(node: Node, at: str) -> Iterator[Finding]:
    for place, text in _texts(node):
        if (words := len(text.split())) > WORDS_EASY:
            yield Finding(f"{at}{place}", "long_words", str(words))
        for name in placeholders.without_fallback(text):
            if name in _MAY_BE_UNKNOWN or name.startswith(placeholders.CUSTOM):
                yield Finding(f"{at}{place}", "no_fallback", f"{{{name}}}")
    if len(node.answers) > ANSWERS_EASY:
        yield Finding(f"{at}/answers", "many_answers", str(len(node.answers)))
    read = Counter(answer.label.strip().casefold() for answer in node.answers)
    for index, answer in enumerate(node.answers):
        place, label = f"{at}/answers/{index}/label", answer.label.strip()
        if len(label) > LABEL_EASY:
            yield Finding(place, "long_answer", label)
        if read.pop(label.casefold(), 1) > 1:
            yield Finding(place, "same_label", label)
