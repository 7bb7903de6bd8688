"""The settings of one installation: `config.toml`, overridden by the environment.

`Settings` is the one table of them: a field's metadata says its key in the file, its variable, its kind and
in a line what it is for. `config.example.toml` and `docs/running.md` are tested against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path

from dialer.domain.languages import HOME, SPOKEN
from dialer.domain.retention import DAYS_MOST, USUAL_DAYS
from dialer.settings import keeping, kinds
from dialer.settings.email import towns_mailbox
from dialer.settings.loading import SettingsError, Spec, read_settings, setting
from dialer.settings.numbers import NumberSettings

__all__ = ["Settings", "SettingsError", "completed", "load_settings", "runs_town"]

_REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 -- not bound here


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(NumberSettings):
    """What an installation is told. Made by `load_settings`; tests make their own."""

    data_dir: Path = setting(
        "data_dir", "DIALER_DATA_DIR", kinds.folder, Path("var"), "the folder for everything that is written"
    )
    bind: str = setting(
        "bind", "DIALER_BIND", kinds.address, "127.0.0.1:8000", "the address that the web server listens on"
    )
    public_url: str = setting(
        "public_url", "DIALER_PUBLIC_URL", kinds.web_address, "", "the base of webhook, share and join URLs"
    )
    database_url: str = setting(
        "database_url",
        "DIALER_DATABASE_URL",
        kinds.database_url,
        "",
        "PostgreSQL 18 or later, instead of the embedded one",
    )
    redis_url: str = setting(
        "redis_url", "DIALER_REDIS_URL", kinds.redis_url, "", "Redis 7 or Valkey, instead of the embedded one"
    )
    secret_key: str = setting(
        "secret_key",
        "DIALER_SECRET_KEY",
        kinds.secret,
        "",
        "signs cookies and links; made and kept when not given",
    )
    carrier: str = setting(
        "carrier",
        "DIALER_CARRIER",
        kinds.one_of("simulated", "twilio"),
        "simulated",
        "who carries texts and calls",
    )
    twilio_account_sid: str = setting(
        "twilio.account_sid", "DIALER_TWILIO_ACCOUNT_SID", kinds.text, "", "the carrier account"
    )
    twilio_auth_token: str = setting(
        "twilio.auth_token", "DIALER_TWILIO_AUTH_TOKEN", kinds.text, "", "the carrier account's secret"
    )
    twilio_auth_token_previous: str = setting(
        "twilio.auth_token_previous",
        "DIALER_TWILIO_AUTH_TOKEN_PREVIOUS",
        kinds.text,
        "",
        "also accepted on webhooks while the secret is being changed",
    )
    twilio_api_key_sid: str = setting(
        "twilio.api_key_sid",
        "DIALER_TWILIO_API_KEY_SID",
        kinds.text,
        "",
        "the API key that signs tokens for calls from the browser",
    )
    twilio_api_key_secret: str = setting(
        "twilio.api_key_secret", "DIALER_TWILIO_API_KEY_SECRET", kinds.text, "", "its secret"
    )
    twilio_app_sid: str = setting(
        "twilio.app_sid",
        "DIALER_TWILIO_APP_SID",
        kinds.text,
        "",
        "the TwiML App that calls from the browser come in by",
    )
    twilio_api_base_url: str = setting(
        "twilio.api_base_url",
        "DIALER_TWILIO_API_BASE_URL",
        kinds.web_address,
        "",
        "where the carrier's API is",
        live="https://api.twilio.com",
    )
    workers: int = setting("workers", "DIALER_WORKERS", kinds.whole_number(1, 64), 2, "worker processes")
    public_rate: int = setting(
        "public_rate",
        "DIALER_PUBLIC_RATE",
        kinds.whole_number(0, 1_000_000),
        60,
        "posts a minute from one address on public pages and sign-in; 0 is no limit",
    )
    live_most_streams: int = setting(
        "live.most_streams",
        "DIALER_LIVE_MOST_STREAMS",
        kinds.whole_number(1, 100_000),
        2000,
        "pages and programs that watch live figures at once, on one machine",
    )
    live_most_streams_of_one: int = setting(
        "live.most_streams_of_one",
        "DIALER_LIVE_MOST_STREAMS_OF_ONE",
        kinds.whole_number(1, 100_000),
        500,
        "how many of them one token or browser may have",
    )
    currency: str = setting(
        "currency", "DIALER_CURRENCY", kinds.currency, "GBP", "the currency of prices and caps"
    )
    cost_cap: float = setting(
        "cost_cap",
        "DIALER_COST_CAP",
        kinds.number(0, 1_000_000_000),
        0.0,
        "what all campaigns together may spend before everything is paused; 0 is no limit",
    )
    demo: bool = setting(
        "demo",
        "DIALER_DEMO",
        kinds.boolean,
        True,
        "make the demo campaign when the database is empty",
        live=False,
    )
    log_level: str = setting(
        "log_level",
        "DIALER_LOG_LEVEL",
        kinds.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        "the least important log lines that are written",
    )
    messaging_stop_reply: bool = setting(
        "messaging.stop_reply",
        "DIALER_STOP_REPLY",
        kinds.boolean,
        False,
        "send one confirmation of an opt-out ourselves",
    )
    messaging_recontact_after_s: int = setting(
        "messaging.recontact_after_s",
        "DIALER_RECONTACT_AFTER_S",
        kinds.whole_number(0, 365 * 86_400),
        0,
        "seconds for which blasts leave people alone whom any campaign texted or rang; campaigns may differ",
    )
    messaging_hold_s: int = setting(
        "messaging.hold_s",
        "DIALER_HOLD_S",
        kinds.whole_number(30, 86_400),
        600,
        "seconds for which a conversation stays with whoever took it to answer",
    )
    messaging_conversations_at_once: int = setting(
        "messaging.conversations_at_once",
        "DIALER_CONVERSATIONS_AT_ONCE",
        kinds.whole_number(1, 100),
        5,
        "conversations that wait for an answer one volunteer may have taken",
    )
    messaging_rate_per_sender: float = setting(
        "messaging.rate_per_sender",
        "DIALER_RATE_PER_SENDER",
        kinds.number(0, 1000),
        100.0,
        "parts of texts a second for one sender; 0 is the usual rate of its kind",
        live=0.0,
    )
    messaging_rate_per_account: float = setting(
        "messaging.rate_per_account",
        "DIALER_RATE_PER_ACCOUNT",
        kinds.number(0, 10_000),
        0.0,
        "parts of texts a second for all senders together; 0 is no limit",
    )
    messaging_settle_s: int = setting(
        "messaging.settle_s",
        "DIALER_SETTLE_S",
        kinds.whole_number(1, 86_400),
        10,
        "seconds that an unknown outcome is looked for before the message may be sent again",
        live=120,
    )
    messaging_reconcile_after_s: int = setting(
        "messaging.reconcile_after_s",
        "DIALER_RECONCILE_AFTER_S",
        kinds.whole_number(1, 86_400),
        300,
        "seconds until a message or call without a final state is looked up at the carrier",
    )
    messaging_price_per_segment: float = setting(
        "messaging.price_per_segment",
        "DIALER_PRICE_PER_SEGMENT",
        kinds.number(0, 100),
        0.04,
        "what one part of a text costs, for estimates and caps",
    )
    messaging_prices: tuple[tuple[str, Decimal], ...] = setting(
        "messaging.prices",
        "DIALER_PRICES",
        kinds.prices,
        (),
        "what it costs where that differs, by country and kind of sender",
    )
    messaging_price_per_picture: float = setting(
        "messaging.price_per_picture",
        "DIALER_PRICE_PER_PICTURE",
        kinds.number(0, 100),
        0.05,
        "what one text with its picture (MMS) costs, for estimates and caps",
    )
    messaging_picture_prices: tuple[tuple[str, Decimal], ...] = setting(
        "messaging.picture_prices",
        "DIALER_PICTURE_PRICES",
        kinds.prices,
        (),
        "what it costs where that differs, by country and kind of sender",
    )
    messaging_first_texts_a_day: tuple[tuple[str, int], ...] = setting(
        "messaging.first_texts_a_day",
        "DIALER_FIRST_TEXTS_A_DAY",
        kinds.daily_volumes,
        (),
        "first texts by hand in 24 hours from one sender, by its kind",
    )
    links_domains: tuple[str, ...] = setting(
        "links.domains",
        "DIALER_LINKS_DOMAINS",
        kinds.link_domains,
        (),
        "where short links in texts lead through, all of them this server; new ones take the first",
    )
    retention_attachment_days: int = setting(
        "retention.attachment_days",
        "DIALER_ATTACHMENT_DAYS",
        kinds.whole_number(0, DAYS_MOST),
        USUAL_DAYS,
        "days for which what people send with texts is kept; 0 is for ever",
    )
    retention_picture_days: int = setting(
        "retention.picture_days",
        "DIALER_PICTURE_DAYS",
        kinds.whole_number(0, DAYS_MOST),
        USUAL_DAYS,
        "days for which pictures in texts are kept that are offered no more; 0 is for ever",
    )
    voice_calls_per_second: float = setting(
        "voice.calls_per_second",
        "DIALER_CALLS_PER_SECOND",
        kinds.number(0.01, 1000),
        100.0,
        "calls started a second, all campaigns together",
        live=1.0,
    )
    voice_max_concurrent_calls: int = setting(
        "voice.max_concurrent_calls",
        "DIALER_MAX_CONCURRENT_CALLS",
        kinds.whole_number(1, 100_000),
        1000,
        "calls at one time, all campaigns together",
    )
    voice_transfers_per_call: int = setting(
        "voice.transfers_per_call",
        "DIALER_TRANSFERS_PER_CALL",
        kinds.whole_number(0, 100),
        3,
        "how often a volunteer may have somebody rung to put one person through",
    )
    voice_transfers_per_shift: int = setting(
        "voice.transfers_per_shift",
        "DIALER_TRANSFERS_PER_SHIFT",
        kinds.whole_number(0, 10_000),
        20,
        "and in one shift",
    )
    voice_price_per_minute: float = setting(
        "voice.price_per_minute",
        "DIALER_PRICE_PER_MINUTE",
        kinds.number(0, 100),
        0.03,
        "what a minute of one leg of a call costs, for caps and what was spent",
    )
    phones_allowed_countries: tuple[str, ...] = setting(
        "phones.allowed_countries",
        "DIALER_ALLOWED_COUNTRIES",
        kinds.countries,
        ("GB",),
        "countries that may be rung or texted",
    )
    phones_home_language: str = setting(
        "phones.home_language",
        "DIALER_HOME_LANGUAGE",
        kinds.one_of(*SPOKEN),
        HOME,
        "what people speak of whom nothing is known, in new campaigns (en, cy, …)",
    )
    phones_allow_fictional: bool = setting(
        "phones.allow_fictional",
        "DIALER_ALLOW_FICTIONAL",
        kinds.boolean,
        True,
        "numbers reserved for fiction count as valid",
        live=False,
    )
    webhooks_allow_private: bool = setting(
        "webhooks.allow_private",
        "DIALER_WEBHOOKS_ALLOW_PRIVATE",
        kinds.boolean,
        False,
        "outgoing webhooks may go to private addresses",
    )

    @property
    def host(self) -> str:
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.bind.rpartition(":")[2])

    @property
    def own_url(self) -> str:
        """Where the web server is reached from this machine."""
        return f"http://{_REACHED_AT.get(self.host, self.bind.rpartition(':')[0])}:{self.port}"

    @property
    def run_dir(self) -> Path:
        """Where processes leave their pids, and the embedded database and queue their addresses."""
        return self.data_dir / "run"


SPECS: dict[str, Spec] = {each.name: each.metadata["setting"] for each in fields(Settings)}


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Read `config.toml` and the environment, and nothing else. Raises SettingsError naming every fault."""
    given = read_settings(SPECS, environ, cwd)
    if given.get("carrier") == "twilio":
        lacks = [one.variable for name, one in SPECS.items() if name in _LIVE_NEEDS and not given.get(name)]
        if lacks:
            raise SettingsError([f"carrier twilio needs {' and '.join(lacks)}"])
        given = {name: spec.live_default for name, spec in SPECS.items()} | given
    settings = Settings(**given)
    return replace(
        settings,
        data_dir=(cwd / settings.data_dir).absolute(),
        public_url=settings.public_url or f"http://{settings.bind}",
    )


