"""One connection to the mail server, and what its answers say about a letter at each point (RFC 5321).

Until the last dot nothing is accepted, whatever breaks: the letter may be sent again. Once the dot may have
gone, only an answer tells; without one nobody knows, and SMTP has no way to ask.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Final

from dialer.carrier.letters import dotted, on_the_wire
from dialer.carrier.mail_port import DEFERRED, POLICY_CODE, Letter, LetterAsked, always
from dialer.carrier.port import NOT_BEGUN, TOO_BUSY, Accepted, NotAccepted, Refused, SendOutcome, Unknown
from dialer.domain.carrier_action import Action
from dialer.domain.mail_report import is_about_us

COMMAND_WITHIN_S: Final = 20.0
"""How long an answer to a command is waited for; RFC 5321 §4.5.3.2 allows minutes, which no blast waits."""
VERDICT_WITHIN_S: Final = 120.0
"""And the answer to the last dot: the server may look into the letter first, and an answer lost is never
found again.
"""
FRESH_S: Final = 1.0
"""For so long it counts that a letter may go; a step later than that asks again (contract §7)."""

CONNECTION_LOST: Final = "connection_lost"
UNREACHABLE: Final = "unreachable"
_CLOSING: Final = 421
_GO_ON: Final = 354
_TLS_CODE: Final = 454
_UTF8_CODE: Final = 553
_STATUS: Final = re.compile(rb"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")
_NOBODY_THERE: Final = frozenset({(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)})
"""Enhanced status codes (RFC 3463, 7505) that say of an address that no letter will ever arrive there."""
_POLICY: Final = 7

Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and how one signs in there. `tls` is `starttls`, `tls` or `none`."""

    host: str
    port: int
    tls: str = "none"
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    own_name: str = "localhost"


class _RefusedError(Exception):
    """The server said no before the letter was its own; or the way to it is closed."""

    def __init__(self, outcome: SendOutcome) -> None:
        super().__init__(type(outcome).__name__)
        self.outcome = outcome


class _Asked:
    """Whether a letter may go, asked again where the last answer is too old to count."""

    def __init__(self, letter: Letter, ask: LetterAsked) -> None:
        self._letter, self._ask = letter, ask
        self._counts_until = letter.begin_before

    def may_go(self) -> bool:
        """Whether it may, as of a second ago at the most."""
        now = time.monotonic()
        if self._counts_until is None or now <= self._counts_until:
            return True
        self._counts_until = now + FRESH_S
        return self._ask(self._letter)


