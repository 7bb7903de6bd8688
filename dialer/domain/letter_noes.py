"""What a letter to us asks: of its writer's own words, and of whatever else in it may be theirs.

Whose words stand where is a guess (`letter_quotes`). So a no is looked for in all that isn't marked as quoted
and that we haven't written ourselves: it may stand under a line that only looks like a mail program's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.inbound_cleaning import without_addresses, words
from dialer.domain.inbound_rules import OPT_OUT, REVIEW
from dialer.domain.inbound_text import Classified, classify, words_that_doubted
from dialer.domain.letter import ANSWERS, as_text
from dialer.domain.letter_quotes import Said, is_marked, lines_of, parted, value_of

IN_DOUBT: Final = "word_in_doubt"
_NOES: Final = frozenset({OPT_OUT, REVIEW})
_RUN: Final = 4
"""So many words of ours in a row are ours again."""
_LINES_MOST: Final = 150
"""So many lines at either end are looked at one by one."""
_LINE_LONGEST: Final = 400
_ENDS_LIKE_A_FRAME: Final = re.compile(r":\s*$")


@dataclass(frozen=True, slots=True)
class Ours:
    """A letter of ours that another may quote, as it is stored."""

    body: str = field(repr=False)
    subject: str = field(default="", repr=False)


def class_of_letter(body: str, ours: Sequence[Ours], *, opted_out: bool = False) -> Classified:
    """What a letter asks of us. The first of `ours` is the one that it answers.

    A no in its own words counts. One that stands elsewhere counts where it has none; else somebody looks.
    """
    before = ours[0].body if ours else None
    parts = parted(body)
    said = classify(parts.own, our_last_text=before, opted_out_by_text=opted_out)
    if said.klass in _NOES:
        return said
    others = _not_ours(body, ours)
    whole = classify("\n".join(others), our_last_text=before)
    if whole.klass == OPT_OUT and not words(parts.own):
        return whole
    doubted = whole.klass in _NOES or _is_a_no_somewhere(others, set(lines_of(parts.own)), before)
    return Classified(REVIEW, IN_DOUBT) if doubted else said


def shown(body: str, klass: str | None, rule: str | None) -> Said:
    """A letter in two, as pages show it: whole where the no that was heard in it isn't in its own words."""
    parts = parted(body)
    if klass not in _NOES:
        return parts
    is_elsewhere = rule == IN_DOUBT and not words_that_doubted(parts.own, IN_DOUBT)
    if not words(parts.own) or is_elsewhere:
        return Said("\n".join(lines_of(body)).strip(), "")
    return parts


def _is_a_no_somewhere(lines: Sequence[str], own: Collection[str], before: str | None) -> bool:
    """Whether any line alone says no, or all but those that look like “Ann wrote:”."""
    rest = [line for line in lines if not _ENDS_LIKE_A_FRAME.search(line[-_LINE_LONGEST:])]
    if classify("\n".join(rest), our_last_text=before).klass in _NOES:
        return True
    others = list(dict.fromkeys(line.strip() for line in lines if line not in own))
    looked_at = others[:_LINES_MOST] + others[_LINES_MOST:][-_LINES_MOST:]
    return any(classify(line[:_LINE_LONGEST]).klass in _NOES for line in looked_at)


def _not_ours(body: str, ours: Sequence[Ours]) -> list[str]:
    """The lines that nothing marks as quoted, without what stands in letters of ours that are quoted here."""
    lines = [line for line in lines_of(body) if line.strip() and not is_marked(line)]
    split = [words(without_addresses(line)).split() for line in lines]
    said = [word for line in split for word in line]
    runs = set(_runs(said))
    quoted = [one for one in (_lines_of_ours(each.body) for each in ours) if _is_quoted(one, runs)]
    subjects = {tuple(words(one.subject).split()) for one in ours}
    copied = _copied(said, {run for one in quoted for run in _runs([word for line in one for word in line])})
    whole = Counter(tuple(line) for one in quoted for line in one)
    kept: list[str] = []
    at = 0
    for line, its_words in zip(lines, split, strict=True):
        left = [word for place, word in enumerate(its_words, at) if place not in copied]
        at += len(its_words)
        if whole[tuple(its_words)] > 0:
            whole[tuple(its_words)] -= 1
        elif left != its_words and (left or len(its_words) >= _RUN):
            kept += [" ".join(left)] if left else []
        elif not _is_our_subject(line, subjects):
            kept.append(line)
    return kept


def _is_our_subject(line: str, subjects: Collection[tuple[str, ...]]) -> bool:
    """Whether it is the header that repeats what a letter of ours was about."""
    said = words(value_of(line)).split()
    return bool(said) and (tuple(said) in subjects or (said[0] in ANSWERS and tuple(said[1:]) in subjects))


def _lines_of_ours(letter: str) -> list[list[str]]:
    lines = (words(without_addresses(line)).split() for line in as_text(letter).split("\n"))
    return [line for line in lines if line]


def _is_quoted(letter: Sequence[Sequence[str]], runs: Collection[tuple[str, ...]]) -> bool:
    """Whether half of a letter of ours stands among these runs of words."""
    ours = _runs([word for line in letter for word in line])
    return bool(ours) and 2 * sum(run in runs for run in ours) >= len(ours)


def _runs(said: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1)]


def _copied(said: Sequence[str], ours: Collection[tuple[str, ...]]) -> set[int]:
    """The places of words that stand in such a run."""
    found: set[int] = set()
    for at, run in enumerate(_runs(said)):
        if run in ours:
            found.update(range(at, at + _RUN))
    return found
