"""Letters go out while the processes that send them are killed; the judge is the mail server's own ledger.

Nobody gets one twice, and whoever got none is among those of whom the blast says that nobody knows. Those are
left alone until a person has them sent again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from dialer.clock import utc_now
from dialer.processes import wait_until
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.progress import blast_progress
from dialer.settings import completed, load_settings
from tests.letters import FROM, letter, readers
from tests.mail_server import MailHost, mail_server
from tests.supervisor.conftest import Make, coordinator_of
from tests.supervisor.storms import WORKERS, Kill
from tests.texting import blast, campaign

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

LETTERS: Final = 1_200
KILLS: Final = 6
RATE: Final = 100
ON_THE_WIRE: Final = 150
"""How many may be under way when all are killed: those that passed the gate and aren't written down yet."""
GOES_ON_WITHIN_S: Final = 60.0


@pytest.fixture
def host() -> Iterator[MailHost]:
    with mail_server() as found:
        found.ledger.slow_s = 0.02
        yield found


def test_no_letter_goes_twice_whoever_is_killed(make_installation: Make, host: MailHost) -> None:
    running = make_installation(
        DIALER_DEMO="0",
        DIALER_WORKERS=str(WORKERS),
        DIALER_EMAIL_HOST="127.0.0.1",
        DIALER_EMAIL_PORT=str(host.port),
        DIALER_EMAIL_TLS="none",
        DIALER_EMAIL_FROM=FROM,
        DIALER_EMAIL_RATE=str(RATE),
    )
    running.start()
    settings = completed(load_settings(running.environ, Path.cwd()))
    workers = Kill(tuple(f"worker-{number}" for number in range(1, WORKERS + 1)))
    with coordinator_of(settings) as coordinator:
        ctx = coordinator.at(utc_now())
        ids = readers(ctx, LETTERS)
        made_of = campaign(ctx, quiet_start=dt.time(0), quiet_end=dt.time(0))
        made = blast(ctx, ids, campaign_id=made_of.id, senders=[FROM], **letter())
        launch_blast(ctx, made.id)
        for nth in range(KILLS):
            wanted = LETTERS * (nth + 1) // (KILLS + 2)
            assert wait_until(lambda w=wanted: len(host.ledger.taken) >= w, GOES_ON_WITHIN_S), running.log()
            workers.happen(settings.run_dir)

        def counts() -> Mapping[str, int]:
            return blast_progress(ctx.at(utc_now()), made.id).counts

        assert wait_until(lambda: not counts()["queued"], 2 * GOES_ON_WITHIN_S), running.log()
        assert wait_until(lambda: counts()["sending"] <= KILLS * ON_THE_WIRE, GOES_ON_WITHIN_S)
        found = counts()
    by_address = host.ledger.by_address()
    assert set(by_address.values()) == {1}
    doubtful = found["sending"] + found["unknown"]
    assert found["sent"] + doubtful == LETTERS
    assert found["sent"] <= len(by_address) <= found["sent"] + doubtful