class Session:
    """One connection, of one thread, opened when there is something to send and used again."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self._may_be_theirs = False

    def hand_over(self, letter: Letter, whole: bytes, may_go: LetterAsked = always) -> SendOutcome:
        """Hand a letter over, at most once. A connection that turns out to have been closed while it was
        idle is opened again, since nothing of the letter has gone.
        """
        asked = _Asked(letter, may_go)
        self._may_be_theirs = False
        for is_second in (False, True):
            was_open = self._smtp is not None
            try:
                smtp = self._smtp or self._open()
                self._envelope(smtp, letter, asked)
            except _RefusedError as error:
                if was_open and not is_second and _is_closing(error.outcome):
                    continue
                return error.outcome
            except (OSError, smtplib.SMTPException):
                self.close()
                if was_open and not is_second:
                    continue
                return NotAccepted(CONNECTION_LOST)
            return self._content(smtp, letter, dotted(whole), asked)
        raise AssertionError("a second try always returns")

    def broken_off(self) -> SendOutcome:
        """What became of a letter whose handing over ended in the middle, by a fault of ours: the line with
        its half of a letter is given up.
        """
        self.close()
        return Unknown(CONNECTION_LOST) if self._may_be_theirs else NotAccepted(NOT_BEGUN)

    def close(self) -> None:
        """Hang up; whatever the other side makes of it."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.close()

    def part(self) -> None:
        """Hang up with a word, where nothing is under way."""
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self.close()

    def _open(self) -> smtplib.SMTP:
        try:
            smtp = self._connected()
        except ssl.SSLError as error:
            raise _RefusedError(_misconfigured(_TLS_CODE, f"TLS: {error.reason}")) from None
        except smtplib.SMTPConnectError as error:
            reply = (error.smtp_code, _bytes(error.smtp_error))
            raise _RefusedError(_of_us(reply, Action.CONFIGURATION)) from None
        except UnicodeError:
            raise _RefusedError(_misconfigured(_TLS_CODE, "The host isn't a name of a server.")) from None
        except (OSError, smtplib.SMTPException):
            raise _RefusedError(NotAccepted(UNREACHABLE)) from None
        self._smtp = smtp
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sign_in(smtp)
        return smtp

    def _connected(self) -> smtplib.SMTP:
        server, patience = self._server, COMMAND_WITHIN_S
        if server.tls == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                server.host, server.port, server.own_name, timeout=patience, context=context
            )
        return smtplib.SMTP(server.host, server.port, server.own_name, timeout=patience)

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            if not smtp.has_extn("starttls"):
                self._refuse(_misconfigured(_TLS_CODE, "The server offers no encryption (STARTTLS)."))
            try:
                smtp.starttls(context=ssl.create_default_context())
            except (ssl.SSLError, smtplib.SMTPResponseException) as error:
                reason = getattr(error, "reason", None) or type(error).__name__
                self._refuse(_misconfigured(_TLS_CODE, f"TLS: {reason}"))
            smtp.ehlo_or_helo_if_needed()
        if server.user:
            try:
                smtp.login(server.user, server.password)
            except smtplib.SMTPResponseException as error:
                self._refuse(_of_us((error.smtp_code, _bytes(error.smtp_error)), Action.STOP_ALL))
            except UnicodeError:
                detail = "The name or the password has letters beyond ASCII, which can't be sent to it."
                self._refuse(_misconfigured(_TLS_CODE, detail))
            except smtplib.SMTPNotSupportedError:
                self._refuse(_misconfigured(_TLS_CODE, "The server takes no name and password."))

    def _envelope(self, smtp: smtplib.SMTP, letter: Letter, asked: _Asked) -> None:
        """`MAIL`, `RCPT` and `DATA`, up to the server's word to go on."""
        to, options = on_the_wire(letter.to), ""
        if not (to.isascii() and letter.sender.isascii()):
            if not smtp.has_extn("smtputf8"):
                detail = "The mail server takes no addresses with letters beyond ASCII before the @."
                raise _RefusedError(Refused(_UTF8_CODE, detail, Action.FINAL))
            options = " SMTPUTF8 BODY=8BITMIME"
        begin = f"MAIL FROM:<{on_the_wire(letter.return_path)}>{options}\r\n"
        rest = f"RCPT TO:<{to}>\r\n"
        if smtp.has_extn("pipelining"):
            smtp.send((begin + rest).encode())
            of_sender, of_address = smtp.getreply(), smtp.getreply()
        else:
            smtp.send(begin.encode())
            of_sender = smtp.getreply()
            if of_sender[0] // 100 == 2:
                smtp.send(rest.encode())
            of_address = smtp.getreply() if of_sender[0] // 100 == 2 else of_sender
        if of_sender[0] // 100 != 2:
            self._refuse(_of_us(of_sender, Action.CONFIGURATION))
        if of_address[0] // 100 != 2:
            self._refuse(_of_address(of_address))
        if not asked.may_go():
            self._refuse(NotAccepted(NOT_BEGUN))
        begun = smtp.docmd("DATA")
        if begun[0] != _GO_ON:
            self._refuse(_of_letter(begun))

    def _content(self, smtp: smtplib.SMTP, letter: Letter, data: bytes, asked: _Asked) -> SendOutcome:
        try:
            smtp.send(data)
        except (OSError, smtplib.SMTPException):
            self.close()
            return NotAccepted(CONNECTION_LOST)
        if not asked.may_go():
            self.close()  # without its dot the server has no letter
            return NotAccepted(NOT_BEGUN)
        self._may_be_theirs = True
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(VERDICT_WITHIN_S)
            smtp.send(b".\r\n")
            verdict = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(COMMAND_WITHIN_S)
        except (OSError, smtplib.SMTPException):
            self.close()
            return Unknown(CONNECTION_LOST)
        if verdict[0] // 100 == 2:
            return Accepted(letter.message_id, "accepted")
        if verdict[0] // 100 not in {4, 5}:
            self.close()
            return Unknown("unreadable")
        if verdict[0] == _CLOSING:
            self.close()
        return _of_letter(verdict)

    def _refuse(self, outcome: SendOutcome) -> None:
        """Leave the line as it is fit for the next letter, or not at all; and say what became of this one."""
        smtp = self._smtp
        try:
            if smtp is None or _is_about_us(outcome) or smtp.rset()[0] // 100 != 2:
                self.close()
        except (OSError, smtplib.SMTPException):
            self.close()
        raise _RefusedError(outcome)


