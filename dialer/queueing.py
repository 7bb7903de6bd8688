"""Queues: where work waits for a worker. With `workers/` the only importer of rq.

The queue holds no truth. A job carries ids and JSON scalars and says only “look at this row soon”; a sweep
asks again for rows that wait, and a job that runs twice does nothing the second time.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Final

import redis
import rq
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from rq.serializers import JSONSerializer

from dialer.logs import get_logger

CALLS: Final = "calls"
EVENTS: Final = "events"
MESSAGES: Final = "messages"
IMPORTS: Final = "imports"
DEFAULT: Final = "default"
QUEUES: Final = (CALLS, EVENTS, MESSAGES, IMPORTS, DEFAULT)
"""In the order in which a worker looks into them: what a person waits for on the phone comes first."""

JOB_TIMEOUT_S: Final = 3600
FAILED_JOB_KEPT_S: Final = 600
LOOKED_AT: Final = 100
"""Waiting jobs among which a repeated one is looked for: enough to keep a sweep from piling up its own."""

MISSED_TEXTS_KEY: Final = "dialer:texts-missed"

WORKER_KEY: Final = "dialer:worker:"
WORKER_ALIVE_S: Final = 30

serializer = JSONSerializer
log = get_logger(__name__)


def connect(url: str, *, timeout_s: float | None = 2.0) -> redis.Redis:
    """A client of the queue's server. Nothing is sent yet; workers, which block on reads, take no timeout."""
    client: redis.Redis = redis.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=2.0,
        retry=Retry(ConstantBackoff(0.05), 1),
        health_check_interval=30,
    )
    return client


class RedisJobQueue:
    """The `JobQueue` of `services/context`, on Redis or Valkey."""

    def __init__(self, client: redis.Redis) -> None:
        self._queues = {
            name: rq.Queue(name, connection=client, serializer=serializer, default_timeout=JOB_TIMEOUT_S)
            for name in QUEUES
        }
        self._client = client

    def enqueue(self, queue: str, job_path: str, *args: str | int, first: bool = False) -> None:
        """Ask for `job_path(*args)`, before all that waits there where it is to be `first`. While the same
        job waits, asking again adds nothing; one that has begun doesn't count, since it may have looked.

        A queue that can't be reached is logged and not raised: what the job would do is already committed.
        """
        work = _name_of_work(job_path, args)
        try:
            if any(waiting.startswith(work) for waiting in self._queues[queue].get_job_ids(0, LOOKED_AT)):
                return
            self._queues[queue].enqueue_call(
                job_path,
                args=args,
                job_id=f"{work}-{secrets.token_hex(4)}",
                result_ttl=0,
                failure_ttl=FAILED_JOB_KEPT_S,
                description=job_path,
                at_front=first,
            )
        except redis.RedisError:
            log.warning("job could not be enqueued", queue=queue, job=job_path, exc_info=True)

    def note_missed_texts(self) -> bool:
        """Leave word that texts to us may have been missed; whether the server took it."""
        try:
            return bool(self._client.set(MISSED_TEXTS_KEY, "1"))
        except redis.RedisError:
            log.warning("no word could be left that texts may be missed", exc_info=True)
            return False

    def take_missed_texts(self) -> bool:
        """Whether such word was left; it is taken away, for one to act upon."""
        try:
            return self._client.getdel(MISSED_TEXTS_KEY) is not None
        except redis.RedisError:
            return False

    def waiting(self) -> dict[str, int]:
        """How many jobs wait, by queue. Raises `redis.RedisError` when the server can't be reached."""
        return {name: queue.count for name, queue in self._queues.items()}

    def anything_waits(self, queues: Iterable[str]) -> bool:
        """Whether work waits in any of these; no when the server is away."""
        try:
            return any(self._queues[name].count for name in queues)
        except redis.RedisError:
            return False

    def is_up(self) -> bool:
        """Whether the queue's server answers."""
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False

    def workers_alive(self) -> int:
        """How many workers said within the last half minute that they live; 0 when the server is away."""
        try:
            return sum(1 for _ in self._client.scan_iter(f"{WORKER_KEY}*", count=1000))
        except redis.RedisError:
            return 0


def announce_worker(client: redis.Redis, name: str) -> None:
    """Say that the worker lives; to be repeated well within `WORKER_ALIVE_S`."""
    client.set(WORKER_KEY + name, "1", ex=WORKER_ALIVE_S)


def withdraw_worker(client: redis.Redis, name: str) -> None:
    client.delete(WORKER_KEY + name)


def _name_of_work(job_path: str, args: Iterable[str | int]) -> str:
    """The same for the same work. rq allows letters, digits, underscores and dashes."""
    work = json.dumps([job_path, *args]).encode()
    return f"{job_path.rpartition('.')[2]}-{hashlib.blake2s(work, digest_size=12).hexdigest()}"
