"""What a script says otherwise in another of its versions: step by step, answer by answer, word by word.

Steps and answers are the same where their ids are. A step under a new id is the same where it says the same:
a new name isn't read as one step gone and another come.
"""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialer.domain.script import Answer, Node, Script, ThirdParty

KINDS: Final = (
    "start",
    "step_added",
    "step_removed",
    "step_renamed",
    "step_moved",
    "step_kind",
    "words",
    "translation",
    "next",
    "through",
    "answer_added",
    "answer_removed",
    "answer_words",
    "answer_translation",
    "answer_next",
    "answer_support",
    "answer_voting_method",
    "answer_needs_lift",
    "answer_id_ready",
    "answer_planned_time",
    "answer_party",
    "answer_tags",
    "answers_moved",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise. `step` is the step's id (the newer one, where it has both), `answer` the
    answer's label; `before` and `after` are words, ids or values, empty where there was or is none.
    """

    kind: str
    step: str = ""
    answer: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words: in both (`""`), `removed` or `added`."""

    text: str
    mark: str = ""


def differences(old: Script, new: Script) -> list[Difference]:
    """Everything that `new` says or does otherwise than `old`, in the order of its steps; what is gone comes
    last.
    """
    renamed = _renamed(old, new)
    before = {renamed.get(node.id, node.id): node for node in old.nodes}
    found: list[Difference] = []
    start = renamed.get(old.start, old.start)
    if start != new.start:
        found.append(Difference("start", before=start, after=new.start))
    moved = _moved(
        [id_ for id_ in before if new.node(id_)], [node.id for node in new.nodes if node.id in before]
    )
    for node in new.nodes:
        was = before.get(node.id)
        if was is None:
            found.append(Difference("step_added", node.id, after=node.text))
            continue
        if was.id != node.id:
            found.append(Difference("step_renamed", node.id, before=was.id, after=node.id))
        if node.id in moved:
            found.append(Difference("step_moved", node.id))
        found += _in_step(was, node, renamed)
    gone = [node for id_, node in before.items() if new.node(id_) is None]
    return [*found, *(Difference("step_removed", node.id, before=node.text) for node in gone)]


def marked(before: str, after: str) -> list[Piece]:
    """Both in one, word by word, with what went and what came. Of long words that were much changed, all
    between their first and last change at once: to compare them costs the product of their lengths.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) * len(new) > _COMPARED:
        return _ends_alike(old, new)
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found, removed, added = list[Piece](), "", ""
    for at, (what, a, b, c, d) in enumerate(codes):
        went, came = "".join(old[a:b]), "".join(new[c:d])
        if what != "equal" or (0 < at < len(codes) - 1 and went.isspace()):
            # A space between two changed words holds nothing together.
            removed, added = removed + went, added + came
            continue
        found += [*_changed(removed, added), Piece(went)]
        removed = added = ""
    return [*found, *_changed(removed, added)]


def _ends_alike(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    start = _alike(zip(old, new, strict=False))
    end = _alike(zip(reversed(old[start:]), reversed(new[start:]), strict=False))
    middle = _changed("".join(old[start : len(old) - end]), "".join(new[start : len(new) - end]))
    pieces = [Piece("".join(old[:start])), *middle, Piece("".join(old[len(old) - end :]))]
    return [piece for piece in pieces if piece.text]


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    """How many of them are the same, up to the first that aren't."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece(removed, "removed")
    if added:
        yield Piece(added, "added")


_COMPARED: Final = 100_000
"""Two texts of 160 words, with the spaces between them: some hundredths of a second."""
_TOKEN: Final = re.compile(r"\w+|\s+|[^\w\s]")


def _renamed(old: Script, new: Script) -> Mapping[str, str]:
    """The new ids of steps that are the same but for their id."""
    come = {node.id: node for node in new.nodes if old.node(node.id) is None}
    found: dict[str, str] = {}
    for node in old.nodes:
        if new.node(node.id) is not None:
            continue
        alike = (id_ for id_, one in come.items() if (one.kind, one.text) == (node.kind, node.text))
        if (id_ := next(alike, None)) is not None:
            found[node.id] = id_
            del come[id_]
    return found


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Those that stand elsewhere among the others."""
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(old) - {one for a, _, size in blocks for one in old[a : a + size]}


def _in_step(old: Node, new: Node, renamed: Mapping[str, str]) -> Iterator[Difference]:
    onward = renamed.get(old.next or "", old.next or "")
    plain = (
        ("step_kind", old.kind, new.kind),
        ("words", old.text, new.text),
        ("through", _through(old.through), _through(new.through)),
        ("next", onward, new.next or ""),
    )
    for kind, before, after in plain:
        if before != after:
            yield Difference(kind, new.id, before=before, after=after)
    yield from _in_translations("translation", old, new, new.id)
    yield from _in_answers(old, new, renamed)


def _in_translations(kind: str, old: Node | Answer, new: Node | Answer, step: str) -> Iterator[Difference]:
    label = new.label if isinstance(new, Answer) else ""
    for language in sorted({*old.translations, *new.translations}):
        before, after = old.translations.get(language, ""), new.translations.get(language, "")
        if before != after:
            yield Difference(kind, step, label, before, after)


def _in_answers(old: Node, new: Node, renamed: Mapping[str, str]) -> Iterator[Difference]:
    both = [answer.id for answer in old.answers if new.answer(answer.id)]
    if both != [answer.id for answer in new.answers if old.answer(answer.id)]:
        yield Difference("answers_moved", new.id, before=_labels(old.answers), after=_labels(new.answers))
    for answer in new.answers:
        if (was := old.answer(answer.id)) is None:
            yield Difference("answer_added", new.id, answer.label, after=answer.label)
        else:
            yield from _in_answer(was, answer, new.id, renamed)
    for answer in old.answers:
        if new.answer(answer.id) is None:
            yield Difference("answer_removed", new.id, answer.label, before=answer.label)


def _in_answer(old: Answer, new: Answer, step: str, renamed: Mapping[str, str]) -> Iterator[Difference]:
    plain = (
        ("answer_words", old.label, new.label),
        ("answer_next", renamed.get(old.next, old.next), new.next),
        ("answer_support", _value(old.support), _value(new.support)),
        ("answer_voting_method", old.voting_method or "", new.voting_method or ""),
        ("answer_needs_lift", _flag(old.needs_lift), _flag(new.needs_lift)),
        ("answer_id_ready", _flag(old.id_ready), _flag(new.id_ready)),
        ("answer_planned_time", _clock(old.planned_time), _clock(new.planned_time)),
        ("answer_party", old.party or "", new.party or ""),
        ("answer_tags", ", ".join(old.tags), ", ".join(new.tags)),
    )
    for kind, before, after in plain:
        if before != after:
            yield Difference(kind, step, new.label, before, after)
    yield from _in_translations("answer_translation", old, new, step)


def _value(support: int | None) -> str:
    return "" if support is None else str(support)


def _flag(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _clock(value: dt.time | None) -> str:
    return "" if value is None else f"{value:%H:%M}"


def _through(third: ThirdParty | None) -> str:
    if third is None:
        return ""
    return f"{third.label} {third.phone}" + ("" if third.warm else " (cold)")


def _labels(answers: Sequence[Answer]) -> str:
    return ", ".join(answer.label for answer in answers)
