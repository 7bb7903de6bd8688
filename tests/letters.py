"""Letters for tests: people with addresses, blasts of letters, and a real mail server that they go to."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from dialer.carrier.smtp import SmtpMailer
from dialer.carrier.smtp_session import MailServer
from dialer.domain.carrier_policy import MailPolicy, MessagingPolicy
from dialer.domain.letter_names import LetterNames
from dialer.services.context import Context
from dialer.services.messaging.messages import message_view
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.views import BlastView, MessageView
from dialer.services.messaging.wires import Wires
from dialer.store.models import new_id
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from tests.carriers import tools
from tests.mail_server import Ledger, MailHost, mail_server
from tests.texting import Blasting

FROM = "campaign@example.org"
NAMES = LetterNames("the key of these tests", "mail.example.org")
POLICY = MessagingPolicy(
    rate_per_sender=10_000,
    mail=MailPolicy(sender=FROM, sender_name="Llais", rate=10_000.0, names=NAMES, named_answers=True),
)


def address(number: int) -> str:
    return f"voter{number}@example.org"


def readers(ctx: Context, count: int, *, first: int = 0, **fields: Any) -> list[uuid.UUID]:
    """So many people with an address each, in no list yet; their ids in order."""
    ids = [new_id() for _ in range(count)]
    with ctx.unit() as unit:
        given = {"first_name": "Gwen", "last_name": "Jones", "custom": {}, "created_at": ctx.now, **fields}
        unit.session.add_all(
            Contact(
                organisation_id=unit.organisation_id,
                id=id_,
                email=address(first + index),
                email_key=address(first + index),
                **given,
            )
            for index, id_ in enumerate(ids)
        )
    return ids


class Mailing(Blasting):
    """A blast of letters, with everything that workers and the clock do for it."""

    def __init__(self, ctx: Context, clock: Callable[[], dt.datetime], host: MailHost) -> None:
        super().__init__(ctx, clock)
        self.use(messaging=POLICY)
        self.host = host
        self.mailer = SmtpMailer(MailServer("127.0.0.1", host.port), connections=4)
        self.mail_wires = Wires(4)

    @property
    def ledger(self) -> Ledger:
        return self.host.ledger

    def launch(self, contacts: Any, **fields: Any) -> BlastView:
        return super().launch(contacts, **letter(**fields))

    def send(self) -> None:
        """Send what is due, and wait until everything that was begun is written down."""
        with_mail = tools(self.judge, self._clock, self.mailer)
        send_due(self.system, with_mail, self.mail_wires, for_s=10, channel="email")
        self.mail_wires.close()
        self.mail_wires = Wires(4)

    def letter(self, to: str) -> MessageView:
        """The latest letter to an address."""
        with self.ctx.unit() as unit:
            query = select(Message).where(Message.number == to).order_by(Message.id.desc()).limit(1)
            return message_view(unit.session.scalars(query).one())

    def close(self) -> None:
        self.mailer.close()


def letter(**fields: Any) -> dict[str, Any]:
    """What is said of a blast of letters."""
    return {
        "channel": "email",
        "subject": "Polls are open, {first_name|friend}",
        "body": "Dear {first_name|friend},\n\nvote today.",
        **fields,
    }


@contextmanager
def mailing_at(ctx: Context, clock: Callable[[], dt.datetime]) -> Iterator[Mailing]:
    """Letters by a server that listens until the end of the block."""
    with mail_server() as host:
        found = Mailing(ctx, clock, host)
        try:
            yield found
        finally:
            found.close()


def with_policy(mailing: Mailing, **fields: Any) -> None:
    """Let the installation say something else of letters."""
    policy = mailing.ctx.messaging
    mailing.use(messaging=replace(policy, mail=replace(policy.mail, **fields)))
