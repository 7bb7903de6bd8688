"""`dialer doctor`: is everything there that dialer needs, and what to do where it isn't."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Final, cast
from urllib.parse import urlsplit

import redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dialer.carrier.mailbox import ImapMailbox, MailboxError
from dialer.carrier.making import mailbox_of
from dialer.cli.command import Command, Outcome
from dialer.cli.doctor_bounces import KEPT_WITHIN, found_kept
from dialer.cli.doctor_carrier import check_browser_calls, check_carrier
from dialer.cli.doctor_connections import compared
from dialer.cli.doctor_email import Mail, NameService, check_mail
from dialer.cli.doctor_finding import START, Finding
from dialer.cli.doctor_links import check_domains
from dialer.cli.doctor_look_ups import check_price
from dialer.cli.doctor_numbers import services_set_wrongly, unanswered_numbers
from dialer.cli.doctor_recordings import check_folder
from dialer.domain.access import Permission
from dialer.domain.email_address import domain_of
from dialer.embedded import installed_binaries
from dialer.embedded.errors import EmbeddedError
from dialer.queueing import RedisJobQueue, connect
from dialer.services.accounts.organisations import organisation_ids
from dialer.services.calling.pacing_view import campaigns_without_pacer
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters, mend_counters
from dialer.services.messaging.carrier_events import unmatched
from dialer.services.messaging.dead_addresses import kept_since
from dialer.services.messaging.letters_in import unread_letters
from dialer.services.messaging.missed_texts import unreadable_since
from dialer.services.people.registers import unfit_registers
from dialer.settings import Settings
from dialer.settings.keeping import LIVE_ADDRESS, kept_address
from dialer.store.migrate import current_revision, expected_revision
from dialer.store.session import make_engine
from workers.runtime import Runtime

MIB: Final = 1024 * 1024
LEAST_SPACE: Final = 1024 * MIB
POSTGRESQL: Final = 180_000
REDIS: Final = 7


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    if options.mend:
        mend_figures(settings)
    findings = [finding for check in CHECKS for finding in check(settings)]
    bad = [finding for finding in findings if not finding.ok]
    summary = f"{len(bad)} of {len(findings)} checks failed" if bad else "all is well"
    lines = "\n".join(str(finding) for finding in findings)
    data = {"checks": [asdict(finding) for finding in findings], "detail": summary}
    return Outcome(data, f"{lines}\n{summary}", failed=bool(bad))


def check_python(_settings: Settings) -> Iterator[Finding]:
    yield Finding("python", ok=True, detail=sys.version.split()[0])


def check_settings(settings: Settings) -> Iterator[Finding]:
    """That they can be read was found out before; here is what is legal and yet unwise."""
    yield Finding("settings", ok=True, detail=f"carrier {settings.carrier}, {settings.workers} workers")
    plain = urlsplit(settings.public_url).scheme == "http"
    if settings.carrier == "twilio" and plain:
        yield Finding(
            "public_url",
            ok=False,
            detail=f"{settings.public_url} isn't https, and the carrier sends people's words to it",
            remedy="put a proxy with a certificate in front and set DIALER_PUBLIC_URL to its https address",
        )


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    try:
        with tempfile.TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        remedy = f"make {settings.data_dir} writable for this user, or set DIALER_DATA_DIR"
        yield Finding("data folder", ok=False, detail=str(error.strerror), remedy=remedy)
        return
    free = shutil.disk_usage(settings.data_dir).free
    space = f"{settings.data_dir}, {free // MIB:,} MiB free"
    remedy = "" if free >= LEAST_SPACE else "make room: a full disk stops the database"
    yield Finding("data folder", ok=not remedy, detail=space, remedy=remedy)
    yield from _check_key_file(settings)


def _check_key_file(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir / "secret_key"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("secret key", ok=False, detail="others can read it", remedy=f"chmod 600 '{path}'")


def check_recordings(settings: Settings) -> Iterator[Finding]:
    for ok, detail, remedy in check_folder(settings.data_dir):
        yield Finding("recordings", ok, detail, remedy)


def check_links(settings: Settings) -> Iterator[Finding]:
    for ok, detail, remedy in check_domains(settings.links_domains):
        yield Finding("links", ok, detail, remedy)


def check_email(settings: Settings) -> Iterator[Finding]:
    """Whether others can trust our emails, and what comes back reaches us; not while they go to the town."""
    if not settings.email_from or settings.carrier == "simulated":
        return
    domain = domain_of(settings.email_from)
    mail = Mail(
        sender_domain=domain,
        reply_domain=settings.email_reply_domain or domain,
        host=settings.email_host,
        selectors=settings.email_dkim_selectors,
    )
    for ok, detail, remedy in check_mail(mail, NameService()):
        yield Finding("email", ok, detail, remedy)


def check_mailbox(settings: Settings) -> Iterator[Finding]:
    """Whether the mailbox can be opened that bounces and answers come to."""
    if (place := mailbox_of(settings)) is None:
        return
    try:
        with ImapMailbox(place):
            yield Finding("mailbox", ok=True, detail=f"{place.folder} at {place.host} can be read")
    except MailboxError as error:
        detail = f"{place.folder} at {place.host} can't be read: {error}"
        yield Finding(
            "mailbox", ok=False, detail=detail, remedy="check email.mailbox_host, _user and _password"
        )


def check_letters(settings: Settings) -> Iterator[Finding]:
    """Whether letters came that nobody can use, or that could not be applied."""
    if not _has_everything(settings):
        return
    found = [unread_letters(ctx) for ctx in _organisations(settings)]
    unknown, stuck = sum(one[0] for one in found), sum(one[1] for one in found)
    detail = (
        f"{unknown} of the last 30 days are about nothing that we know" if unknown else "all were understood"
    )
    yield Finding("letters to us", ok=True, detail=detail)
    if stuck:
        remedy = "look for “apply_letters” in the log"
        yield Finding("letters to us", ok=False, detail=f"{stuck} can't be applied", remedy=remedy)
    yield from found_kept(sum(kept_since(ctx, ctx.now - KEPT_WITHIN) for ctx in _organisations(settings)))


def check_embedded(settings: Settings) -> Iterator[Finding]:
    """The servers that `scripts/run` would start."""
    try:
        for name, path in installed_binaries().items():
            runnable = os.access(path, os.X_OK)
            remedy = "" if runnable else "remove .venv and start scripts/run, which makes it again"
            yield Finding(f"embedded {name}", ok=runnable, detail=str(path), remedy=remedy)
    except EmbeddedError as error:
        given = bool(settings.database_url and settings.redis_url)
        yield Finding("embedded servers", ok=given, detail=str(error))


def check_database(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url:
        yield Finding("database", ok=False, detail="none is set and none runs here", remedy=START)
        return
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        yield from _look_into_database(engine)
        yield compared(settings, engine)
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        remedy = "check DIALER_DATABASE_URL and that the server runs"
        yield Finding("database", ok=False, detail=reason, remedy=remedy)
    finally:
        engine.dispose()


def _look_into_database(engine: Engine) -> Iterator[Finding]:
    with engine.connect() as connection:
        number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    recent = number >= POSTGRESQL
    yield Finding(
        "database",
        ok=recent,
        detail=f"PostgreSQL {number // 10_000}.{number % 10_000}",
        remedy="" if recent else "PostgreSQL 18 or later is needed",
    )
    if encoding != "UTF8":
        remedy = "make the database again with ENCODING 'UTF8'"
        yield Finding("encoding", ok=False, detail=str(encoding), remedy=remedy)
    stands, wanted = current_revision(engine), expected_revision()
    remedy = "" if stands == wanted else "run `dialer migrate`"
    yield Finding(
        "migrations", ok=not remedy, detail=f"at {stands}, this version wants {wanted}", remedy=remedy
    )


def check_figures(settings: Settings) -> Iterator[Finding]:
    """Whether the figures of boards, which are kept and not counted, say what the facts say."""
    if not _has_everything(settings):
        return
    faults = [fault for ctx in _organisations(settings) for fault in check_counters(ctx)]
    detail = f"{len(faults)} differ from the facts" if faults else "all agree with the facts"
    remedy = "run `dialer doctor --mend`" if faults else ""
    yield Finding("figures", ok=not faults, detail=detail, remedy=remedy)


def check_events(settings: Settings) -> Iterator[Finding]:
    """Whether the carrier tells of texts that nobody here knows: some come early, but they should be few."""
    if _has_everything(settings):
        count = sum(unmatched(ctx) for ctx in _organisations(settings))
        about = "none is about something unknown" if not count else f"{count} wait for what they are about"
        yield Finding("carrier events", ok=True, detail=about)


def check_texts_to_us(settings: Settings) -> Iterator[Finding]:
    """Whether the carrier's lists of texts to us can be read: after an outage blasts wait for that."""
    if _has_everything(settings):
        since = [found for ctx in _organisations(settings) if (found := unreadable_since(ctx))]
        detail = f"can't be read since {min(since):%Y-%m-%d %H:%M} UTC" if since else "can be read"
        remedy = "look at the carrier below, and for its code in the log" if since else ""
        yield Finding("texts to us", ok=not since, detail=detail, remedy=remedy)


