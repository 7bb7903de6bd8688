"""How many connections the processes of one machine may open, beside what the database server takes."""

from __future__ import annotations

from sqlalchemy import Engine, text

from dialer.cli.doctor_finding import Finding
from dialer.cli.serve import web_processes
from dialer.settings import Settings
from dialer.store.session import OVERFLOW, POOL
from dialer.web.streams.house import THREADS as LISTENERS
from workers.pacer import POOL as PACER_POOL
from workers.runtime import ENGINES as ENGINES_OF_WORKER
from workers.runtime import POOL as WORKER_POOL

ENGINES_OF_WEB = 2
"""A web process has connections that plan by keys beside the others (`dialer.app`)."""
ROUND = 50


def may_open(settings: Settings) -> dict[str, int]:
    """How many each kind of process may open at once, all of that kind on this machine together."""
    of_worker = ENGINES_OF_WORKER * (WORKER_POOL + OVERFLOW)
    return {
        "web": web_processes() * ENGINES_OF_WEB * (POOL + OVERFLOW),
        "workers": settings.workers * of_worker,
        "live": LISTENERS + OVERFLOW,
        "cron": of_worker,
        "pacer": PACER_POOL + OVERFLOW,
    }


def compared(settings: Settings, engine: Engine) -> Finding:
    """Whether the server takes as many, without those that it keeps for its own people."""
    with engine.connect() as connection:
        most, kept = connection.execute(_LIMITS).one()
    wanted = may_open(settings)
    total, takes = sum(wanted.values()), most - kept
    kinds = ", ".join(f"{kind} {count}" for kind, count in wanted.items())
    detail = f"the processes of one machine may open {total} ({kinds}), the server takes {takes}"
    if total <= takes:
        return Finding("connections", ok=True, detail=detail)
    return Finding("connections", ok=False, detail=detail, remedy=_remedy(settings, total + kept, takes))


def _remedy(settings: Settings, need: int, takes: int) -> str:
    """What to set: the embedded server's own limit is fixed."""
    others = sum(count for kind, count in may_open(settings).items() if kind != "workers")
    fewer = max(1, (takes - others) // (ENGINES_OF_WORKER * (WORKER_POOL + OVERFLOW)))
    if (settings.run_dir / "postgres.pid").exists():
        return f"set workers = {fewer}, or bring a database server of your own (DIALER_DATABASE_URL)"
    need = -(-need // ROUND) * ROUND
    where = "on the database server, more where machines share it"
    return f"set max_connections = {need} {where}; or workers = {fewer} here"


_LIMITS = text(
    """
    SELECT current_setting('max_connections')::int,
           current_setting('superuser_reserved_connections')::int
               + coalesce(current_setting('reserved_connections', true), '0')::int
    """
)
