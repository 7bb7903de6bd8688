"""`dialer live`: figures as they change, to whoever listens."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import resource
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import require_database
from dialer.cli.pidfile import pid_file
from dialer.domain.access import Permission
from dialer.embedded.sockets import make_socket_folder, remove_socket_folder
from dialer.processes import own_processors, stay_on
from dialer.settings import Settings
from dialer.settings.keeping import LIVE_ADDRESS, kept_address, write_private
from dialer.store.session import UnitFactory, make_engine
from dialer.web.streams.house import THREADS, House
from dialer.web.streams.server import listening, serve
from workers.runtime import Runtime

STATEMENT_TIMEOUT_S: Final = 5.0
OTHER_FILES: Final = 200


def run(_options: argparse.Namespace, settings: Settings) -> Outcome:
    require_database(settings)
    if processors := own_processors():
        stay_on(random.choice(processors))  # noqa: S311 -- nothing secret
    _allow_files(settings.live_most_streams + OTHER_FILES)
    with pid_file(settings.run_dir, "live"), _door(settings) as door:
        asyncio.run(_serve(settings, door))
    return Outcome({})


async def _serve(settings: Settings, door: socket.socket) -> None:
    engine = make_engine(
        settings.database_url, pool_size=THREADS, statement_timeout_s=STATEMENT_TIMEOUT_S, ask_first=False
    )
    runtime = replace(Runtime.from_settings(settings), units=UnitFactory(engine))
    house = House(
        runtime.context, most=settings.live_most_streams, most_of_one=settings.live_most_streams_of_one
    )
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await serve(house, door, settings.redis_url, stopped)
    engine.dispose()


@contextlib.contextmanager
def _door(settings: Settings) -> Iterator[socket.socket]:
    """Where `web` finds us. A second `live` on one data folder takes the name over from the first."""
    note = settings.run_dir / "live.folder"
    folder = make_socket_folder(None, note)
    address, named = folder / "live", settings.run_dir / LIVE_ADDRESS
    try:
        with listening(address) as door:
            write_private(named, str(address))
            yield door
    finally:
        if kept_address(settings.run_dir, LIVE_ADDRESS) == str(address):
            named.unlink()
        remove_socket_folder(folder, note)


def _allow_files(wanted: int) -> None:
    """Each listener is an open file: take as many as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


COMMAND = Command("live", "show figures as they change", Permission.SYSTEM_RUN, run)