def check_caller_ids(settings: Settings) -> Iterator[Finding]:
    """Whether the numbers that people see are answered when they ring back."""
    if _has_everything(settings):
        yield from unanswered_numbers(_organisations(settings), settings.public_url)


def check_services(settings: Settings) -> Iterator[Finding]:
    """Whether Messaging Services are set at the carrier as we need them."""
    if _has_everything(settings):
        yield from services_set_wrongly(_organisations(settings), settings.public_url)


def check_registers(settings: Settings) -> Iterator[Finding]:
    """Whether British numbers are called without a list of TPS and CTPS of the last 28 days."""
    if not _has_everything(settings):
        return
    unfit = [one for ctx in _organisations(settings) for one in unfit_registers(ctx)]
    for one in unfit:
        age = f"its list is of {one.dated}, older than 28 days" if one.dated else "it was never brought in"
        yield Finding(
            "preference registers",
            ok=False,
            detail=f"calls go out to British numbers without {one.register.upper()}: {age}",
            remedy=f"bring in this month's list under {settings.public_url}/suppressions",
        )
    if not unfit:
        yield Finding("preference registers", ok=True, detail="none is missing for the calls under way")


def mend_figures(settings: Settings) -> None:
    """Put right the figures that `check_figures` would find wrong."""
    if _has_everything(settings):
        for ctx in _organisations(settings):
            mend_counters(ctx)


