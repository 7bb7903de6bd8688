"""What a town is told when it is started, and the terms of the account in it that can be changed later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

QUEUE_HOURS: Final = 10
"""Twilio keeps what a sender has waiting for ten hours at most, and refuses more with 21611."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TownConfig:
    """Where the town lives and whose account it keeps. With `starts_at` its clock is moved by hand.

    It takes letters at `mail_port`: 0 is a free one, None nowhere.

    The account has one API key, whose secret is the account's own, and one TwiML App, named after it.
    """

    folder: Path
    account_sid: str
    auth_token: str
    host: str = "127.0.0.1"
    port: int = 0
    mail_port: int | None = None
    public_url: str = ""
    reached_at: str = ""
    seed: int = 1
    speed: float = 1.0
    starts_at: dt.datetime | None = None

    @property
    def api_key_sid(self) -> str:
        """The name of its API key."""
        return f"SK{self.account_sid.removeprefix('AC')}"

    @property
    def app_sid(self) -> str:
        """The name of its TwiML App."""
        return f"AP{self.account_sid.removeprefix('AC')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The account as `POST /account` may change it; a rate or limit of 0 is none. Texts to it are posted to
    `inbound_url`, calls to `voice_url`, calls from browsers to `app_url`.

    `senders` are the numbers that the account owns, any when empty. `services` names the senders of each
    Messaging Service. `regions` are the dialling codes that it may text and ring. What lies under
    `public_url` is asked for at `reached_at`, as a name server would have it, and signed as it is called.
    `picture_codes` are the short codes from which pictures may go with texts; where pictures can't go, a text
    has an address behind its words instead, unless `mms_converter` is off: then it is refused.
    Numbers of `address_countries` are sold with an address alone, of `bundle_countries` with a bundle.
    """

    inbound_url: str = ""
    voice_url: str = ""
    app_url: str = ""
    public_url: str = ""
    reached_at: str = ""
    senders: tuple[str, ...] = ()
    services: dict[str, tuple[str, ...]] = field(default_factory=dict)
    regions: tuple[str, ...] = ("44", "353", "1")
    account_rate: float = 0.0
    sender_rate: float = 100.0
    sender_queue_s: float = QUEUE_HOURS * 3600.0
    advanced_opt_out: bool = False
    confirms_opt_out: bool = True
    calls_per_second: float = 100.0
    picture_codes: tuple[str, ...] = ()
    mms_converter: bool = True
    call_queue_s: float = 24 * 3600.0
    address_countries: tuple[str, ...] = ()
    bundle_countries: tuple[str, ...] = ()


def first_terms(config: TownConfig) -> Terms:
    """The terms of a new town: webhooks go where the product's contract has them."""
    base = f"{config.public_url}/webhooks/twilio" if config.public_url else ""
    return Terms(
        inbound_url=f"{base}/messages/inbound" if base else "",
        voice_url=f"{base}/voice/inbound" if base else "",
        app_url=f"{base}/voice/client" if base else "",
        public_url=config.public_url,
        reached_at=config.reached_at,
    )
