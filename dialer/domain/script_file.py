"""A script as a file: JSON with a format and its version, and what keeps one from being read.

The rest is as the API has it. Only its shape is looked at here: whether the script can be used is for
`script_review` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dialer.domain.party_scale import PARTY_MAX
from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.script import ANSWERS_MAX, CLOCK, LANGUAGES, NODE_KINDS, NODES_MAX

FORMAT: Final = "dialer-script"
FORMAT_VERSION: Final = 1
SUPPORT_MOST: Final = 5

_SCRIPT: Final = {"name": 200, "start": 100}
_NODE: Final = {"id": 100, "kind": 20, "text": 10_000}
_NODE_MAY: Final = {"next": 100, "phone": 40, "label": 80}
_ANSWER: Final = {"id": 100, "label": 500, "next": 100}
_ANSWER_MAY: Final = {"voting_method": 20, "party": PARTY_MAX}
_TAGS_MAX, _TAG_MAX = 20, 100


@dataclass(frozen=True, slots=True)
class FileFault:
    """What keeps a file from being read: `no_script`, `too_new`, or a `field` that is `wrong`, at a step and
    an answer, both counted from 1 (0: of the script, of the step).
    """

    kind: str
    field: str = ""
    step: int = 0
    answer: int = 0


def file_faults(data: object) -> list[FileFault]:
    """Everything that keeps a loaded JSON document from being read as a script."""
    if not isinstance(data, Mapping) or not isinstance(data.get("nodes"), list):
        return [FileFault("no_script")]
    version = data.get("format_version", FORMAT_VERSION)
    if data.get("format", FORMAT) != FORMAT or isinstance(version, bool) or not isinstance(version, int):
        return [FileFault("no_script")]
    if version > FORMAT_VERSION:
        return [FileFault("too_new")]
    found = [FileFault("wrong", field) for field in _wrong_texts(data, _SCRIPT, {})]
    if data.get("language") not in (None, *LANGUAGES):
        found.append(FileFault("wrong", "language"))
    if len(data["nodes"]) > NODES_MAX:
        return [*found, FileFault("wrong", "nodes")]
    for at, node in enumerate(data["nodes"], start=1):
        found += [FileFault("wrong", field, at, answer) for field, answer in _wrong_in_node(node)]
    return found


def _wrong_in_node(node: object) -> Iterator[tuple[str, int]]:
    if not isinstance(node, Mapping):
        yield "nodes", 0
        return
    for field in _wrong_texts(node, _NODE, _NODE_MAY):
        yield field, 0
    if isinstance(node.get("kind"), str) and node["kind"] not in NODE_KINDS:
        yield "kind", 0
    if not _are_translations(node.get("translations"), _NODE["text"]):
        yield "translations", 0
    if not isinstance(node.get("warm"), bool | None):
        yield "warm", 0
    answers = node.get("answers") or []
    if not isinstance(answers, list) or len(answers) > ANSWERS_MAX:
        yield "answers", 0
        return
    for at, answer in enumerate(answers, start=1):
        for field in _wrong_in_answer(answer):
            yield field, at


def _wrong_in_answer(answer: object) -> Iterator[str]:
    if not isinstance(answer, Mapping):
        yield "answers"
        return
    yield from _wrong_texts(answer, _ANSWER, _ANSWER_MAY)
    if answer.get("voting_method") not in (None, *VOTING_METHODS):
        yield "voting_method"
    if not _are_translations(answer.get("translations"), _ANSWER["label"]):
        yield "translations"
    for flag in ("needs_lift", "id_ready"):
        if not isinstance(answer.get(flag), bool | None):
            yield flag
    if not _is_clock(answer.get("planned_time")):
        yield "planned_time"
    support = answer.get("support")
    if support is not None and not _is_support(support):
        yield "support"
    tags = answer.get("tags") or []
    if (
        not isinstance(tags, list)
        or len(tags) > _TAGS_MAX
        or not all(_is_text(tag, _TAG_MAX) for tag in tags)
    ):
        yield "tags"


def _wrong_texts(of: Mapping[Any, Any], must: Mapping[str, int], may: Mapping[str, int]) -> Iterator[str]:
    """The fields that aren't text of at most so many characters; those that may be may lack too."""
    for field, most in must.items():
        if not _is_text(of.get(field), most):
            yield field
    for field, most in may.items():
        if of.get(field) is not None and not _is_text(of[field], most):
            yield field


def _is_text(value: object, most: int) -> bool:
    """Whether it is text that the database takes."""
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _are_translations(value: object, most: int) -> bool:
    if value is None:
        return True
    return isinstance(value, Mapping) and all(
        language in LANGUAGES and _is_text(words, most) for language, words in value.items()
    )


def _is_clock(value: object) -> bool:
    return value is None or (isinstance(value, str) and re.fullmatch(CLOCK, value) is not None)


def _is_support(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= SUPPORT_MOST
