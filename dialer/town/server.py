"""The town on the network: one process, one event loop."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from dialer.town import accounts, control
from dialer.town.calls import Calls
from dialer.town.config import TownConfig
from dialer.town.lookups import LookUps
from dialer.town.mail import Mail
from dialer.town.messages import Messages
from dialer.town.owned import Owned
from dialer.town.page import Books, Pages
from dialer.town.services import Services
from dialer.town.town import Town

MOST_BODY: Final = 256 * 1024
GRACE_S: Final = 2.0
RARE_COLLECTIONS: Final = (50_000, 20, 100)
"""The town keeps every text it ever took, and makes few cycles: looking through all of it is mostly waste."""

log = logging.getLogger(__name__)


def make_town(config: TownConfig) -> tuple[Town, Mail, web.Application]:
    """A town with all its trades, and what it answers."""
    town = Town(config)
    messages = Messages(town)
    calls = Calls(town, lambda: messages.delivery.book)
    mail = Mail(town)
    town.plug_in(messages)
    town.plug_in(calls)
    town.plug_in(mail)
    town.plug_in(LookUps(town))
    town.plug_in(Owned(town))
    town.plug_in(Services(town))  # after the numbers: what it says goes before what they say
    delivery = messages.delivery
    books = Books(lambda: delivery.book, lambda: calls.register, delivery.gallery.data, mail)
    app = web.Application(client_max_size=MOST_BODY)
    for trade in town.trades:
        app.add_routes(trade.routes())
    app.add_routes(accounts.routes(town))
    app.add_routes(control.routes(town, messages))
    app.add_routes(Pages(town, books).routes())
    return town, mail, app


@asynccontextmanager
async def open_town(config: TownConfig) -> AsyncIterator[str]:
    """A town that is reached at the URL this yields, for the length of the block."""
    town, mail, app = make_town(config)
    await town.start()
    if config.mail_port is not None:
        await mail.open(config.host, config.mail_port)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, config.host, config.port, backlog=1024)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await runner.cleanup()
        await town.stop()


def run(config: TownConfig, announce: Callable[[str], None]) -> None:
    """Run a town until it is told to stop; `announce` gets its URL when it answers."""
    gc.set_threshold(*RARE_COLLECTIONS)
    asyncio.run(_run(config, announce))


async def _run(config: TownConfig, announce: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with open_town(config) as url:
        announce(url)
        await stopped.wait()