def _is_about_us(outcome: SendOutcome) -> bool:
    """Whether every further letter on this connection would hear the same."""
    if isinstance(outcome, NotAccepted):
        return outcome.reason not in {DEFERRED, NOT_BEGUN}
    return isinstance(outcome, Refused) and outcome.action in {Action.CONFIGURATION, Action.STOP_ALL}


def _is_closing(outcome: SendOutcome) -> bool:
    return isinstance(outcome, NotAccepted) and outcome.reason == TOO_BUSY


def _of_us(reply: Reply, action: Action) -> SendOutcome:
    """Of a no to us, before any address was named: what comes after would hear it too."""
    code = reply[0]
    return NotAccepted(TOO_BUSY) if code // 100 == 4 else Refused(max(code, 0), _words(reply), action)


def _of_address(reply: Reply) -> SendOutcome:
    code = reply[0]
    if code == _CLOSING:
        return NotAccepted(TOO_BUSY)
    if code // 100 == 4:
        return NotAccepted(DEFERRED, detail=_words(reply))
    if code // 100 != 5:
        return NotAccepted(CONNECTION_LOST)
    if _is_for_policy(reply):
        return Refused(POLICY_CODE, _words(reply), Action.FINAL)
    gone = _status(reply) in _NOBODY_THERE
    return Refused(code, _words(reply), Action.RETIRE_NUMBER if gone else Action.FINAL)


def _of_letter(reply: Reply) -> SendOutcome:
    """Of a no to the letter itself. A definite no, also after the last dot, leaves it with us (§6.1)."""
    code = reply[0]
    if code == _CLOSING:
        return NotAccepted(TOO_BUSY)
    if code // 100 == 4:
        return NotAccepted(DEFERRED, detail=_words(reply))
    if code // 100 != 5:
        return NotAccepted(CONNECTION_LOST)
    return Refused(POLICY_CODE if _is_for_policy(reply) else code, _words(reply), Action.FINAL)


def _is_for_policy(reply: Reply) -> bool:
    """Whether it is us, or what we say, that is refused; a relay's limit of how much we send as well."""
    status = _status(reply)
    return (status is not None and status[0] == _POLICY) or is_about_us(_words(reply))


def _misconfigured(code: int, detail: str) -> Refused:
    return Refused(code, detail, Action.CONFIGURATION)


def _status(reply: Reply) -> tuple[int, int] | None:
    found = _STATUS.match(reply[1])
    return (int(found[1]), int(found[2])) if found else None


def _words(reply: Reply) -> str:
    said = " ".join(reply[1].decode("utf-8", "replace").split())
    return f"{reply[0]} {said}"[:500]


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
