"""What the gate says before a phone rings, for each reason; it is asked three times on the way of every call.

When it is wished for, before the volunteer's phone rings, and before the contact's does: that nobody gets
round it is shown by `tests/test_gate_paths.py`. What doesn't bar a call, and why, stands in the table too.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pytest
from sqlalchemy import delete, update

from dialer.domain.contact_gate import Refusal
from dialer.domain.phone import PhonePolicy
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.ring_gate import WORDS, refusal
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from dialer.services.gotv.record import record_turnout
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Assignment, Campaign, Result
from dialer.store.models.calls import Call
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact, ContactPhone, ListMember, OptOut, Suppression
from tests.examples import cases
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign

GWEN: Final = landline(123)


@dataclass
class Hand:
    """Vic has Gwen in hand."""

    ctx: Context
    campaign: Any
    assignment_id: uuid.UUID
    contact_id: uuid.UUID

    def set(self, table: Any, **values: Any) -> None:
        with self.ctx.unit() as unit:
            unit.session.execute(update(table).values(**values))

    def add(self, table: Any, **fields: Any) -> None:
        with self.ctx.unit() as unit:
            unit.session.add(table(organisation_id=unit.organisation_id, **fields))

    def bar(self, reason: str, channel: str = "voice") -> None:
        at = {"channel": channel, "source": "call", "created_at": self.ctx.now}
        self.add(Suppression, id=new_id(), number=GWEN, reason=reason, **at)

    def says_no(self, channel: str) -> None:
        at = {"channel": channel, "source": "call", "created_at": self.ctx.now}
        self.add(OptOut, id=new_id(), contact_id=self.contact_id, **at)

    def says_no_elsewhere(self) -> None:
        """The number in hand isn't Gwen's any more."""
        self.says_no("voice")
        self.set(ContactPhone, removed_at=self.ctx.now)

    def votes(self) -> None:
        with self.ctx.unit() as unit:
            of_whom = {"contact_id": self.contact_id, "election_id": self.campaign.election_id}
            record_turnout(unit, **of_whom, source="teller", at=self.ctx.now)

    def is_texted(self) -> None:
        fields = {"direction": "outbound", "purpose": "blast", "state": "sent", "body": "", "segments": 1}
        at = {"created_at": self.ctx.now, "sent_at": self.ctx.now}
        self.add(
            Message, id=new_id(), contact_id=self.contact_id, number=GWEN, encoding="gsm7", **fields, **at
        )

    def spends(self, cap: str, *, spent: str, doubted: str, **doubt: object) -> None:
        """The campaign has spent this, and an email may have cost that."""
        self.set(Campaign, cost_cap=Decimal(cap), spent=Decimal(spent))
        kind = {"direction": "outbound", "purpose": "blast", "state": "unknown", "channel": "email"}
        written = {"number": "gwen@example.org", "body": "", "encoding": "utf8", "segments": 0}
        of = {"campaign_id": self.campaign.id, "reckoned": Decimal(doubted), "created_at": self.ctx.now}
        self.add(Message, id=new_id(), **kind | written | of | doubt)

    def in_the_evening(self) -> None:
        self.ctx = self.ctx.at(self.ctx.now.replace(hour=22))

    def abroad(self) -> None:
        self.ctx = replace(self.ctx, phones=PhonePolicy(allow_fictional=True, allowed_countries=("US",)))

    def result(self, disposition: str, number: str = GWEN) -> None:
        """Somebody else's result, of a moment ago."""
        with self.ctx.unit() as unit:
            mine = unit.session.get_one(Assignment, (unit.organisation_id, self.assignment_id))
            of_whom = {name: getattr(mine, name) for name in ("campaign_id", "contact_id", "account_id")}
        what = {"disposition": disposition, "number": number, "effects": {}, "body_hash": b""}
        self.add(Result, id=new_id(), assignment_id=self.assignment_id, at=self.ctx.now, **of_whom, **what)

    def rung_for_another(self, **policy: int) -> None:
        """Another assignment's phone call rang the number a moment ago, and that is as often as it may."""
        with self.ctx.unit() as unit:
            mine = unit.session.get_one(Assignment, (unit.organisation_id, self.assignment_id))
            copied = {one.key: getattr(mine, one.key) for one in Assignment.__mapper__.column_attrs}
        another = copied | {"id": new_id(), "state": "expired"}
        self.add(Assignment, **{name: another[name] for name in another if name != "organisation_id"})
        when = dict.fromkeys(("contact_rung_at", "created_at", "deadline_at"), self.ctx.now)
        what = {"direction": "outbound", "mode": "ring_me", "state": "completed", "caller_id": landline(9)}
        of = {"number": GWEN, "assignment_id": another["id"], "campaign_id": self.campaign.id}
        self.add(Call, id=new_id(), **when, **what, **of)
        self.set(Campaign, call_policy=policy)

    def off_the_list(self) -> None:
        with self.ctx.unit() as unit:
            unit.session.execute(delete(ListMember))

    def refusal(self) -> str | None:
        with self.ctx.unit() as unit:
            key = (unit.organisation_id, self.assignment_id)
            return refusal(self.ctx, unit, unit.session.get_one(Assignment, key, with_for_update=True))


