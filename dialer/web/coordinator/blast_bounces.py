"""Why emails of a blast did not arrive, in words: what passes apart from what is for good."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import ngettext

from dialer.domain.mail_report import BOUNCE_KINDS, Fate
from dialer.web.words import figure


def bounced_words(bounced: Mapping[str, int]) -> tuple[str, ...]:
    """A sentence for each reason that there is."""
    return tuple(_words(Fate(kind), count) for kind in BOUNCE_KINDS if (count := bounced.get(kind, 0)))


def not_given_up_words(n: int) -> str:
    """That addresses look abandoned and are not given up, since too many do at once; empty without any."""
    if not n:
        return ""
    return str(
        ngettext(
            "One more address looks abandoned and gets email on, since many looked so at once: rather a"
            " server was away, theirs or yours.",
            "%(count)s more addresses look abandoned and get email on, since so many looked so at once:"
            " rather a server was away, theirs or yours.",
            n,
            count=figure(n),
        )
    )


def _words(why: Fate, n: int) -> str:
    count = figure(n)
    match why:
        case Fate.FULL:
            said = ngettext(
                "The mailbox of one is full: they get the next email, unless it stays so.",
                "The mailboxes of %(count)s are full: they get the next email, unless they stay so.",
                n,
                count=count,
            )
        case Fate.SOFT:
            said = ngettext(
                "The server of one was away or busy: they get the next email, unless it stays so.",
                "The servers of %(count)s were away or busy: they get the next email, unless they stay so.",
                n,
                count=count,
            )
        case Fate.HARD:
            said = ngettext(
                "Nobody has one address: it gets no more email.",
                "Nobody has %(count)s of the addresses: they get no more email.",
                n,
                count=count,
            )
        case Fate.BLOCKED:
            said = ngettext(
                "One server didn’t want this email from us.",
                "The servers of %(count)s didn’t want this email from us.",
                n,
                count=count,
            )
        case _:
            said = ngettext(
                "Of one its server didn’t say why.",
                "Of %(count)s their servers didn’t say why.",
                n,
                count=count,
            )
    return str(said)