def _has_everything(settings: Settings) -> bool:
    """Whether there is a database of this version, and a queue, to build a context on."""
    if not (settings.database_url and settings.redis_url):
        return False
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        return current_revision(engine) == expected_revision()
    except SQLAlchemyError:
        return False  # said already by `check_database`
    finally:
        engine.dispose()


def _organisations(settings: Settings) -> Iterator[Context]:
    runtime = Runtime.from_settings(settings)
    try:
        for organisation_id in organisation_ids(runtime.units):
            yield runtime.context(organisation_id)
    finally:
        runtime.units.dispose()


def check_queue(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        yield Finding("queue", ok=False, detail="none is set and none runs here", remedy=START)
        return
    client = connect(settings.redis_url)
    try:
        version = _version(client)
        waiting = sum(RedisJobQueue(client).waiting().values())
    except redis.RedisError as error:
        remedy = "check DIALER_REDIS_URL and that the server runs"
        yield Finding("queue", ok=False, detail=str(error), remedy=remedy)
        return
    recent = int(version.split(".", maxsplit=1)[0]) >= REDIS
    remedy = "" if recent else "Redis 7 or later, or Valkey, is needed"
    yield Finding("queue", ok=recent, detail=f"version {version}, {waiting} jobs wait", remedy=remedy)
    alive = RedisJobQueue(client).workers_alive()
    remedy = "" if alive else "start scripts/run or `dialer worker`"
    yield Finding("workers", ok=bool(alive), detail=f"{alive} alive", remedy=remedy)


def _version(client: redis.Redis) -> str:
    server = cast("dict[str, object]", client.info("server"))
    return str(server["redis_version"])


def check_live(settings: Settings) -> Iterator[Finding]:
    """Whether somebody keeps streams of live figures on this machine."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(kept_address(settings.run_dir, LIVE_ADDRESS))
        except OSError:
            remedy = "start scripts/run, or `dialer live` beside each web; until then pages ask by themselves"
            yield Finding("live", ok=False, detail="nobody shows live figures here", remedy=remedy)
            return
    yield Finding("live", ok=True, detail="figures are shown as they change")


def check_pacer(settings: Settings) -> Iterator[Finding]:
    """Whether somebody rings for the volunteers of dialled campaigns."""
    if _has_everything(settings):
        left = sum(campaigns_without_pacer(ctx) for ctx in _organisations(settings))
        detail = f"nobody rings for {left} dialled campaigns" if left else "no dialled campaign waits for one"
        remedy = "start scripts/run or `dialer pacer`" if left else ""
        yield Finding("pacer", ok=not left, detail=detail, remedy=remedy)


CHECKS: Final[tuple[Callable[[Settings], Iterator[Finding]], ...]] = (
    check_python,
    check_settings,
    check_data_folder,
    check_recordings,
    check_links,
    check_email,
    check_mailbox,
    check_embedded,
    check_database,
    check_figures,
    check_events,
    check_texts_to_us,
    check_letters,
    check_caller_ids,
    check_services,
    check_registers,
    check_queue,
    check_live,
    check_pacer,
    check_carrier,
    check_browser_calls,
    check_price,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mend", action="store_true", help="count anew the figures that went wrong")


COMMAND = Command(
    "doctor", "say what is wrong and what to do about it", Permission.SYSTEM_RUN, run, add_arguments
)