GOES: Final = None

TABLE: Final[dict[str, tuple[Callable[[Hand], object], str | None]]] = {
    "said no to calls": (lambda hand: hand.says_no("voice"), "suppressed"),  # a no holds for the number
    "said no, on another number": (lambda hand: hand.says_no_elsewhere(), "opted_out"),
    "the number's no": (lambda hand: hand.bar("opt_out"), "suppressed"),
    "a preference register": (lambda hand: hand.bar("tps"), "suppressed"),
    "has died": (lambda hand: hand.set(Contact, status="deceased"), "deceased"),
    "has moved": (lambda hand: hand.set(Contact, status="moved"), "moved"),
    "out of use": (lambda hand: hand.set(ContactPhone, dead_at=hand.ctx.now), "dead_number"),
    "another country": (lambda hand: hand.abroad(), "country"),
    "has voted": (lambda hand: hand.votes(), "voted"),
    "done with": (lambda hand: hand.result("refused"), "over"),
    "another number next": (lambda hand: hand.result("no_answer"), "other_number"),
    "called lately": (lambda hand: hand.result("no_answer", landline(124)), "gap"),
    "tried today": (lambda hand: hand.rung_for_another(number_day_max=1), "tried_today"),
    "tried enough": (lambda hand: hand.rung_for_another(number_max=1), "tried_enough"),
    "at night": (lambda hand: hand.in_the_evening(), "quiet_hours"),
    "at night where the postcode lies": (
        lambda hand: hand.set(Contact, postcode="96813-1234"),
        "quiet_hours",
    ),
    "all paused": (lambda hand: hand.set(Organisation, paused_at=hand.ctx.now), "all_paused"),
    "campaign paused": (lambda hand: hand.set(Campaign, state="paused"), "campaign_paused"),
    "cost cap": (lambda hand: hand.set(Campaign, cost_cap=Decimal(0)), "cost_cap"),
    "cost cap, with an email in doubt": (
        lambda hand: hand.spends("1.2", spent="0.8", doubted="0.4"),
        "cost_cap",
    ),
    "below the cap with an email in doubt": (
        lambda hand: hand.spends("1.2", spent="0.7", doubted="0.4"),
        GOES,
    ),
    "an email that is proven counts once": (
        lambda hand: hand.spends("1.2", spent="0.8", doubted="0.4", state="sent", cost=Decimal("0.4")),
        GOES,
    ),
    "an email of no campaign": (
        lambda hand: hand.spends("1.2", spent="0.8", doubted="0.4", campaign_id=None),
        GOES,
    ),
    "given back": (lambda hand: hand.set(Assignment, state="expired"), "not_in_hand"),
    "held out of the list since": (lambda hand: hand.off_the_list(), "not_in_hand"),
    # what is about texts alone: a live call by a person needs no consent given beforehand, rings any kind of
    # line, and how soon somebody is rung again is the campaign's own `retry_after_s`
    "said no to texts": (lambda hand: hand.says_no("sms"), GOES),
    "the number's no to texts": (lambda hand: hand.bar("opt_out", "sms"), GOES),
    "consent to texts": (lambda hand: hand.set(Campaign, require_consent_sms=True), GOES),
    "kind of line": (lambda hand: hand.set(ContactPhone, line_type="mobile"), GOES),
    "texted lately": (lambda hand: hand.is_texted(), GOES),
    "texts in review": (
        lambda hand: hand.add(
            Conversation, id=new_id(), number=GWEN, state="review", created_at=hand.ctx.now
        ),
        GOES,
    ),
    "nothing": (lambda _: None, GOES),
}


@pytest.fixture
def hand(ctx: Context, context_of: Callable[[Person], Context], vic: Person) -> Hand:
    gwen = Voter("Gwen", [GWEN, landline(124)])
    campaign = running_campaign(ctx, [gwen], kind="gotv")
    join_campaign(ctx.units, vic, campaign.id)
    vics = context_of(vic)
    given = next_assignment(vics, start_session(vics, campaign.id).id)
    assert isinstance(given, AssignmentView)
    return Hand(ctx, campaign, given.id, gwen.id)


@pytest.mark.parametrize("reason", cases(TABLE, quick=3))
def test_what_the_gate_says(hand: Hand, reason: str) -> None:
    becomes_true, says = TABLE[reason]
    becomes_true(hand)
    assert hand.refusal() == says


def test_nothing_is_missing_in_the_table() -> None:
    said = {says for _, says in TABLE.values()} - {GOES}
    assert said == set(WORDS)
    assert said >= set(Refusal)
