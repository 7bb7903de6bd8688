"""`dialer carrier`: the simulated town, which is the carrier until there is a real one."""

from __future__ import annotations

import argparse
import contextlib
import socket
from typing import Final
from urllib.parse import urlsplit

from dialer.cli.command import Command, Outcome
from dialer.cli.pidfile import pid_file
from dialer.domain.access import Permission
from dialer.logs import get_logger
from dialer.settings import Settings, runs_town
from dialer.settings.keeping import CARRIER_ADDRESS, MAIL_ADDRESS, ensure_folder, kept_address, write_private
from dialer.town.config import TownConfig
from dialer.town.ledger import LedgerError
from dialer.town.server import run as run_town

HOST: Final = "127.0.0.1"
"""The town is for this machine alone: whoever reaches it reads everybody's texts."""

SEED: Final = 17
"""The town in which the demo's few people do a bit of everything."""

log = get_logger(__name__)


def settle_carrier_address(settings: Settings) -> str:
    """Where the town is or will be: the same address again if it is to be had, since others were told it."""
    _settle(settings, MAIL_ADDRESS, "smtp")
    return _settle(settings, CARRIER_ADDRESS, "http")


def _settle(settings: Settings, name: str, scheme: str) -> str:
    kept = kept_address(settings.run_dir, name)
    if kept and _is_free(urlsplit(kept).port or 0):
        return kept
    address = f"{scheme}://{HOST}:{_free_port()}"
    ensure_folder(settings.run_dir)
    write_private(settings.run_dir / name, address)
    return address


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    if not runs_town(settings):
        return _failed("the settings name another carrier; the simulated town isn't needed")
    kept = kept_address(settings.run_dir, CARRIER_ADDRESS)
    if kept and _answers(urlsplit(kept).port or 0):
        return _failed(f"something answers at {kept} already: the town, if dialer runs on this data folder")
    address = settle_carrier_address(settings)
    config = TownConfig(
        folder=settings.data_dir / "carrier",
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        host=HOST,
        port=urlsplit(address).port or 0,
        mail_port=urlsplit(kept_address(settings.run_dir, MAIL_ADDRESS)).port,
        public_url=settings.public_url,
        reached_at=settings.own_url,
        seed=options.seed,
        speed=options.speed,
    )
    try:
        with pid_file(settings.run_dir, "carrier"):
            run_town(config, lambda url: log.info("the town is open", url=url))
    except LedgerError as error:
        return _failed(str(error))
    return Outcome({})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=SEED, help="another number makes another town of people")
    parser.add_argument("--speed", type=_speed, default=1.0, help="how much faster than life things happen")


def _speed(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0.01 <= float(text) <= 1000:
            return float(text)
    raise argparse.ArgumentTypeError("a number from 0.01 to 1000 expected")


def _failed(said: str) -> Outcome:
    return Outcome({"detail": said}, said, failed=True)


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(1.0)
        return trial.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port: int = trial.getsockname()[1]
    return port


COMMAND = Command("carrier", "run the simulated town", Permission.SYSTEM_RUN, run, add_arguments)
