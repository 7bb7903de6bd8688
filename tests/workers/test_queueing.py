"""Asking for work, and doing it."""

from __future__ import annotations

import logging

import pytest
import redis
from rq.job import Job

from dialer import queueing
from dialer.carrier.making import carrier_of
from dialer.domain.access import RULES, Permission
from dialer.processes import wait_until
from dialer.queueing import RedisJobQueue, connect
from tests.carriers import Unmetered
from workers import jobs as job_module
from workers.main import Worker, announced, queues_of
from workers.registry import JOBS, job
from workers.runtime import Runtime, install, installed

NOWHERE = "redis://127.0.0.1:1/0"


def waiting(jobs: RedisJobQueue) -> int:
    return jobs.waiting()["imports"]


def test_the_same_work_waits_once(jobs):
    for _ in range(3):
        jobs.enqueue("imports", "workers.jobs.run_import", "organisation", "one")
    jobs.enqueue("imports", "workers.jobs.run_import", "organisation", "another")
    assert waiting(jobs) == 2


def test_work_that_has_begun_may_be_asked_for_again(jobs, queue_client):
    jobs.enqueue("imports", "workers.jobs.run_import", "organisation", "one")
    assert queue_client.lpop("rq:queue:imports")
    jobs.enqueue("imports", "workers.jobs.run_import", "organisation", "one")
    assert waiting(jobs) == 1


def test_what_waits_is_plain_json(jobs, queue_client):
    jobs.enqueue("imports", "workers.jobs.run_import", "organisation", "one")
    (key,) = queue_client.keys("rq:job:*")
    assert b"workers.jobs.run_import" in b"".join(queue_client.hgetall(key).values())
    assert not any(value.startswith(b"\x80") for value in queue_client.hgetall(key).values()), "a pickle"


def test_a_queue_that_is_away_is_no_error_for_the_deed(caplog):
    jobs = RedisJobQueue(connect(NOWHERE))
    jobs.enqueue("imports", "workers.jobs.run_import", "organisation", "one")
    assert "job could not be enqueued" in caplog.text
    assert not jobs.is_up()
    assert jobs.workers_alive() == 0


def test_every_job_has_a_rule_and_can_be_found_by_its_path():
    assert JOBS
    for path, registered in JOBS.items():
        assert registered.permission in RULES
        assert getattr(job_module, path.rpartition(".")[2])


def test_a_job_takes_a_context_first():
    with pytest.raises(TypeError, match="first argument is ctx"):

        @job(Permission.SYSTEM_RUN)
        def wrong(import_id: str) -> None:
            """Not a job."""


@pytest.fixture
def runtime(settings, units, jobs, clock):
    """A worker's tools, installed for the length of a test."""
    made = Runtime(settings, units, jobs, carrier_of(settings), Unmetered(), clock)
    install(made)
    yield made
    install(None)


def test_jobs_outside_a_worker_have_no_tools(runtime):
    install(None)
    with pytest.raises(LookupError, match="install comes before"):
        installed()


def test_a_job_that_fails_is_logged_without_its_arguments(runtime, jobs, queue_client, caplog):
    jobs.enqueue("imports", "workers.jobs.run_import", "Siân Hughes", "+447700900123")
    worker = Worker(["imports"], connection=queue_client, serializer=queueing.serializer)
    with caplog.at_level(logging.WARNING):
        worker.work(burst=True, logging_level="WARNING")
    assert "job failed" in caplog.text
    assert "workers.jobs.run_import" in caplog.text
    assert "Siân" not in caplog.text
    assert "447700900123" not in caplog.text


def test_of_a_job_that_fails_the_queue_keeps_the_kind_of_error_alone(
    runtime, jobs, queue_client, monkeypatch
):
    def refused(*_: object) -> None:
        raise ValueError("Key (number)=(+447700900123) of Siân Hughes already exists.")

    monkeypatch.setattr(job_module, "run_import", refused)
    jobs.enqueue("imports", "workers.jobs.run_import", "organisation", "one")
    worker = Worker(["imports"], connection=queue_client, serializer=queueing.serializer)
    worker.work(burst=True, logging_level="WARNING")
    (job_id,) = worker.queues[0].failed_job_registry.get_job_ids()
    failed = Job.fetch(job_id, connection=queue_client, serializer=queueing.serializer)
    assert failed.latest_result().exc_string == "ValueError"


def test_a_worker_says_that_it_lives_and_when_it_goes(redis_url, jobs, queue_client):
    with announced(redis_url, "worker-7"):
        assert wait_until(lambda: jobs.workers_alive() == 1, 10)
    assert jobs.workers_alive() == 0


def test_a_dead_worker_is_forgotten(jobs, queue_client):
    queueing.announce_worker(queue_client, "worker-7")
    assert 0 < queue_client.ttl(queueing.WORKER_KEY + "worker-7") <= queueing.WORKER_ALIVE_S


def test_a_client_tries_once_more_and_gives_up_soon():
    with pytest.raises(redis.ConnectionError):
        connect(NOWHERE).ping()


def test_of_several_workers_the_first_leaves_imports_to_the_others() -> None:
    assert "imports" not in queues_of("worker-1", workers=2)
    assert "imports" in queues_of("worker-2", workers=2)
    assert "imports" in queues_of("worker-1", workers=1)
