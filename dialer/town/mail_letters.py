"""The letters that come back from the town, in the forms in which mail servers write them."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import formatdate
from typing import Final

SERVER: Final = "mx.town.example"
_ONE_CLICK: Final = re.compile(r"<(https?://[^<>\s]+)>")


@dataclass(slots=True)
class Letter:
    """One letter that was taken. `done` is what became of it, empty until that has happened."""

    sid: str
    sender: str
    to: str
    raw: bytes = field(repr=False)
    at: float
    nth: int = 0
    deed: str = ""
    done: bool = False

    @property
    def parsed(self) -> EmailMessage:
        found = email.message_from_bytes(self.raw, policy=default)
        return found if isinstance(found, EmailMessage) else EmailMessage()

    @property
    def subject(self) -> str:
        return str(self.parsed.get("Subject", ""))

    @property
    def text(self) -> str:
        """Its words, from the plain part."""
        part = self.parsed.get_body(("plain", "html"))
        return part.get_content() if part is not None else ""

    @property
    def one_click(self) -> str:
        """The address that a mail program posts to when its owner wants no more (RFC 8058); "": none."""
        letter = self.parsed
        if "one-click" not in str(letter.get("List-Unsubscribe-Post", "")).lower():
            return ""
        found = _ONE_CLICK.search(str(letter.get("List-Unsubscribe", "")))
        return found[1] if found else ""


def bounce(letter: Letter, status: str, words: str) -> bytes:
    """A report that it could not be delivered (RFC 3464)."""
    told = (
        f"Reporting-MTA: dns; {SERVER}\r\n\r\nFinal-Recipient: rfc822; {letter.to}\r\n"
        f"Action: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n"
    )
    about = f"Your message to {letter.to} could not be delivered:\r\n\r\n{words}\r\n"
    head = f"From: Mail Delivery System <MAILER-DAEMON@{SERVER}>\r\nAuto-Submitted: auto-replied\r\n"
    parts = (("text/plain; charset=utf-8", about), ("message/delivery-status", told))
    return _report(letter, head, "Undelivered Mail Returned to Sender", "delivery-status", parts)


def complaint(letter: Letter) -> bytes:
    """A report that whoever got it called it unwanted (RFC 5965)."""
    told = (
        "Feedback-Type: abuse\r\nUser-Agent: Town/1.0\r\nVersion: 1\r\n"
        f"Original-Mail-From: <{letter.sender}>\r\nOriginal-Rcpt-To: <{letter.to}>\r\n"
    )
    head = f"From: Feedback <feedback@{SERVER}>\r\n"
    parts = (("text/plain", "This is an email abuse report.\r\n"), ("message/feedback-report", told))
    return _report(letter, head, "Abuse report", "feedback-report", parts)


def answer(letter: Letter, words: str, *, automatic: bool = False) -> tuple[bytes, str]:
    """What somebody writes back, quoting it, and where that goes."""
    ours, made = letter.parsed, EmailMessage(policy=SMTP)
    to = letter.sender if automatic else _address(ours)
    made["From"], made["To"] = letter.to, to
    made["Subject"] = f"Re: {letter.subject}"
    made["Message-ID"] = f"<{letter.sid}.answer@{SERVER}>"
    made["In-Reply-To"] = str(ours.get("Message-ID", ""))
    made["Date"] = formatdate(letter.at)
    if automatic:
        made["Auto-Submitted"] = "auto-replied"
    quoted = "\n".join(f"> {line}" for line in letter.text.strip().splitlines()[:20])
    made.set_content(f"{words}\n\nOn Thursday {_address(ours)} wrote:\n{quoted}\n")
    return made.as_bytes(), to


def _report(letter: Letter, head: str, subject: str, kind: str, parts: tuple[tuple[str, str], ...]) -> bytes:
    mark = f"town-{letter.sid}"
    said = "".join(f"--{mark}\r\nContent-Type: {of}\r\n\r\n{words}\r\n" for of, words in parts)
    first = (
        f"{head}To: {letter.sender}\r\nSubject: {subject}\r\nDate: {formatdate(letter.at)}\r\n"
        f"Message-ID: <{letter.sid}.report@{SERVER}>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="{mark}"\r\n\r\n{said}'
    )
    last = f"--{mark}\r\nContent-Type: message/rfc822\r\n\r\n"
    return first.encode() + last.encode() + letter.raw + f"\r\n--{mark}--\r\n".encode()


def _address(letter: EmailMessage) -> str:
    """Where an answer goes."""
    header = letter["Reply-To"] or letter["From"]
    found = getattr(header, "addresses", ())
    return found[0].addr_spec if found else ""
