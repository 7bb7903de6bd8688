"""What a letter says became of one of ours: it bounced, is late, arrived, or was complained about.

Reports come as RFC 3464 has them (delivery status) or RFC 5965 (feedback), inside RFC 6522's
`multipart/report`; enhanced codes are those of RFC 3463. Some servers write in their own words instead:
those are read only where the letter was sent to a bounce address, so that nobody's words pass for a bounce.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from enum import StrEnum
from typing import Final

from dialer.domain import mime

MOST_RECIPIENTS: Final = 50


class Fate(StrEnum):
    """What became of a letter."""

    HARD = "hard"
    """Nobody has this address, now or later."""
    FULL = "full"
    """The mailbox had no room for it (RFC 3463, X.2.2; SMTP 552)."""
    SOFT = "soft"
    """It did not arrive this time for another reason that passes, such as a server that was away."""
    BLOCKED = "blocked"
    """The server wants no mail from us, not so much, or not this letter: says nothing of the address."""
    OTHER = "other"
    """It did not arrive, and nobody can tell why."""
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    """Whoever got it said that they did not want it."""


BOUNCE_KINDS: Final = tuple(one.value for one in (Fate.HARD, Fate.FULL, Fate.SOFT, Fate.BLOCKED, Fate.OTHER))
WHY_BOUNCED: Final = (
    "hard: nobody has the address; full: its mailbox; soft: another reason that passes; blocked: the server"
    " wants no mail from us, not so much, or not this; other: nobody can tell"
)
BOUNCES: Final = frozenset(map(Fate, BOUNCE_KINDS))
PASSING: Final = frozenset({Fate.FULL, Fate.SOFT})
"""Bounces of which one alone says nothing of the address: see `domain.bounces` for several."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one letter to one recipient.

    `status` is the enhanced code (`5.1.1`), `code` the reply of SMTP (550; 0: not told). `recipients` are the
    addresses that the report gives for whom it was sent to, the one that we wrote to first. `about` is all by
    which the letter may be named: its Message-ID and return path as the report shows them.
    """

    fate: Fate
    status: str = ""
    code: int = 0
    diagnostic: str = field(default="", repr=False)
    recipients: tuple[str, ...] = field(default=(), repr=False)
    about: str = field(default="", repr=False)


_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(r"(?<![\d.:/-])([245][0-5]\d)(?=[ -])")
_ADDRESS: Final = re.compile(r"<?[^\s<>@;,\"]{1,64}@[^\s<>@;,\"]{1,255}>?")

_NOBODY: Final = re.compile(
    r"user[ -]unknown|unknown[ -]user|no such (?:user|mailbox|recipient|person|address)|unknown (?:recipient"
    r"|mailbox|local part|address)"
    r"|(?:mailbox|recipient|user|account|address)[^.;]{0,40}"
    r"(?:does(?:n.t| not) exist|not found|not exist|unknown|is invalid|inactive|disabled|discontinued"
    r"|suspended)"
    r"|doesn.t have an? \S+ account|invalid (?:recipient|mailbox|user)|no mailbox here"
    r"|not a valid (?:mailbox|user|recipient)|not listed in domino|recipnotfound"
    r"|(?:host|domain)[^.;]{0,60}not found|null mx|domain does(?:n.t| not) (?:exist|accept mail)"
    r"|unrouteable address|no longer (?:works|with|valid|available|exists)",
    re.IGNORECASE,
)
_UNWANTED: Final = re.compile(
    r"\bspam\b|spamhaus|blacklist|block ?list|blocked|banned|reputation|\bpolicy\b|dmarc|\bspf\b|\bdkim\b"
    r"|unsolicited|junk|content rejected|not authenticated|\brbl\b|\bdnsbl\b|virus|suspicious|phishing",
    re.IGNORECASE,
)
_PER: Final = r"(?:send(?:er|ers|ing)?|sent|daily|hourly|rate|per (?:second|minute|hour|day))"
_OF_US: Final = re.compile(
    rf"\b{_PER}\b[^.;]{{0,60}}\b(?:quota|limit\w*|exceed\w*)"
    rf"|\b(?:quota|limit|limits|limited|exceeded)\b[^.,;]{{0,40}}\b{_PER}\b"
    r"|rate[ -]?limit|throttl|unusual rate|user complaints"
    r"|too (?:many|much|fast)[^.;]{0,30}(?:connection|mail|message|recipient|session|request|error|login)"
    r"|\b(?:connections?|recipients)\b[^.;]{0,20}\blimit|\brecipient limit"
    r"|\b(?:from|of|find|for|resolve) your (?:reverse )?(?:ip|host|server|domain|network)"
    r"|\byour (?:\w+ )?(?:account|ip|hostname|reverse)\b"
    r"|reverse (?:dns|name|hostname|lookup)|client host|\b(?:helo|ehlo)\b|relay(?:ing)? (?:access )?denied"
    r"|(?:permitted|allowed|able) to relay|refused to talk|authentication required"
    r"|sender[^.;]{0,40}(?:reject|denied|refused|not found|unknown|invalid|verif|does(?:n.t| not) exist)",
    re.IGNORECASE,
)
"""Words about us: how much we send, over how many connections, who we are. They may well come beside words
such as “quota” or “not found”, which then aren't about the mailbox.
"""
_OWNER: Final = r"(?:mailbox|mail box|inbox|user|recipient|account)"
_SPENT: Final = r"(?:\bfull\b|quota|exceed\w*|\bover\b|out of storage)"
_FULL: Final = re.compile(rf"{_OWNER}[^.;]{{0,40}}{_SPENT}|{_SPENT}[^.;]{{0,40}}{_OWNER}", re.IGNORECASE)
_TOO_BIG: Final = re.compile(r"message[^.;]{0,20}(?:size|too (?:big|large|long))|size limit", re.IGNORECASE)
_LATE: Final = re.compile(
    r"delivery[^.\n]{0,40}(?:delayed|deferred)|will (?:be retried|keep trying)", re.IGNORECASE
)
_FAILED: Final = re.compile(
    r"undeliver|not (?:be )?deliver|fail|returned mail|bounce|could(?:n.t| not)|rejected|permanent",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"^<([^\s<>@]{1,64}@[^\s<>@]{1,255})>:", re.MULTILINE)
"""How qmail names whom it failed to reach."""
_DAEMONS: Final = re.compile(
    r"mailer-daemon|postmaster|mail delivery (?:sub)?system|maildelivery", re.IGNORECASE
)

_NO_ADDRESS: Final = re.compile(r"5\.1\.(?:[01236]|10)|5\.2\.1|5\.4\.4|5\.5\.11")
"""Bad mailbox, system or syntax, moved, a domain that takes no mail (RFC 7505); disabled; no way there."""
_NO_MAILBOX: Final = re.compile(r"5\.1\.(?:[1236]|10)|5\.2\.1")
_PLAINLY: Final = re.compile(
    r"(?:user|mailbox|recipient|address)[ -](?:unknown|does(?:n.t| not) exist|not found)"
    r"|unknown[ -](?:user|recipient|mailbox)|no such (?:user|mailbox|recipient|person|address)",
    re.IGNORECASE,
)
_NO_ROOM: Final = re.compile(r"[45]\.2\.2")
_IN_GENERAL: Final = re.compile(r"(?:[45]\.0\.0)?")
_NO_ROOM_CODE: Final = 552
"""Of SMTP (RFC 5321, 4.2.3): beyond what is allotted, where no enhanced code says otherwise. It is also said
of letters that are too big, which has words of its own. A 452 alone is the server's own storage, or ours.
"""
_ABOUT_US: Final = re.compile(r"[45]\.7\.\d+|[45]\.1\.[78]|[45]\.3\.5|[45]\.4\.5|[45]\.5\.3")
"""Security or policy, the sender's address, a system set up wrongly, congestion (and relays' quotas), too
many recipients (RFC 3463): whether put off (4) or refused (5), nothing that the address has to do with.
"""
_US_CODE: Final = 454
_SILENT: Final = re.compile(r"[45]\.4\.[12]")
_TOO_LATE: Final = re.compile(r"[45]\.4\.7")
_SILENCE: Final = re.compile(
    r"timed? ?out|no (?:answer|route)|unreachable|not respond|connection (?:refused|reset|lost)"
    r"|could not connect",
    re.IGNORECASE,
)
_NOT_NOW: Final = re.compile(r"4\.\d+\.\d+|5\.3\.[12]|5\.4\.[127]")
_REFUSED: Final = re.compile(r"5\.6\.\d+|5\.3\.4|5\.2\.3")
_COMPLAINTS: Final = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})


def is_automatic(letter: Message) -> bool:
    """Whether a machine answered by itself, such as for somebody on holiday (RFC 3834, 5)."""
    answered = mime.header(letter, "Auto-Submitted").partition(";")[0].strip().casefold()
    if answered:
        return answered != "no"
    return bool(
        mime.header(letter, "X-Autoreply")
        or mime.header(letter, "X-Autorespond")
        or mime.header(letter, "X-Auto-Response-Suppress").casefold() in {"all", "oof"}
        or mime.header(letter, "Precedence").casefold() in {"auto_reply", "bulk", "junk", "list"}
    )


def reports_in(letter: Message, *, to_bounce_address: bool = False) -> tuple[Report, ...]:
    """What a letter reports, one for each recipient; none where it is no report.

    `to_bounce_address`: it was sent to a return path of ours, so that a bounce in a server's own words is
    taken for one.
    """
    found = [part for part in mime.parts(letter) if mime.kind(part) == "message/feedback-report"]
    if found:
        return _feedback(letter, found[0])
    for part in mime.parts(letter):
        if mime.kind(part) in {"message/delivery-status", "message/global-delivery-status"}:
            return tuple(_deliveries(letter, part))
    return _in_own_words(letter) if to_bounce_address else ()


def fate_of(status: str, code: int, diagnostic: str) -> Fate:
    """What a refusal says of the address: by its enhanced code, where that is a particular one, and by the
    words beside it where it isn't.
    """
    unwanted = _UNWANTED.search(diagnostic) is not None
    of_us = _OF_US.search(diagnostic) is not None
    nobody = _NOBODY.search(diagnostic) is not None and not (unwanted or of_us)
    particular = _NO_ADDRESS.fullmatch(status) and not ((unwanted or of_us) and status in {"5.1.0", "5.2.1"})
    big = _TOO_BIG.search(diagnostic) is not None
    rules = (
        (_ABOUT_US.fullmatch(status) and not (nobody and status.startswith("5.7.")), Fate.BLOCKED),
        (of_us and not particular, Fate.BLOCKED),
        (_FULL.search(diagnostic) or _NO_ROOM.fullmatch(status), Fate.FULL),
        (particular, Fate.HARD),
        (_has_no_room(status, code) and not (nobody or unwanted or big), Fate.FULL),
        (unwanted or _REFUSED.fullmatch(status) or code == _US_CODE, Fate.BLOCKED),
        (_NOT_NOW.fullmatch(status), Fate.SOFT),
        (nobody, Fate.HARD),
        (400 <= code < 500, Fate.SOFT),
    )
    return next((fate for holds, fate in rules if holds), Fate.OTHER)


def counts_towards_the_end(fate: Fate | None, said: str) -> bool:
    """Whether a bounce is one of those that in a row end an address: its mailbox was full, or its server gave
    no answer. A server that is there and says “later” may as well mean us.

    `said` is what is kept beside the bounce, and is looked at again: nothing is ended by a reason that a
    later rule reads otherwise.
    """
    again = fate_of_reply(said)
    if fate is Fate.FULL:
        return again is not Fate.BLOCKED
    status, _ = _codes("", said)
    is_silent = _SILENT.fullmatch(status) or (_TOO_LATE.fullmatch(status) and _SILENCE.search(said))
    return fate is Fate.SOFT and again is Fate.SOFT and is_silent is not None


def fate_of_reply(said: str) -> Fate:
    """The same of a server's reply to one letter, as it was heard: `552 5.2.2 The mailbox is full`.

    That server may be a relay of ours, whose “account suspended” or “host not found” may mean us: nobody has
    the address only where the code or plain words say so.
    """
    status, code = _codes("", said)
    fate = fate_of(status, code, said)
    is_plain = _NO_MAILBOX.fullmatch(status) or _PLAINLY.search(said)
    return Fate.OTHER if fate is Fate.HARD and not is_plain else fate


def is_about_us(said: str) -> bool:
    """Whether a server's reply is about whoever sends, such as a relay's “daily sending quota exceeded”: the
    next letter would hear it too.
    """
    status, _ = _codes("", said)
    names_us = _ABOUT_US.fullmatch(status) or _OF_US.search(said)
    return bool(names_us) and fate_of_reply(said) is Fate.BLOCKED


def _has_no_room(status: str, code: int) -> bool:
    return code == _NO_ROOM_CODE and _IN_GENERAL.fullmatch(status) is not None


def without_addresses(said: str) -> str:
    """A server's words without anybody's address, short enough to be shown."""
    return " ".join(_ADDRESS.sub("…", said).split())[:300]


def _deliveries(letter: Message, part: Message) -> Iterator[Report]:
    """One for each recipient of a delivery status (RFC 3464, 2.3); the first group is about the letter."""
    groups = _groups(part)
    original = _original(letter)
    ours = [mime.header(group, "Original-Envelope-Id") for group in groups[:1]]
    about = " ".join((*ours, _about(original)))
    for group in groups[: MOST_RECIPIENTS + 1]:
        action = mime.header(group, "Action").partition(" ")[0].casefold()
        if not action:
            continue
        diagnostic = mime.header(group, "Diagnostic-Code")
        words = diagnostic.partition(";")[2].strip() or diagnostic
        told = _STATUS.search(mime.header(group, "Status"))
        status, code = _codes(told[1] if told else "", words)
        yield Report(
            fate=_fate_of_action(action, status, code, words),
            status=status,
            code=code,
            diagnostic=without_addresses(words),
            recipients=tuple(dict.fromkeys(_recipients(group))) or _to(original),
            about=about,
        )


def _fate_of_action(action: str, status: str, code: int, words: str) -> Fate:
    if action == "delayed":
        return Fate.DELAYED
    if action in {"delivered", "relayed", "expanded"}:
        return Fate.DELIVERED
    return fate_of(status, code, words)


def _codes(status: str, words: str) -> tuple[str, int]:
    """The enhanced code and SMTP's: a general one, such as “tried for too long” (X.4.7), gives way to a
    particular one in the server's words.
    """
    said = _STATUS.search(words)
    if said and (not status or status.endswith((".0.0", ".4.7")) or status == "5.1.0"):
        status = said[1]
    reply = _REPLY.search(f"{words} ")
    return status, int(reply[1]) if reply else 0


def _groups(part: Message) -> list[Message]:
    """The groups of fields of a report; some servers leave out what stands between."""
    if (held := mime.held(part)) is not None:
        return held
    inner = mime.inside(part)
    return [inner] if inner is not None else []


def _recipients(group: Message) -> Iterator[str]:
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        kind, mark, address = mime.header(group, name).rpartition(";")
        found = _ADDRESS.search(address if mark else kind or address)
        if found:
            yield found[0].strip("<>").casefold()


def _feedback(letter: Message, part: Message) -> tuple[Report, ...]:
    """A complaint (RFC 5965, 3); one that says “not spam”, or is about authentication, is none."""
    fields = next(iter(_groups(part)), None)
    if fields is None:
        return ()
    if mime.header(fields, "Feedback-Type").casefold() not in _COMPLAINTS:
        return ()
    original = _original(letter)
    given = (*mime.headers(fields, "Original-Rcpt-To"), *mime.headers(fields, "Removal-Recipient"))
    people = tuple(
        found[0].strip("<>").casefold() for one in given if (found := _ADDRESS.search(one)) is not None
    )
    about = " ".join((mime.header(fields, "Original-Mail-From"), _about(original)))
    return (Report(Fate.COMPLAINT, recipients=people or _to(original), about=about),)


def _in_own_words(letter: Message) -> tuple[Report, ...]:
    """A bounce that no standard describes, as old servers write it."""
    subject = mime.header(letter, "Subject")
    said = next((mime.text(part) for part in mime.parts(letter) if mime.kind(part) == "text/plain"), "")
    said = said[:5000]
    is_daemon = bool(_DAEMONS.search(mime.header(letter, "From"))) or not mime.addresses(letter, "From")
    failed = mime.header(letter, "X-Failed-Recipients")
    if not (failed or (is_daemon and (_FAILED.search(subject) or _FAILED.search(said)))):
        return ()
    original = _original(letter)
    named = _ADDRESS.findall(failed) or _NAMED.findall(said)
    people = tuple(one.strip("<>").casefold() for one in named[:MOST_RECIPIENTS])
    status, code = _codes("", said)
    fate = Fate.DELAYED if _LATE.search(f"{subject} {said}") else fate_of(status, code, said)
    reason = next((line for line in said.splitlines() if _STATUS.search(line) or _REPLY.search(line)), "")
    about = _about(original) if original is not None else said
    return (Report(fate, status, code, without_addresses(reason), people or _to(original), about),)


def _original(letter: Message) -> Message | None:
    """The letter that a report is about, or its headers."""
    for part in mime.parts(letter):
        if mime.kind(part) in {
            "message/rfc822",
            "message/global",
            "text/rfc822-headers",
            "message/rfc822-headers",
        }:
            return mime.inside(part)
    return None


def _about(original: Message | None) -> str:
    """All in the headers of a returned letter that may name it."""
    if original is None:
        return ""
    said = ("Message-ID", "Return-Path", "X-Original-Message-ID", "Reply-To", "List-Unsubscribe")
    return " ".join(mime.header(original, name) for name in said)


def _to(original: Message | None) -> tuple[str, ...]:
    if original is None:
        return ()
    return tuple(address.casefold() for _, address in mime.addresses(original, "To"))[:MOST_RECIPIENTS]
