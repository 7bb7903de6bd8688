"""A letter to us as people write them: who says they wrote it, what they say, and which of ours they answer.

Nothing in a letter proves who wrote it but a name of ours in it, which only whoever got ours has. So whose
words they are is judged here, and what is in doubt is said (contract §7: kept, shown, never lost).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from enum import StrEnum
from typing import Final

from dialer.domain import mime
from dialer.domain.email_address import comparable, read_address
from dialer.domain.mail_report import is_automatic

LONGEST_BODY: Final = 100_000
MOST_ATTACHMENTS: Final = 50
SIZE_MOST: Final = 25 * 1024 * 1024
"""Bytes: larger letters few servers pass on, and of one that is, only the headers are read."""

_TO_US: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
_NO_WORDS: Final = frozenset({"re", "aw", "fwd", "fw", "ateb", "ymlaen"})


class Doubt(StrEnum):
    """Why it isn't certain whose words these are."""

    OTHER_SENDER = "other_sender"
    """It answers a letter of ours, and was written from another address than the one we wrote to."""
    OTHER_REPLY_TO = "other_reply_to"
    """It wants its answer to go to another address than it was written from."""
    UNPROVEN = "unproven"
    """It names no letter of ours: anybody can write an address of somebody else's as theirs."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that came with a letter: its place among the parts, and what its sender calls it."""

    nth: int
    name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A letter as it was read. Addresses are in their one form; `sender` is empty where it has none."""

    message_id: str
    sender: str = field(repr=False)
    sender_name: str = field(repr=False)
    reply_to: tuple[str, ...] = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    answers: str = field(repr=False)
    """The letters that it answers, by their names."""
    to: tuple[str, ...] = field(repr=False)
    attachments: tuple[Part, ...]
    automatic: bool


def read_letter(letter: Message) -> Incoming:
    """What stands in a letter that was parsed by `mime.parse`."""
    written_by = mime.addresses(letter, "From")
    name, address = written_by[0] if written_by else ("", "")
    return Incoming(
        message_id=message_id(letter),
        sender=read_address(address) or "",
        sender_name=name,
        reply_to=tuple(_addresses(letter, "Reply-To")),
        subject=mime.header(letter, "Subject")[:500],
        body=_body(letter),
        answers=" ".join(mime.header(letter, one) for one in ("References", "In-Reply-To")),
        to=tuple(one for header in _TO_US for one in _addresses(letter, header)),
        attachments=tuple(Part(nth, mime.filename(part), mime.kind(part)) for nth, part in _attached(letter))[
            :MOST_ATTACHMENTS
        ],
        automatic=is_automatic(letter),
    )


def message_id(letter: Message) -> str:
    """What it is called by whoever sent it, in angle brackets; empty where it has no name."""
    found = mime.names(letter, "Message-ID")
    return f"<{found[0]}>" if found else ""


def fingerprint(raw: bytes) -> str:
    """The same for the same letter, by whichever way it came: each way adds headers of its own on top.

    Its Message-ID alone isn't enough: whoever sends one chooses it, and could keep another's from being read.
    """
    letter = mime.parse(raw[: 64 * 1024].partition(b"\n\n")[0] + b"\n\n")
    said = "\n".join(mime.header(letter, one) for one in ("Message-ID", "From", "Date", "Subject"))
    body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].rstrip()
    return hashlib.sha256(said.encode() + b"\n\n" + body).hexdigest()


def doubt_about(letter: Incoming, written_to: str | None) -> Doubt | None:
    """Whether these may be somebody else's words than those of the owner of the address in whose name they
    are taken: `written_to`, where the letter names one of ours, else whoever it says wrote it.
    """
    if written_to is None:
        return Doubt.UNPROVEN
    if comparable(letter.sender) != comparable(written_to):
        return Doubt.OTHER_SENDER
    if any(comparable(address) != comparable(letter.sender) for address in letter.reply_to):
        return Doubt.OTHER_REPLY_TO
    return None


def subject_alone(subject: str) -> str:
    """A subject's own words: nothing of one that only says what it answers."""
    first = subject.partition(":")[0].strip().casefold()
    return "" if first in _NO_WORDS else subject


def attached(letter: Message, nth: int) -> bytes | None:
    """The bytes of one attachment; None where there is none at that place."""
    for place, part in _attached(letter):
        if place == nth:
            return part.as_bytes() if part.get_content_maintype() == "message" else mime.data(part)
    return None


def _leaves(letter: Message) -> Iterator[tuple[int, Message]]:
    """Every part that holds something itself, in order; letters in the letter are whole."""
    ahead, nth = [letter], 0
    while ahead and nth < mime.MOST_PARTS:
        part = ahead.pop(0)
        held = mime.held(part)
        if held is not None and part.get_content_maintype() != "message":
            ahead[:0] = held
        else:
            yield nth, part
            nth += 1


def _attached(letter: Message) -> Iterator[tuple[int, Message]]:
    for nth, part in _leaves(letter):
        if not _is_words(part) and mime.kind(part) not in {"message/delivery-status", "text/rfc822-headers"}:
            yield nth, part


def _is_words(part: Message) -> bool:
    if mime.kind(part) not in {"text/plain", "text/html"}:
        return False
    return not mime.header(part, "Content-Disposition").casefold().startswith("attachment")


def _body(letter: Message) -> str:
    words = [part for _, part in _leaves(letter) if _is_words(part)]
    plain = "\n".join(mime.text(part).strip() for part in words if mime.kind(part) == "text/plain")
    if plain.strip():
        return plain.strip()[:LONGEST_BODY]
    pages = (mime.words_of_page(mime.text(part)) for part in words if mime.kind(part) == "text/html")
    return "\n".join(pages).strip()[:LONGEST_BODY]


def _addresses(letter: Message, header: str) -> Iterator[str]:
    for _, address in mime.addresses(letter, header):
        if (found := read_address(address)) is not None:
            yield found
