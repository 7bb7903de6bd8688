"""Why no emails go out just now, where it is said in other words than of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from flask_babel import gettext

from dialer.domain.blast import Pause, Waiting
from dialer.web.coordinator.blast_reason import Reason


def said_of_letters(reason: Reason, kind: str) -> Reason:
    """The same reason in the words of emails; as it is where there are no others."""
    say = _WORDS.get(kind)
    if say is None:
        return reason
    words, remedy = say()
    return replace(reason, words=words or reason.words, remedy=remedy or reason.remedy)


def code_words(code: str) -> str:
    """What the mail server answered."""
    return str(gettext("The mail server’s code for it is %(code)s.", code=code))


def _campaign_paused() -> tuple[str, str]:
    return "", gettext("Emails go on when it does.")


def _rate() -> tuple[str, str]:
    return gettext("The mail server asks us to go slower."), ""


def _away() -> tuple[str, str]:
    return gettext("We can’t reach the mail server."), ""


def _account() -> tuple[str, str]:
    return gettext("The mail server doesn’t let us in."), gettext(
        "Ask whoever runs this server to look at the name and password for it, then carry on."
    )


def _configuration() -> tuple[str, str]:
    return gettext("The mail server won’t take emails from this address."), gettext(
        "Check the address they come from, and ask whoever runs this server whether it may send for it."
    )


def _refused() -> tuple[str, str]:
    return gettext("We paused it: more than 5 in 100 were refused by mail servers."), ""


def _blocked() -> tuple[str, str]:
    return gettext("We paused it: filters stop more than 5 in 100 of this campaign’s emails."), ""


def _senders() -> tuple[str, str]:
    return gettext("What these emails come from is stopped."), gettext(
        "Its emails wait. See why, let it send again, or give them to other addresses."
    )


_WORDS: Final[Mapping[str, Callable[[], tuple[str, str]]]] = {
    Waiting.CAMPAIGN_PAUSED: _campaign_paused,
    Waiting.RATE: _rate,
    Waiting.CARRIER: _away,
    Waiting.SENDERS: _senders,
    Pause.ACCOUNT: _account,
    Pause.CONFIGURATION: _configuration,
    Pause.REFUSALS: _refused,
    Pause.BLOCKED: _blocked,
}