_LIVE_NEEDS = {"twilio_account_sid", "twilio_auth_token"}


def completed(settings: Settings) -> Settings:
    """Fill in what an installation keeps in its data folder: the secret key, the account in the simulated
    town, and the addresses of the embedded database and queue and of the town while they run. Without them
    the URLs stay empty.
    """
    simulated = settings.carrier == "simulated"
    sid, token = keeping.kept_carrier_account(settings.data_dir) if simulated else ("", "")
    sid, token = settings.twilio_account_sid or sid, settings.twilio_auth_token or token
    named = sid.removeprefix("AC") if simulated else ""
    return replace(
        settings,
        secret_key=settings.secret_key or keeping.kept_secret_key(settings.data_dir),
        database_url=settings.database_url
        or keeping.kept_address(settings.run_dir, keeping.DATABASE_ADDRESS),
        redis_url=settings.redis_url or keeping.kept_address(settings.run_dir, keeping.QUEUE_ADDRESS),
        twilio_account_sid=sid,
        twilio_auth_token=token,
        twilio_api_key_sid=settings.twilio_api_key_sid or (named and f"SK{named}"),
        twilio_api_key_secret=settings.twilio_api_key_secret or (named and token),
        twilio_app_sid=settings.twilio_app_sid or (named and f"AP{named}"),
        email_webhook_secret=settings.email_webhook_secret or (token if simulated else ""),
        **(towns_mailbox(settings.run_dir) if simulated and not settings.email_host else {}),
        twilio_api_base_url=settings.twilio_api_base_url or _town_address(settings),
    )


def runs_town(settings: Settings) -> bool:
    """Whether the carrier is this installation's own simulated town: not where the operator names another."""
    return settings.carrier == "simulated" and settings.twilio_api_base_url in {"", _town_address(settings)}


def _town_address(settings: Settings) -> str:
    return keeping.kept_address(settings.run_dir, keeping.CARRIER_ADDRESS)
