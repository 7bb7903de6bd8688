"""Whatever goes wrong in whatever order: one call at most for each wish, and none to somebody who said no."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from dialer.carrier.port import CallOutcome, Carrier, OutboundCall
from dialer.domain.call import FINAL, proven_by
from dialer.services.calling.placing import place_next
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.web.webhooks.test_ring_me import Always, Booth, Street, caller, street  # noqa: F401 -- fixtures

VIC = mobile(500)
OURS = landline(900)
VOTERS = 200

PHONES = ("answers", "no_answer", "busy", "hangs_up")
FAULTS = (
    {},
    {"lost_reply": 1.0},
    {"error_before": 1.0},
    {"error_after": 1.0},
    {"rate_limited": 1.0},
    {"broken_reply": 1.0},
    {"lost_callback": 1.0},
    {"lost_reply": 1.0, "lost_callback": 1.0},
    {"doubled_callback": 1.0, "reordered_callback": 1.0},
    {"late_callback": 0.5, "late_s": 20},
)


class KilledError(Exception):
    """The worker is gone at this instant."""


@dataclass
class Dying:
    """A worker that is killed as it talks to the carrier: just before, or just after it was heard."""

    carrier: Carrier
    heard: bool

    def place_call(self, call: OutboundCall) -> CallOutcome:
        if self.heard:
            self.carrier.place_call(call)
        raise KilledError


@dataclass
class Evening:
    """Vic's calls, one after another, in a town where anything may happen."""

    booth: Booth
    campaign_id: uuid.UUID
    opt_out: Callable[[str], None]
    number: str = ""
    contact_id: str = ""
    said_no: bool = False
    placed_before: int = 0
    call: dict[str, object] = field(default_factory=dict)

    def next_contact(self, phone: str, own: str) -> None:
        """The next one in hand, and what their phone and Vic's will do."""
        town = self.booth.town
        town.faults()
        given = self.booth.vic.post(f"/sessions/{self.booth.session}/next").json
        self.booth.assignment, self.number = given["id"], given["contact"]["phone"]
        self.contact_id, self.said_no = given["contact"]["id"], False
        town.person(self.number, phone=phone, ring_s=4, talk_s=20)
        town.person(VIC, phone=own, ring_s=3, talk_s=2 if own == "hangs_up" else 3000)
        self.placed_before = len(town.calls())
        self.call = self.booth.ring()

    def happen(self, what: str) -> None:
        """One thing happens."""
        booth = self.booth
        match what.split():
            case ["place"]:
                booth.place()
            case ["killed", when]:
                with contextlib.suppress(KilledError):
                    place_next(booth.system(), Dying(booth.carrier, when == "after"), Always())  # type: ignore[arg-type]
            case ["look"]:
                booth.look()
            case ["wait", seconds]:
                booth.advance(float(seconds))
            case ["fault", number]:
                booth.town.faults(**FAULTS[int(number)])
            case ["no"]:
                self.opt_out(self.contact_id)
                self.said_no = self.said_no or not self.contacts_legs()

    def contacts_legs(self) -> list[dict[str, object]]:
        return [leg for leg in self.booth.town.calls()[self.placed_before :] if leg["to"] == self.number]

    def end(self) -> None:
        """All is well again, and time passes."""
        self.booth.town.faults()
        for _ in range(8):
            self.booth.place()
            self.booth.advance(40)
            self.booth.look()
            self.booth.clock.forward(seconds=600)

    def check(self) -> None:
        """What must hold, by the town's own ledger."""
        over = self.booth.call(self.call)
        legs = self.booth.town.calls()[self.placed_before :]
        volunteers = [leg for leg in legs if leg["direction"] == "outbound-api"]
        assert over["state"] in FINAL
        assert len(volunteers) <= 1, "one wish, one call"
        if self.said_no:
            assert self.contacts_legs() == [], "whoever said no was not rung"
        if contacts := self.contacts_legs():
            assert len(contacts) == 1
            assert over["contact_rung_at"]
            assert over["state"] == proven_by(str(contacts[0]["status"]))
        assert (over["carrier_sid"] is None) or over["carrier_sid"] == volunteers[0]["sid"]
        self.booth.vic.post(f"/assignments/{self.booth.assignment}/result", json={"disposition": "moved"})


@pytest.fixture
def campaign_id(ctx: Context, units: UnitFactory, vic: Person) -> uuid.UUID:
    """A campaign with enough people for every evening, in which it is never too late."""
    voters = [Voter(f"Voter {index}", [landline(index)]) for index in range(VOTERS)]
    made = running_campaign(ctx, voters, caller_ids=[OURS], quiet_start="00:00", quiet_end="00:00")
    join_campaign(units, vic, made.id)
    with units.begin(vic.organisation_id) as unit:
        unit.session.execute(
            update(Account).where(Account.id == vic.id).values(phone=VIC, phone_confirmed_at=ctx.now)
        )
    return made.id


@pytest.fixture
def opt_out(api: Callable[[Person], Caller], carys: Person) -> Callable[[str], None]:
    """Somebody tells Carys that they don't want to be called."""

    def opt_out(contact_id: str) -> None:
        api(carys).post(f"/contacts/{contact_id}/opt-outs", json={"channel": "voice"})

    return opt_out


@pytest.fixture
def evening(
    ctx: Context,
    campaign_id: uuid.UUID,
    caller: Caller,  # noqa: F811
    opt_out: Callable[[str], None],
    street: Street,  # noqa: F811
) -> Evening:
    booth = Booth(ctx, caller, campaign_id=campaign_id, contact_id=campaign_id, **vars(street))
    booth.session = booth.vic.post(f"/campaigns/{campaign_id}/sessions", json={}).json["id"]
    return Evening(booth, campaign_id, opt_out)


things = st.one_of(
    st.sampled_from(["place", "place", "look", "killed before", "killed after", "no"]),
    st.sampled_from([1, 2, 5, 11, 31]).map(lambda seconds: f"wait {seconds}"),
    st.integers(0, len(FAULTS) - 1).map(lambda number: f"fault {number}"),
)


@pytest.mark.slow
@given(
    phone=st.sampled_from(PHONES),
    own=st.sampled_from(["answers", "answers", "machine", *PHONES]),
    happening=st.lists(things, min_size=1, max_size=12),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_one_call_for_each_wish_whatever_happens(evening: Evening, phone, own, happening) -> None:
    evening.next_contact(phone, own)
    for what in happening:
        evening.happen(what)
    evening.end()
    evening.check()
