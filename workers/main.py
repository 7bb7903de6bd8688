"""A worker: takes one job after another from the queues, in their order of urgency."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator
from types import FrameType

import redis
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job
from rq.registry import StartedJobRegistry
from sqlalchemy.exc import SQLAlchemyError

from dialer import queueing
from dialer.domain.errors import RuleBroken
from dialer.logs import get_logger
from dialer.processes import keep_for_good, step_back
from dialer.services.accounts.organisations import organisation_ids
from dialer.services.messaging.missed_texts import look_before_work
from dialer.settings import Settings
from workers.runtime import Runtime, install

ANNOUNCE_EVERY_S = 5.0
WORKER_TTL_S = 45  # rq's sign of life; a blocked read lasts a quarter of a minute less

NICE = 5
"""Workers leave the processors to pages and webhooks, which somebody waits for, and to the pacer. Where they
aren't scarce this changes nothing.
"""

FIRST_OF_THE_POOL = "worker-1"

log = get_logger(__name__)


class Worker(SimpleWorker):
    """rq's worker, which runs jobs in its own process (a fork for each costs more than most jobs do)."""

    max_connection_wait_time = 2.0  # the queue is back within seconds, so don't wait for a minute
    log_job_description = False
    asked_to_stop = False
    kind_of_failure = ""

    def reorder_queues(self, reference_queue: Queue) -> None:
        """After a job of any other queue an import has its turn, if one waits: imports give way between two
        chunks, and among texts without end would never come to theirs.
        """
        first = "" if reference_queue.name == queueing.IMPORTS else queueing.IMPORTS
        self._ordered_queues = sorted(self.queues, key=lambda queue: queue.name != first)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """The first SIGTERM or SIGINT: stop after the present job."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def handle_exception(self, job: Job, *exc_info: object) -> None:
        """Log a failed job without its arguments and the error's text, which may be about a person."""
        self.kind_of_failure = exc_info[0].__name__ if isinstance(exc_info[0], type) else ""
        log.error("job failed", job=job.func_name, exc_info=exc_info)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: StartedJobRegistry | None = None,
        exc_string: str = "",
        execution: Execution | None = None,
    ) -> None:
        """Keep of a failure the kind of error alone: rq would keep its text, which may quote a row."""
        kind = self.kind_of_failure if exc_string else ""
        super().handle_job_failure(job, queue, started_job_registry, kind, execution)


def run_worker(settings: Settings, name: str) -> bool:
    """Work until told to stop by SIGTERM or SIGINT; True then, False when the queue could not be used."""
    step_back(NICE)
    runtime = Runtime.from_settings(settings)
    install(runtime)
    catch_up(runtime)
    keep_for_good()
    client = queueing.connect(settings.redis_url, timeout_s=None)
    with announced(settings.redis_url, name):
        worker = Worker(
            queues_of(name, settings.workers),
            name=f"{name}-{secrets.token_hex(4)}",
            connection=client,
            serializer=queueing.serializer,
            worker_ttl=WORKER_TTL_S,
        )
        worker.work()
        return worker.asked_to_stop


def queues_of(name: str, workers: int) -> list[str]:
    """What a worker takes jobs from. Where there are several, the first leaves imports to the others: an
    import may take minutes, and texts and calls don't wait for it.
    """
    kept_free = workers > 1 and name == FIRST_OF_THE_POOL
    return [queue for queue in queueing.QUEUES if not (kept_free and queue == queueing.IMPORTS)]


def catch_up(runtime: Runtime) -> None:
    """Before the first job: what nobody heard while all was stopped comes first."""
    try:
        for organisation_id in organisation_ids(runtime.units):
            look_before_work(runtime.context(organisation_id, request_id="worker:start"))
    except (SQLAlchemyError, RuleBroken):  # the clockwork sees to it when the database is back
        log.warning("senders could not be looked at", exc_info=True)


@contextlib.contextmanager
def announced(redis_url: str, name: str) -> Iterator[None]:
    """Say at short intervals that the worker lives, also while a job takes long or the queue was emptied."""
    client = queueing.connect(redis_url)
    ended = threading.Event()
    thread = threading.Thread(target=_announce, args=(client, name, ended), name="announce", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=3)
        with contextlib.suppress(redis.RedisError):
            queueing.withdraw_worker(client, name)


def _announce(client: redis.Redis, name: str, ended: threading.Event) -> None:
    while True:
        with contextlib.suppress(redis.RedisError):
            queueing.announce_worker(client, name)
        if ended.wait(ANNOUNCE_EVERY_S):
            return
