"""The embedded database and queue, started for real."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from dialer.embedded import EmbeddedPostgres, EmbeddedValkey, home, throwaway_postgres, throwaway_valkey
from dialer.processes import wait_until, working_folder

pytestmark = [pytest.mark.enable_socket, pytest.mark.faults]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")


@contextlib.contextmanager
def running(server) -> Iterator[str]:
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder as a user has it: others may pass through."""
    made = Path(tempfile.mkdtemp(prefix="dialer-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def ask(url: str, question: str) -> object:
    with connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_the_database_keeps_its_data_and_its_password_over_a_restart(folder):
    with running(EmbeddedPostgres(folder)) as url, connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with running(EmbeddedPostgres(folder)) as url:
        assert ask(url, "SELECT answer FROM kept") == 42


def test_it_has_what_the_schema_needs():
    with throwaway_postgres() as url:
        assert ask(url, "SELECT current_setting('server_encoding')") == "UTF8"
        assert ask(url, "SELECT lower('ŴYN')") == "ŵyn"
        with connect(url) as connection:
            for name in ("citext", "pg_trgm", "unaccent"):
                connection.execute(f"CREATE EXTENSION {name}")


def test_nobody_connects_without_the_password_or_over_the_network():
    with throwaway_postgres() as url:
        without = url.split("//")[1].split("@")[1]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://dialer@{without}")
        assert ask(url, "SHOW listen_addresses") == ""


@pytest.mark.parametrize("name", ["with spaces and 'quotes\"", "déjà-vu", "deep/" * 40 + "end"])
def test_any_path_will_do(folder, name):
    data_dir = folder / name
    with running(EmbeddedPostgres(data_dir, forgetful=True)) as url:
        assert ask(url, "SELECT 1") == 1
    with running(EmbeddedValkey(data_dir)) as url:
        assert redis.Redis.from_url(url).ping()


@as_root
def test_as_root_it_runs_as_somebody_else_in_the_data_folder(folder):
    with running(EmbeddedPostgres(folder, forgetful=True)) as url:
        owner = (folder / "postgres" / "data" / "postmaster.pid").stat().st_uid
        assert owner != 0
        assert ask(url, "SELECT 1") == 1
    assert not (folder / "postgres").is_symlink()


@as_root
def test_as_root_a_private_data_folder_names_where_the_files_lie(folder):
    folder.chmod(0o700)
    with running(EmbeddedPostgres(folder, forgetful=True)) as url:
        assert ask(url, "SELECT 1") == 1
    elsewhere = (folder / "postgres").resolve()
    try:
        assert not elsewhere.is_relative_to(folder)
        assert elsewhere.stat().st_mode & 0o077 == 0
        with running(EmbeddedPostgres(folder, forgetful=True)) as url:
            assert ask(url, "SELECT 1") == 1
        assert (folder / "postgres").resolve() == elsewhere
    finally:
        shutil.rmtree(elsewhere)


@as_root
def test_as_root_software_in_a_private_folder_is_copied_to_where_it_can_be_run(folder, monkeypatch):
    private = folder / "root's own"
    private.mkdir(mode=0o700)
    package = home.installed().parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, private / part.name, ignore=shutil.ignore_patterns("include"))
    monkeypatch.setattr(home, "installed", lambda: private / package.name / "pginstall")
    with running(EmbeddedPostgres(folder / "data", forgetful=True)) as url:
        assert ask(url, "SHOW data_directory").startswith(str(folder / "data"))
        assert list((folder / "data" / "postgres").glob("software-*"))


@pytest.mark.parametrize("server", [EmbeddedPostgres, EmbeddedValkey])
def test_a_server_starts_again_at_once_after_a_kill(folder, server):
    first = server(folder)
    with running(first):
        first.launched.kill()
        first.launched.wait()
        with running(server(folder)) as url:
            assert url


def test_what_the_queue_was_told_survives_a_kill(folder):
    first = EmbeddedValkey(folder)
    with running(first) as url:
        client = redis.Redis.from_url(url)
        client.set("kept", "yes")
        assert wait_until(lambda: client.info("persistence")["aof_pending_bio_fsync"] == 0, 5)
        first.launched.kill()
        first.launched.wait()
    with running(EmbeddedValkey(folder)) as url:
        assert redis.Redis.from_url(url).get("kept") == b"yes"


SUPERVISOR_THAT_IS_KILLED = """
import os, sys, pathlib
from dialer import embedded, processes
kind, folder, leash = sys.argv[1:]
if leash == "without":
    processes.die_with_parent = lambda number: None
server = getattr(embedded, kind)(pathlib.Path(folder))
server.start()
print(server.launched.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def start_and_be_killed(server: type, folder: Path, leash: str) -> int:
    """The number of the server that a killed supervisor started."""
    command = [sys.executable, "-c", SUPERVISOR_THAT_IS_KILLED, server.__name__, str(folder), leash]
    return int(subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=60).stdout)


@pytest.mark.parametrize("server", [EmbeddedPostgres, EmbeddedValkey])
def test_an_orphan_of_an_earlier_run_is_ended(folder, server):
    """Where the kernel doesn't end the server with its parent, the next start does."""
    left = start_and_be_killed(server, folder, "without")
    assert working_folder(left) is not None
    sockets = Path(next((folder / "run").glob("*.sockets")).read_text())
    with running(server(folder)):
        assert working_folder(left) is None
        assert not sockets.exists()


@pytest.mark.parametrize("server", [EmbeddedPostgres, EmbeddedValkey])
def test_a_server_ends_with_its_parent(folder, server):
    left = start_and_be_killed(server, folder, "with")
    assert wait_until(lambda: working_folder(left) is None, 10)


def test_a_number_that_now_belongs_to_another_process_is_left_alone(folder):
    with running(EmbeddedPostgres(folder)):
        pass
    left = folder / "postgres" / "data" / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n")
    with running(EmbeddedPostgres(folder)) as url:
        assert ask(url, "SELECT 1") == 1


def test_two_stand_side_by_side():
    with throwaway_valkey() as one, throwaway_valkey() as other:
        redis.Redis.from_url(one).set("x", 1)
        assert redis.Redis.from_url(other).get("x") is None


def test_sockets_and_throwaway_folders_are_given_back():
    with throwaway_postgres() as url:
        sockets = Path(url.rpartition("host=")[2])
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()
