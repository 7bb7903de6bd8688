"""The settings of email: through which server letters go out, and whom they are from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dialer.settings import keeping, kinds
from dialer.settings.loading import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """What an installation is told about letters."""

    email_host: str = setting(
        "email.host", "DIALER_EMAIL_HOST", kinds.text, "", "the SMTP server that letters go out through"
    )
    email_port: int = setting(
        "email.port", "DIALER_EMAIL_PORT", kinds.whole_number(1, 65_535), 587, "its port"
    )
    email_tls: str = setting(
        "email.tls",
        "DIALER_EMAIL_TLS",
        kinds.one_of("starttls", "tls", "none"),
        "starttls",
        "how the way there is encrypted; none only for a server on this machine",
    )
    email_user: str = setting(
        "email.user", "DIALER_EMAIL_USER", kinds.text, "", "the name we sign in with there"
    )
    email_password: str = setting(
        "email.password", "DIALER_EMAIL_PASSWORD", kinds.text, "", "and the password"
    )
    email_from: str = setting(
        "email.from",
        "DIALER_EMAIL_FROM",
        kinds.email_address,
        "campaign@example.org",
        "the address that letters are from where nothing else is said; none: no letters",
        live="",
    )
    email_from_name: str = setting(
        "email.from_name",
        "DIALER_EMAIL_FROM_NAME",
        kinds.text,
        "",
        "the name beside it; the organisation’s where none is given",
    )
    email_reply_domain: str = setting(
        "email.reply_domain",
        "DIALER_EMAIL_REPLY_DOMAIN",
        kinds.domain,
        "",
        "the domain that bounces and opt-outs by letter come back to; that of the sender where none is given",
    )
    email_rate: float = setting(
        "email.rate",
        "DIALER_EMAIL_RATE",
        kinds.number(0.01, 10_000),
        100.0,
        "letters a second from one address",
        live=10.0,
    )
    email_price: float = setting(
        "email.price",
        "DIALER_EMAIL_PRICE",
        kinds.number(0, 100),
        0.0,
        "what one letter costs, for estimates and caps",
    )
    email_connections: int = setting(
        "email.connections",
        "DIALER_EMAIL_CONNECTIONS",
        kinds.whole_number(1, 100),
        8,
        "connections to that server at once, of each process that sends",
    )
    email_webhook_secret: str = setting(
        "email.webhook_secret",
        "DIALER_EMAIL_WEBHOOK_SECRET",
        kinds.secret,
        "",
        "signs letters and reports that are posted to us; none: that door is shut",
    )
    email_mailgun_key: str = setting(
        "email.mailgun_key",
        "DIALER_EMAIL_MAILGUN_KEY",
        kinds.text,
        "",
        "Mailgun’s webhook signing key, where it carries our letters",
    )
    email_sns_topics: tuple[str, ...] = setting(
        "email.sns_topics",
        "DIALER_EMAIL_SNS_TOPICS",
        kinds.sns_topics,
        (),
        "the Amazon SNS topics that Amazon SES reports to, where it carries our letters",
    )
    email_dkim_selectors: tuple[str, ...] = setting(
        "email.dkim_selectors",
        "DIALER_EMAIL_DKIM_SELECTORS",
        kinds.selectors,
        (),
        "the DKIM selectors that the relay signs with, for dialer doctor to look at",
    )
    email_mailbox_host: str = setting(
        "email.mailbox_host",
        "DIALER_EMAIL_MAILBOX_HOST",
        kinds.text,
        "",
        "the IMAP server of the mailbox that bounces and answers come to; none: none is read",
    )
    email_mailbox_port: int = setting(
        "email.mailbox_port", "DIALER_EMAIL_MAILBOX_PORT", kinds.whole_number(1, 65_535), 993, "its port"
    )
    email_mailbox_tls: str = setting(
        "email.mailbox_tls",
        "DIALER_EMAIL_MAILBOX_TLS",
        kinds.one_of("tls", "starttls", "none"),
        "tls",
        "how the way there is encrypted; none only for a server on this machine",
    )
    email_mailbox_user: str = setting(
        "email.mailbox_user", "DIALER_EMAIL_MAILBOX_USER", kinds.text, "", "the name we sign in with there"
    )
    email_mailbox_password: str = setting(
        "email.mailbox_password", "DIALER_EMAIL_MAILBOX_PASSWORD", kinds.text, "", "and the password"
    )
    email_mailbox_folder: str = setting(
        "email.mailbox_folder", "DIALER_EMAIL_MAILBOX_FOLDER", kinds.text, "INBOX", "the folder that is read"
    )


def towns_mailbox(run_dir: Path) -> dict[str, Any]:
    """Where letters go while they go to the simulated town; nothing while that doesn't run."""
    town = urlsplit(keeping.kept_address(run_dir, keeping.MAIL_ADDRESS))
    if not (town.hostname and town.port):
        return {}
    return {"email_host": town.hostname, "email_port": town.port, "email_tls": "none"}
