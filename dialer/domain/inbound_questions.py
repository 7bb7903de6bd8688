"""What a text of ours asked: whether “No, don’t” answers that, or may ask us to leave somebody alone."""

from __future__ import annotations

import re
from typing import Final

from dialer.domain.inbound_cleaning import words
from dialer.domain.inbound_phrases import LIST, STOP, TEXTS, VERB

_ADDRESS: Final = re.compile(r"(?:\b(?:https?|ftp)://|\bwww\.|\.[a-z]{2,}[/?#])\S*(?<![.!,])", re.IGNORECASE)
"""What is written as the address of a page; a question mark in it asks nothing."""
_SHORTENED: Final = re.compile(r"\b(mr|mrs|ms|dr|st|prof|rev|cllr|no|a\.m|p\.m|e\.g|i\.e)\.", re.IGNORECASE)
"""Words whose full stop ends no sentence."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|\n\s*\n")
_ASKS: Final = re.compile(r"\?[!?]*[\"'”’)\]]*\Z")
_ENGLISH: Final = (
    rf"(?:{TEXTS}|{VERB}|{STOP}|{LIST}|hear\w*|touch|reach\w*|repl(?:y|ies|ying)|opt|ask\w*|numbers?"
    r"|talk\w*|speak\w*|chat\w*|convers\w*|discuss\w*|answer\w*|tell|posted|remind\w*|notify\w*|update\w*"
    r"|let you know|keep you|leave you|follow up|catch up|check in|get back|send\w*|visit\w*|knock\w*|come"
    r"|coming|door\w*|meet\w*|(?:drop|pop|swing) (?:by|in|over|round|around))"
)
_WELSH: Final = (
    r"(?:clywed|glywed|chlywed|ffon\w*|n?g?alw|rhif|siarad\w*|sgwrs\w*|d?anfon\w*|g?yrru|ymwel\w*|dd?od"
    r"|(?:c|g|ch|ngh)(?:yswllt|ysyllt\w*|uro|nocio|wrdd|yfarfod)|(?:t|d|th|nh)rafod|ateb\w*|atgoffa"
    r"|gwybod|wybod)"
)
_ABOUT_CONTACT: Final = re.compile(rf"\b(?:{_ENGLISH}|{_WELSH})\b")


def questions(our_text: str) -> list[str]:
    """The sentences of a text that ask something."""
    plain = _SHORTENED.sub(r"\1", _ADDRESS.sub(" ", our_text))
    return [one for part in _SENTENCE_END.split(plain) if _ASKS.search(one := part.strip())]


def is_about_contact(question: str) -> bool:
    """Whether a question is about writing, calling, talking or coming to somebody."""
    return _ABOUT_CONTACT.search(words(question)) is not None
