"""Letters handed over by SMTP, on a few connections of one process at once.

A thread holds each connection, since the standard library's client says exactly how far a letter has come,
and a server that thinks about one holds up no other. What a person waits for is taken first.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from dialer.carrier.letters import on_the_wire, written
from dialer.carrier.mail_port import Letter, LetterAsked, LetterTold, always
from dialer.carrier.port import NOT_BEGUN, NotAccepted, Refused, SendOutcome
from dialer.carrier.smtp_session import VERDICT_WITHIN_S, MailServer, Session
from dialer.clock import Clock, utc_now
from dialer.domain.carrier_action import Action
from dialer.logs import get_logger

CONNECTIONS: Final = 8
IDLE_S: Final = 10.0
"""How long a connection is kept that nothing is sent on."""
BAD_ADDRESS_CODE: Final = 553
"""What a server answers to an address whose writing isn't allowed (RFC 5321 §4.2.3)."""
CLOSE_WITHIN_S: Final = VERDICT_WITHIN_S + 10

log = get_logger(__name__)

Waiting = tuple[Letter, LetterTold, LetterAsked]


class SmtpMailer:
    """Hands letters over to one server."""

    def __init__(self, server: MailServer, connections: int = CONNECTIONS, clock: Clock = utc_now) -> None:
        self._server = server
        self._most = connections
        self._clock = clock
        self._begin_anew()

    def begin_letters(
        self, letters: Sequence[Letter], told: LetterTold, may_go: LetterAsked = always
    ) -> None:
        """See `Mailer`."""
        if self._pid != os.getpid():  # threads don't survive a fork, nor may two share a connection
            self._begin_anew()
        with self._changed:
            self._ending = False
            for letter in letters:
                (self._urgent if letter.urgent else self._usual).append((letter, told, may_go))
            self._start_where_wanted()
            self._changed.notify_all()

    def close(self) -> None:
        """See `Mailer`."""
        if self._pid == os.getpid():
            with self._changed:
                self._ending = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: not self._threads, timeout=CLOSE_WITHIN_S)

    def _begin_anew(self) -> None:
        self._pid = os.getpid()
        self._changed = threading.Condition()
        self._urgent: deque[Waiting] = deque()
        self._usual: deque[Waiting] = deque()
        self._threads = self._idle = 0
        self._ending = False

    def _start_where_wanted(self) -> None:
        """As many threads as letters wait for; the lock is held."""
        wanted = len(self._urgent) + len(self._usual) - self._idle
        for _ in range(min(self._most - self._threads, wanted)):
            self._threads += 1
            threading.Thread(target=self._run, name="smtp", daemon=True).start()

    def _run(self) -> None:
        session = Session(self._server)
        try:
            while (one := self._next()) is not None:
                letter, told, may_go = one
                told(letter, self._told_of(session, letter, may_go))
        finally:
            session.part()
            with self._changed:
                self._threads -= 1
                self._start_where_wanted()  # a letter may have come while this one was hanging up
                self._changed.notify_all()

    def _next(self) -> Waiting | None:
        """The next letter; None where there has been none for a while, or this is to end."""
        with self._changed:
            self._idle += 1
            try:
                self._changed.wait_for(lambda: self._urgent or self._usual or self._ending, timeout=IDLE_S)
            finally:
                self._idle -= 1
            line = self._urgent or self._usual
            return line.popleft() if line else None

    def _told_of(self, session: Session, letter: Letter, may_go: LetterAsked) -> SendOutcome:
        """What became of it, also where that fails in a way that nobody thought of: whoever waits for a word
        about it would wait for ever.
        """
        try:
            return self._hand_over(session, letter, may_go)
        except Exception:  # the thread goes on with the letters behind it
            log.exception("a letter could not be handed over", letter=str(letter.id))
            return session.broken_off()

    def _hand_over(self, session: Session, letter: Letter, may_go: LetterAsked) -> SendOutcome:
        if letter.begin_before is not None and time.monotonic() > letter.begin_before:
            return NotAccepted(NOT_BEGUN)
        try:
            on_the_wire(letter.to)
        except UnicodeError:
            return Refused(BAD_ADDRESS_CODE, "No mail server understands the part after the @.", Action.FINAL)
        return session.hand_over(letter, written(letter, self._clock()), may_go)
