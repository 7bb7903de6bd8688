"""A volunteer has their phone rung while a worker, web or the town is killed in the middle.

The judge is the town's ledger: within 30 s the call's state is what became of it there, nobody's phone rang
twice, and the volunteer can go on.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
import uuid
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from dialer.domain.access import Role
from dialer.domain.call import FINAL, proven_by
from dialer.processes import wait_until
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models.accounts import Account
from tests.people import make_person
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.supervisor.conftest import Installation, Make
from tests.supervisor.volunteers import Volunteer
from tests.towns import Town

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

VIC: Final = mobile(500)
OURS: Final = landline(900)
WITHIN_S: Final = 30.0
STORM: Final = (("worker-1", "queued"), ("web", "ringing"), ("carrier", "talking"), ("worker-1", "talking"))
"""Who is killed, and when: as soon as the call is asked for, while the volunteer's phone rings, or while the
two talk."""


@pytest.fixture
def running(make_installation: Make) -> Installation:
    installation = make_installation(DIALER_DEMO="0", DIALER_SETTLE_S="3")
    installation.start()
    return installation


@pytest.fixture
def town(settings: Settings, tmp_path: Path) -> Town:
    """The installation's own town, in which Vic's phone is picked up, and those of all others."""
    town = Town(tmp_path, port=urlsplit(settings.twilio_api_base_url).port or 0)
    town.person(VIC, phone="answers", ring_s=1, talk_s=3000)
    for index, (_, moment) in enumerate(STORM):
        town.person(landline(index), phone="answers", ring_s=1, talk_s=600 if moment == "talking" else 2)
    return town


@pytest.fixture
def vic(running: Installation, coordinator: Context) -> Volunteer:
    """Vic, on a shift, with a phone that is known to be his."""
    ctx, no_quiet = coordinator, dt.time(0)
    voters = [Voter(f"V{index}", [landline(index)]) for index in range(len(STORM))]
    campaign = running_campaign(ctx, voters, caller_ids=[OURS], quiet_start=no_quiet, quiet_end=no_quiet)
    person = make_person(ctx.units, ctx.organisation_id, Role.VOLUNTEER, "Vic", campaign_ids=(campaign.id,))
    _show_phone(ctx, person.id)
    volunteer = Volunteer(running.bind, person.token)
    volunteer.session = volunteer.ask("POST", f"/campaigns/{campaign.id}/sessions", {})["id"]
    return volunteer


def _show_phone(ctx: Context, account_id: uuid.UUID) -> None:
    with ctx.unit() as unit:
        shown = {"phone": VIC, "phone_confirmed_at": ctx.now}
        unit.session.execute(update(Account).where(Account.id == account_id).values(shown))


def test_a_call_ends_truthfully_whatever_is_killed(running: Installation, town: Town, vic: Volunteer) -> None:
    for killed, moment in STORM:
        before = len(_legs(town))
        given = vic.ask("POST", f"/sessions/{vic.session}/next")
        call = vic.ask("POST", f"/assignments/{given['id']}/call", {})
        _wait_until(lambda call=call, moment=moment: _stage(vic, call) == moment, running)
        pid = running.pid(killed)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        if (killed, moment) == ("worker-1", "talking"):
            _hang_up_by_going_on(vic, given)
        _wait_until(lambda call=call: _stage(vic, call) in FINAL, running)
        _judge(vic.ask("GET", f"/calls/{call['id']}"), _legs(town)[before:])
        _go_on(vic, given)


def _stage(vic: Volunteer, call: dict[str, Any]) -> str:
    """Where a call stands: its state, or `talking`."""
    now = vic.ask("GET", f"/calls/{call['id']}")
    return "talking" if now["answered_at"] and now["state"] == "in_progress" else now["state"]


def _legs(town: Town) -> list[dict[str, Any]]:
    """The town's calls; it may just be being started again."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            return town.calls()
        except OSError:
            assert time.monotonic() < deadline, "the town did not come back"
            time.sleep(0.2)


def _wait_until(what: Any, running: Installation) -> None:
    assert wait_until(what, WITHIN_S), running.log()[-4000:]


def _hang_up_by_going_on(vic: Volunteer, given: dict[str, Any]) -> None:
    """Vic leaves the contact to somebody else in the middle: a job tells the carrier, or the next tick's."""
    vic.ask("POST", f"/assignments/{given['id']}/skip", {})


def _judge(call: dict[str, Any], legs: list[dict[str, Any]]) -> None:
    own = [leg for leg in legs if leg["to"] == VIC]
    contacts = [leg for leg in legs if leg["to"] == call["to"]]
    assert len(own) <= 1, "one wish, one call"
    assert len(contacts) <= 1
    if contacts:
        assert call["contact_rung_at"]
        assert call["state"] == proven_by(contacts[0]["status"])
    elif own:
        assert proven_by(own[0]["status"]) in FINAL
        assert call["state"] in {proven_by(own[0]["status"]), "canceled"}
    else:
        assert (call["state"], call["end_reason"]) == ("failed", "lost")


def _go_on(vic: Volunteer, given: dict[str, Any]) -> None:
    """The volunteer's screen isn't in a call any more, and takes what came of it."""
    assert vic.ask("GET", f"/sessions/{vic.session}")["state"] in {"wrap_up", "assigned", "ready"}
    if vic.ask("GET", f"/assignments/{given['id']}")["state"] == "open":
        vic.ask("POST", f"/assignments/{given['id']}/result", {"disposition": "moved"})
