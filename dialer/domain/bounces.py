"""When an address that emails come back from for a while is taken for one that nobody reads any more.

One bounce for a full mailbox or a server that was away says nothing: people empty their mailboxes. Who sends
for campaigns stops after the third (Engaging Networks, “Bounces and suppressions”: “quota-issues” and
“no-answer-from-host”, 3), list servers count one a day at most (GNU Mailman, “Bounce Processing”: “we only
increment the bounce score once per day”), and three are no proof where all came in one busy week, such as the
last before polling day. So it takes three in a row, on different days, over at least 14 days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.mail_report import Fate, counts_towards_the_end

IN_A_ROW: Final = 3
OVER: Final = dt.timedelta(days=14)
MOST_AN_HOUR: Final = 100
"""So many addresses are given up in an hour and no more: where a whole provider is away or our own server
can't reach it, everybody there looks abandoned at once. Who really is comes up again at the next email.
"""
SETTLED: Final = dt.timedelta(days=5)
"""After so long an email of which nothing was heard has arrived: servers give up and report after four or
five days (RFC 5321, 4.5.4.1).
"""


@dataclass(frozen=True, slots=True)
class Past:
    """An email to the address that a server was given, when, why it came back (None: it did not), and what
    was said then.
    """

    at: dt.datetime
    bounce: Fate | None = None
    is_delivered: bool = False
    said: str = field(default="", repr=False)


def is_abandoned(past: Iterable[Past], now: dt.datetime) -> bool:
    """Whether nobody reads at an address any more, by its last emails, newest first.

    Only full mailboxes and servers that give no answer count. One that arrived ends the row. Refusals of our
    server, of how much we send or of our words are about us, and a server that says “later” may mean us: they
    neither count nor end it, nor does one so young that it may still come back.
    """
    days: list[dt.datetime] = []
    for one in past:
        if counts_towards_the_end(one.bounce, one.said):
            if not days or one.at.date() != days[-1].date():
                days.append(one.at)
        elif one.bounce is None and (one.is_delivered or now - one.at >= SETTLED):
            break
        if len(days) >= IN_A_ROW and days[0] - days[-1] >= OVER:
            return True
    return False
