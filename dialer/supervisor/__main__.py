"""`python -m dialer.supervisor`, which `scripts/run` calls."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from dialer.cli.demo import WHOSE_LINKS, sign_in_lines
from dialer.cli.installation import system_context
from dialer.cli.migrate import bring_up_to_date
from dialer.clock import utc_now
from dialer.embedded import EmbeddedError
from dialer.logs import configure_logs, get_logger
from dialer.services.demo import DemoLinks, end_demo_links, start_demo
from dialer.settings import Settings, SettingsError, load_settings
from dialer.settings.keeping import ensure_data_folder, ensure_folder
from dialer.supervisor.address import CannotStartError, bound
from dialer.supervisor.forking import Question, UnansweredError
from dialer.supervisor.leftovers import end_leftovers
from dialer.supervisor.supervisor import StoppedError, Supervisor

log = get_logger(__name__)


def main() -> int:
    """Run until told to stop; 0 then, 1 when it can't start, with one line that says why."""
    os.umask(0o077)
    try:
        settings = load_settings(os.environ, Path.cwd())
        configure_logs(settings.log_level, "run")
        with _alone(settings):
            _run(settings)
    except (CannotStartError, EmbeddedError, SettingsError, UnansweredError, OSError) as error:
        sys.stderr.write(f"dialer: {_one_line(error)}\n")
        return 1
    return 0


def _run(settings: Settings) -> None:
    if left := end_leftovers(settings):
        log.warning("ended what an earlier run left", children=left)
    supervisor = Supervisor(settings, bound(settings))
    with supervisor.listening():
        try:
            settings = supervisor.start_servers()
            preparing = Question(lambda: _prepare(settings))
            supervisor.wait_for(preparing.is_answered, "the database's schema")
            links = preparing.answer()
            supervisor.start_application()
            supervisor.wait_for(lambda: is_ready(settings), "readyz")
            announce(settings, links, at_terminal=sys.stdout.isatty() and sys.stderr.isatty())
            supervisor.keep_running()
        except StoppedError:
            log.info("stopped before everything had started")
        finally:
            supervisor.stop()


def _prepare(settings: Settings) -> DemoLinks | None:
    """Bring the database up to date, and make the demo if it is wanted and there is nothing yet; the links
    of an earlier start end either way.
    """
    bring_up_to_date(settings)
    with system_context(settings) as ctx:
        end_demo_links(ctx)
        return start_demo(ctx, utc_now) if settings.demo else None


def announce(settings: Settings, links: DemoLinks | None, *, at_terminal: bool) -> None:
    """The contract's lines, and no others, on standard output. Whoever sits at a terminal reads below them
    which link is whose; that goes to standard error, as the children's lines do.
    """
    print(f"dialer ready on http://{settings.bind}", flush=True)
    if links is None:
        return
    for line in sign_in_lines(links):
        print(line, flush=True)
    if at_terminal:
        sys.stderr.write(f"{WHOSE_LINKS}\n")


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder: two supervisors on one would fight over its database."""
    ensure_data_folder(settings.data_dir)
    ensure_folder(settings.run_dir)
    with (settings.run_dir / "supervisor").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStartError(
                f"it already runs on {settings.data_dir} (process {lock.read().strip()}); "
                "stop that one, or set DIALER_DATA_DIR and DIALER_BIND to run another"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def is_ready(settings: Settings) -> bool:
    """Whether our own `/readyz` says so."""
    address = urlsplit(settings.own_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _one_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
