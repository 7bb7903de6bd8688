"""A database and a queue that vanish after use, for tests and measurements."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.valkey import EmbeddedValkey


@contextlib.contextmanager
def throwaway_postgres(*, forgetful: bool = True) -> Iterator[str]:
    """The URL of an empty database. `forgetful` gives up safety against power cuts for speed."""
    with _folder() as folder:
        server = EmbeddedPostgres(folder, forgetful=forgetful)
        try:
            yield server.start()
        finally:
            server.stop()


@contextlib.contextmanager
def throwaway_valkey() -> Iterator[str]:
    """The URL of an empty queue server, with 64 databases to choose from."""
    with _folder() as folder:
        server = EmbeddedValkey(folder, forgetful=True)
        try:
            yield server.start()
        finally:
            server.stop()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="dialer-"))
    folder.chmod(0o711)  # the user that PostgreSQL runs as may pass through
    try:
        yield folder
    finally:
        elsewhere = (folder / "postgres").resolve()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(elsewhere, ignore_errors=True)
