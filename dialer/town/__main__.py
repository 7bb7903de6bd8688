"""`python -m dialer.town`: a town by itself. The account's secret comes from `TOWN_AUTH_TOKEN`."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from dialer.town.config import TownConfig
from dialer.town.ledger import LedgerError
from dialer.town.server import run

ACCOUNT_SID = "AC" + "0" * 32


def main() -> int:
    os.umask(0o077)
    try:
        run(read_config(), announce)
    except LedgerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def read_config() -> TownConfig:
    """What the command line and the environment say."""
    parser = argparse.ArgumentParser(prog="python -m dialer.town", description="The simulated town.")
    parser.add_argument("--folder", type=Path, required=True, help="where its ledger is kept")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--mail-port", type=int, help="where letters are taken; 0: a free one; none: nowhere")
    parser.add_argument("--public-url", default="", help="where its webhooks go")
    parser.add_argument("--reached-at", default="", help="where that is reached from here, if elsewhere")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument(
        "--starts-at", type=dt.datetime.fromisoformat, help="move the clock by hand from here"
    )
    options = parser.parse_args()
    return TownConfig(
        **vars(options),
        account_sid=os.environ.get("TOWN_ACCOUNT_SID", ACCOUNT_SID),
        auth_token=os.environ.get("TOWN_AUTH_TOKEN", "0" * 32),
    )


def announce(url: str) -> None:
    """Its one line on standard output."""
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
