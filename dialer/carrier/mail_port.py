"""What deeds may ask of whoever carries letters. What becomes of one is said as of a text (`port`)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from dialer.carrier.port import NotAccepted, SendOutcome

DEFERRED: Final = "deferred"
"""The server takes no letter for this address just now (greylisting, a full mailbox)."""
NO_SERVER: Final = "no_mail_server"
"""The settings name none."""
POLICY_CODE: Final = 571
"""What a refusal for a reason of policy (5.7.x) is called here, whatever number stood before it: it is about
us or about what we say, not about the address.
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to hand over. `body` is its source (`domain.letter`), `message_id` in angle brackets.

    `return_path` is where its bounces go. With an `opt_out_url` it says in its headers how to stop, by one
    press there or by a letter to `opt_out_address`. `automatic` is one that no person sent, to which no
    machine is to answer. See `OutboundMessage` for `begin_before` and `urgent`.
    """

    id: uuid.UUID
    to: str = field(repr=False)
    sender: str
    sender_name: str
    subject: str = field(repr=False)
    body: str = field(repr=False)
    message_id: str = field(repr=False)
    return_path: str = field(repr=False)
    language: str = ""
    opt_out_url: str = field(default="", repr=False)
    opt_out_address: str = field(default="", repr=False)
    reply_to: str = field(default="", repr=False)
    in_reply_to: str = field(default="", repr=False)
    automatic: bool = False
    begin_before: float | None = None
    urgent: bool = False


LetterTold = Callable[[Letter, SendOutcome], None]
"""What hears what became of a letter."""
LetterAsked = Callable[[Letter], bool]
"""What says whether a letter may still go, where more time than a second has passed since that was asked."""


def always(_: Letter) -> bool:
    """For letters that nobody can say no to meanwhile."""
    return True


class Mailer(Protocol):
    """Letters out. Synchronous, safe from any thread and after a fork; never called in a transaction."""

    def begin_letters(
        self, letters: Sequence[Letter], told: LetterTold, may_go: LetterAsked = always
    ) -> None:
        """Begin to hand over all of them, several at once, without waiting for it. `told` hears of each
        exactly once, as soon as it is known, in another thread, which it must not hold up. Never raises for
        one of them, and never sends one twice: once its last dot may have gone, no answer is `Unknown`.

        `may_go` is asked in that thread before `DATA` and before the last dot, where each comes later than
        `begin_before`, or than a second after it was last asked. After a no the letter isn't sent.
        """

    def close(self) -> None:
        """Let go of connections, when what was begun is over. Using it again opens new ones."""


class NoMailer:
    """Where there is no mail server: every letter is put back."""

    def begin_letters(
        self,
        letters: Sequence[Letter],
        told: LetterTold,
        may_go: LetterAsked = always,  # noqa: ARG002 - the shape of the port
    ) -> None:
        """See `Mailer`."""
        for letter in letters:
            told(letter, NotAccepted(NO_SERVER))

    def close(self) -> None:
        """Nothing was opened."""
