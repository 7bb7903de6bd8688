"""`dialer serve`: the web server."""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker
from sqlalchemy.exc import SQLAlchemyError

from dialer.app import create_app
from dialer.cli.command import Command, Outcome
from dialer.cli.installation import require_database
from dialer.cli.pidfile import pid_file
from dialer.domain.access import Permission
from dialer.domain.errors import Unavailable
from dialer.logs import get_logger
from dialer.processes import die_with_parent, keep_for_good, own_processors, stay_on
from dialer.queueing import RedisJobQueue, connect
from dialer.services.accounts.organisations import organisation_ids
from dialer.services.calling.call_looks import ask_about_open_calls
from dialer.services.haste import hurry, take_time
from dialer.services.messaging.missed_texts import texts_may_be_missed
from dialer.settings import Settings
from dialer.web.template_cache import load_templates
from workers.runtime import Runtime

THREADS = 8
GRACE_S = 5
MOST_WORKERS = 8
ASKED_WITHIN_S = 2.0
"""How long the database has for the look at what was missed, for all organisations together: as long as it
takes, nobody is answered.
"""

log = get_logger(__name__)


class ServerLog(Logger):
    """gunicorn's own lines through our log; requests aren't written, since a query may hold a name."""

    def setup(self, cfg: Any) -> None:  # noqa: ARG002 -- gunicorn's signature
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)
        self.access_log.disabled = True


class _Made:
    """The application as it was made before the fork, and under which settings."""

    settings: Settings | None = None
    app: Flask | None = None


def _application(settings: Settings) -> Flask:
    app = create_app(settings)
    load_templates(app)
    return app


def make_ready(settings: Settings) -> None:
    """Make the application in advance, for all that are forked from this process. That takes a second of
    processor time, which whoever is on the line would spend in silence each time web is started again.

    It has opened no connection and made no id, so nothing is shared that two must not share.
    """
    _Made.settings, _Made.app = settings, _application(settings)
    keep_for_good()  # else each fork would look through all of it, and so copy it


class WebServer(BaseApplication):
    """gunicorn with our application. Unless it was made in advance, each worker makes its own. Each opens its
    own connections: it is forked before there are any.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # the stubs want a bare callable; Flask is one
        if _Made.app is not None and _Made.settings == self._settings:
            return _Made.app
        return _application(self._settings)


def web_processes() -> int:
    """How many processes serve the web on this machine."""
    return min(MOST_WORKERS, max(2, os.cpu_count() or 2))


def options(settings: Settings) -> dict[str, object]:
    """How gunicorn is run: few processes, threads in each, no control socket in the home folder."""
    seats = Seats(own_processors())
    return {
        "bind": settings.bind,
        "workers": web_processes(),
        "worker_class": "gthread",
        "threads": THREADS,
        "graceful_timeout": GRACE_S,
        "control_socket_disable": True,
        "logger_class": ServerLog,
        "pre_fork": seats.give,
        "post_fork": partial(_after_fork, seats),
        "post_worker_init": lambda _worker: keep_for_good(),
        "child_exit": lambda _arbiter, _worker: _leave_word(settings),
        "proc_name": "dialer",
    }


class Seats:
    """Which processor each of the web's processes runs on: the one that fewest others have; of several by
    chance, since another installation may be on the same machine.
    """

    def __init__(self, processors: Sequence[int]) -> None:
        self._processors = random.sample(processors, len(processors))
        self._given: dict[int, int] = {}

    def give(self, arbiter: Arbiter, worker: Worker) -> None:
        """Before it is forked, so that the others are known; a process is named by its age, as its number
        isn't known yet.
        """
        there = {other.age for other in arbiter.WORKERS.values()}
        self._given = {age: processor for age, processor in self._given.items() if age in there}
        if self._processors:
            taken = Counter(self._given.values())
            self._given[worker.age] = min(self._processors, key=lambda processor: taken[processor])

    def take(self, worker: Worker) -> None:
        if (processor := self._given.get(worker.age)) is not None:
            stay_on(processor)


def _after_fork(seats: Seats, _arbiter: Arbiter, worker: Worker) -> None:
    die_with_parent(signal.SIGTERM)
    seats.take(worker)


def _leave_word(settings: Settings) -> None:
    """A process of ours that is gone may have taken a text to us along, which nobody answered."""
    client = connect(settings.redis_url)
    RedisJobQueue(client).note_missed_texts()
    client.close()


def run(_options: argparse.Namespace, settings: Settings) -> Outcome:
    require_database(settings)
    _ask_what_was_missed(settings)
    with pid_file(settings.run_dir, "web"):
        WebServer(settings).run()
    return Outcome({})


def _ask_what_was_missed(settings: Settings) -> None:
    """While no web ran, what the carrier told found nobody: blasts wait until its lists of texts to us have
    been read, and it is asked about the calls under way. With the database away as well, or too slow, that
    waits until it is back.
    """
    runtime = Runtime.from_settings(settings, statement_timeout_s=ASKED_WITHIN_S)
    hurry(ASKED_WITHIN_S)
    try:
        for organisation_id in organisation_ids(runtime.units):
            texts_may_be_missed(runtime.context(organisation_id))
            ask_about_open_calls(runtime.context(organisation_id))
    except (SQLAlchemyError, Unavailable):
        log.warning("what the carrier told meanwhile can't be asked for yet")
        _leave_word(settings)
    finally:
        take_time()
        runtime.units.dispose()


COMMAND = Command("serve", "serve pages and the API", Permission.SYSTEM_RUN, run)
