"""What an inbound text asks of us: one of four classes, with the rule that fired (contract §7).

Where in doubt it is `review`: a person decides, and nothing automatic is sent meanwhile. The carrier's own
keywords are only the beginning: a person may refuse by any clear words (UK GDPR article 21(3); in the
United States “any reasonable manner”, 47 CFR 64.1200(a)(10)).
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from dialer.domain.inbound_cleaning import (
    is_quotation,
    letters_closed_up,
    own_words,
    without_quotations,
    words,
)
from dialer.domain.inbound_phrases import COURTESY, DONT_CY
from dialer.domain.inbound_questions import is_about_contact, questions
from dialer.domain.inbound_rules import (
    HELP,
    KEYWORDS,
    OPT_IN,
    OPT_IN_KEYWORDS,
    OPT_OUT,
    OTHER,
    REVIEW,
    RULES,
    YES,
)

_OWN: Final = "OWN"
"""Stands for the keywords that our own last text named."""
_KEY: Final = rf"(?:stop ?all|stop|unsubscribe|unsub|cancel|end|quit|opt ?out|stopio|stopiwch|{_OWN})"
_TELLS: Final = r"(?:reply|text|txt|send|respond|message|type|atebwch|ymatebwch|tecstiwch|anfonwch)"
_PURPOSE: Final = (
    r"(?:to|i|er mwyn) (?:opt ?out|stop|end|unsubscribe|unsub|cancel|quit|leave|be removed|remove|not receive"
    r"|optio allan|stopio|beidio|ddad ?danysgrifio|orffen|dynnu)"
)
_FOOTER: Final = (
    rf"(?:{_TELLS} (?:back |with |gyda |the word )?{_KEY}(?: (?:to|at|on|i|ar) \d+)?(?: {_PURPOSE}(?:"
    rf" \w+){{0,6}})?"
    rf"|{_KEY} {_PURPOSE}(?: \w+){{0,6}}|{_KEY} ?2 ?(?:end|stop|optout|opt out|quit)"
    rf"|{_PURPOSE}(?: \w+){{0,4}}? {_TELLS} (?:back |with |gyda |the word )?{_KEY}(?: (?:to|at|on|i|ar) \d+)?"
    rf"|opt ?out {_TELLS} {_KEY}(?: (?:to|at|on|i|ar) \d+)?)"
)
_COURTESY: Final = re.compile(
    r"(?:\b(?:please|pls|plz|thanks|thank you|ok|okay|hi|hello|yes|do i|so|now|just)\b ?)+"
)
_OWN_KEYWORD: Final = re.compile(
    rf"\b{_TELLS} (?:back |with |gyda |the word )?(\w+)(?: (?:to|at|on|i|ar) \d+)? {_PURPOSE}\b"
)
_OWN_KEYWORD_LATER: Final = re.compile(
    rf"\b{_PURPOSE}(?: \w+){{0,4}}? {_TELLS} (?:back |with |gyda |the word )?(\w+)\b"
)
_CLAUSE_END: Final = re.compile(
    r"[.!?;:…–—|/]+|\s-+\s|[,\n](?!\s*(?:the|this|these|that|those|all|our|your|y|yr)\b)", re.IGNORECASE
)
_DRAWN_OUT: Final = re.compile(r"(\w)\1{2,}")
_STOP_SIGNS: Final = frozenset("🛑⛔🚫✋🙅🖐🖕")
_LOOKALIKES: Final = str.maketrans(
    {"$": "s", "5": "s", "0": "o", "1": "l", "@": "a", "|": "l", "\u0455": "s", "\u0442": "t", "\u043e": "o"}
    | {
        "\u0440": "p",
        "\u0430": "a",
        "\u0441": "c",
        "\u0435": "e",
        "\u03c4": "t",
        "\u03bf": "o",
        "\u03c1": "p",
    }
)
"""Signs, digits, Cyrillic and Greek letters that look like Latin ones."""
_COPIED_RUN: Final = 6
"""So many of our own words in a row are a copy of our text; fewer may be an echo of its footer."""
_SOUND_WORDS: Final = frozenset(
    {
        "shop",
        "subscribe",
        "subscribed",
        "resubscribe",
        "step",
        "top",
        "stow",
        "slop",
        "stoop",
        "swop",
        "atop",
        "quiet",
        "quite",
        "quid",
        "quilt",
        "suit",
    }
    | {
        "send",
        "and",
        "start",
        "cancer",
        "optic",
        "evoke",
        "stops",
        "spot",
        "sop",
        "strop",
        "canceled",
        "cancels",
    }
    | {"stomp", "setup", "estop", "quits", "quilts", "quint", "squit", "invoke", "chancel"}
)
"""Words close to a keyword that mean something of their own."""
_SHOUTED_KEYWORD: Final = re.compile(rf"\b(?:{'|'.join(sorted(KEYWORDS)).upper()})\b")
_WORTH_GUESSING: Final = tuple(sorted(word for word in KEYWORDS if len(word) >= 4 and " " not in word))


_NO_DONT: Final = re.compile(
    rf"(?:{COURTESY} |sorry )*(?:no|nope|nah|na|nage)(?: {COURTESY}| sorry)* (?:dont|do not|{DONT_CY})"
    rf"(?: {COURTESY})*"
)


@dataclass(frozen=True, slots=True)
class Classified:
    """One of `opt_out`, `review`, `opt_in`, `other`, and the name of the rule that made it so."""

    klass: str
    rule: str


def classify(body: str, *, our_last_text: str | None = None, opted_out_by_text: bool = False) -> Classified:
    """What a text asks of us.

    `our_last_text` is what we last sent to the number: a copy of it says nothing, and the word that its
    footer names counts as a keyword. `opted_out_by_text`: the number is out by a text, so `YES` is a yes.
    """
    if whole := _as_keyword(body, our_last_text, opted_out_by_text=opted_out_by_text):
        return whole
    if not words(body):
        return Classified(REVIEW, "stop_sign") if _STOP_SIGNS & set(body) else Classified(OTHER, "no_words")
    own = own_words(body)
    if not words(own):
        return Classified(OTHER, "quoted")
    if whole := _as_keyword(own, our_last_text, opted_out_by_text=opted_out_by_text):
        return Classified(whole.klass, f"{whole.rule}_signed" if whole.rule == "keyword" else whole.rule)
    rest = without_quotations(without_ours(own, our_last_text))
    if _answers_no(rest, our_last_text or ""):
        return Classified(OTHER, "answers_no")
    return _by_footer(rest, our_last_text) or _by_words(rest)


def _answers_no(own: str, our_text: str) -> bool:
    """Whether “No, don’t” answers a question of ours, about other things than being in touch."""
    asked = questions(our_text)
    if not asked or any(is_about_contact(one) for one in asked):
        return False
    return _NO_DONT.fullmatch(words(own)) is not None


def _as_keyword(text: str, our_last_text: str | None, *, opted_out_by_text: bool) -> Classified | None:
    """The class of a text that is nothing but a keyword."""
    spellings = {words(text), letters_closed_up(text)}
    if spellings & KEYWORDS:
        return Classified(OPT_OUT, "keyword")
    if our_last_text is not None and spellings & footer_keywords(our_last_text):
        return Classified(OPT_OUT, "footer_keyword")
    if spellings & OPT_IN_KEYWORDS:
        return Classified(OPT_IN, "keyword")
    if opted_out_by_text and spellings & YES:
        return Classified(OPT_IN, "yes_after_opt_out")
    return Classified(OTHER, "help") if spellings & HELP else None


def footer_keywords(our_text: str) -> frozenset[str]:
    """The words that a text of ours tells people to answer with to be left in peace."""
    flat = words(our_text)
    found = [*_OWN_KEYWORD.findall(flat), *_OWN_KEYWORD_LATER.findall(flat)]
    return frozenset(found) - OPT_IN_KEYWORDS


def says_how_to_stop(our_text: str) -> bool:
    """Whether a text of ours names a word that ends them when it is the answer: as a footer does (“reply
    leave to opt out”), or a keyword in capitals (“Stop: STOP”).
    """
    return bool(footer_keywords(our_text)) or _SHOUTED_KEYWORD.search(our_text) is not None


def _by_footer(own: str, our_last_text: str | None) -> Classified | None:
    """An echo of a footer: “STOP to opt out” is a no; with more words around it somebody has to look."""
    named = "|".join(map(re.escape, footer_keywords(our_last_text or ""))) or "stop"
    footer = re.compile(rf"\b{_FOOTER.replace(_OWN, named)}\b")
    flat = words(own)
    found = footer.search(flat)
    if found is None:
        return None
    first = flat[: found.start()].count(" ")
    rest = _without_words(own, first, first + len(found[0].split()))
    if not _COURTESY.sub("", words(rest)):
        return Classified(OPT_OUT, "footer_echo")
    if is_quotation(own):
        return Classified(OTHER, "quoted")
    about_rest = _by_words(rest)
    return about_rest if about_rest.klass == OPT_OUT else Classified(REVIEW, "footer_in_text")


def _by_words(own: str) -> Classified:
    if not words(own):
        return Classified(OTHER, "our_words_back")
    clauses = [clause for part in _CLAUSE_END.split(own) if (clause := words(part))]
    joined = " . ".join(clauses)
    return _drawn_out(clauses) or _first_rule(joined) or _damaged(own) or Classified(OTHER, "nothing")


def _first_rule(joined: str) -> Classified | None:
    found = next((rule for rule in RULES if rule.pattern.search(joined)), None)
    return Classified(found.klass, found.name) if found else None


def words_that_doubted(body: str, rule: str) -> str:
    """The words of a text by which a rule of phrases took it for what it did; empty where another rule did,
    or the text was compared with ours first.
    """
    found = next((one for one in RULES if one.name == rule), None)
    clauses = [clause for part in _CLAUSE_END.split(own_words(body)) if (clause := words(part))]
    matched = found.pattern.search(" . ".join(clauses)) if found is not None else None
    return matched[0].replace(" . ", ", ").strip(" .,") if matched is not None else ""


def _drawn_out(clauses: list[str]) -> Classified | None:
    """A keyword with letters drawn out (“STOPPPPP”), or said over and over."""
    for clause in clauses:
        said = {_DRAWN_OUT.sub(r"\1", word) for word in clause.split()}
        if said and said <= KEYWORDS:
            return Classified(OPT_OUT, "keyword_stressed")
    return None


def _damaged(own: str) -> Classified | None:
    """A keyword with a space in it, one letter wrong, or signs in place of letters: probably meant so."""
    flat, alike = words(own), words(own.casefold().translate(_LOOKALIKES))
    if flat.replace(" ", "") in KEYWORDS or alike.replace(" ", "") in KEYWORDS:
        return Classified(REVIEW, "damaged_keyword")
    alone = _COURTESY.sub("", flat).strip()
    if " " in alone or alone in _SOUND_WORDS:
        return None
    near = any(_one_slip_apart(alone, keyword) for keyword in _WORTH_GUESSING)
    return Classified(REVIEW, "damaged_keyword") if near else None


def _one_slip_apart(word: str, keyword: str) -> bool:
    """One letter left out, added, wrong, or two swapped; two such slips in a keyword of eight or more."""
    if abs(len(word) - len(keyword)) > 2:
        return False
    return _slips(word, keyword) <= (2 if len(keyword) >= 8 else 1)


def _slips(word: str, keyword: str) -> int:
    """The number of slips between two words (optimal string alignment distance)."""
    before, row = [0] * (len(keyword) + 1), list(range(len(keyword) + 1))
    for i, letter in enumerate(word, 1):
        above, row = row, [i] + [0] * len(keyword)
        for j, wanted in enumerate(keyword, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == keyword[j - 2] and word[i - 2] == wanted:
                row[j] = min(row[j], before[j - 2] + 1)
        before = above
    return row[-1]


def without_ours(own: str, our_last_text: str | None) -> str:
    """What somebody wrote without runs of our own words, as when they copy our text into their answer."""
    if our_last_text is None:
        return own
    ours = words(our_last_text).split()
    said = words(own).split()
    least = min(_COPIED_RUN, max(len(ours), 3))
    theirs = {tuple(ours[at : at + least]) for at in range(len(ours) - least + 1)}
    copied: set[int] = set()
    for at in range(len(said) - least + 1):
        if tuple(said[at : at + least]) in theirs:
            copied.update(range(at, at + least))
    return _without(own, copied) if copied else own


def _without_words(text: str, first: int, end: int) -> str:
    """The text without its words number `first` to `end`, that one not included."""
    return _without(text, range(first, end))


def _without(text: str, places: Container[int]) -> str:
    """The text without its words at these places; a line ends where some were."""
    gone: list[tuple[int, int]] = []
    count = 0
    goes_on = False
    for token in re.finditer(r"\S+", text):
        first, count = count, count + len(words(token[0]).split())
        if count == first:
            continue
        if any(place in places for place in range(first, count)):
            start = gone.pop()[0] if goes_on else token.start()
            gone.append((start, token.end()))
            goes_on = True
        else:
            goes_on = False
    begins = [0, *(end for _, end in gone)]
    ends = [*(start for start, _ in gone), len(text)]
    return "\n".join(text[begin:end] for begin, end in zip(begins, ends, strict=True))
