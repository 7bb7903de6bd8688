"""What commands work with: the database and queue of the installation, and the system as the actor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from dialer.domain.errors import Unavailable
from dialer.services.accounts.organisations import ensure_organisation
from dialer.services.context import Context
from dialer.settings import Settings
from workers.runtime import Runtime


def require_database(settings: Settings) -> None:
    """Refuse in plain words where there is no database to talk to."""
    if not settings.database_url:
        raise Unavailable(
            f"no database runs on {settings.data_dir}: start scripts/run, or set DIALER_DATABASE_URL"
        )


@contextlib.contextmanager
def system_context(settings: Settings) -> Iterator[Context]:
    """A context in the installation's organisation, which is made where there is none yet."""
    require_database(settings)
    runtime = Runtime.from_settings(settings)
    try:
        yield runtime.context(ensure_organisation(runtime.units, runtime.clock()))
    finally:
        runtime.units.dispose()
