"""What the gate says to each kind of text, for each reason: a row a reason, a column a purpose.

Each row is made true in the database, a text of every purpose is put before the gate, and what becomes of it
is compared. A reason or a purpose that isn't in the table fails. `tests/test_gate_paths.py` shows that there
is no way round this gate.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pytest
from sqlalchemy import update

from dialer.domain.message import PURPOSES
from dialer.domain.message_gate import Skip
from dialer.domain.phone import PhonePolicy
from dialer.services.gotv.record import record_turnout
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.launching import pause_blast
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.first_waves import FirstWave
from dialer.store.models.messaging import Blast, Message, Sender
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from dialer.store.queries import message_gate
from dialer.store.queries.message_gate import Judged
from tests.conftest import SetClock
from tests.examples import cases
from tests.phone_bank import mobile
from tests.texting import SENDER, Blasting, people

GOES: Final = "goes"

Row = Mapping[str, str]

ANSWERS: Final = ("code", "sign_in", "help", "stop_confirmation")
"""What somebody has just asked for, on the phone that they asked for."""


def row(by_purpose: str, *, all_but: Mapping[str, str]) -> dict[str, str]:
    """The same for every purpose but these."""
    return {**dict.fromkeys(PURPOSES, by_purpose), **all_but}


def goes(*purposes: str) -> dict[str, str]:
    return dict.fromkeys(purposes, GOES)


CONFIRMS: Final = goes("stop_confirmation")
"""The one text by which a no may be confirmed (47 CFR 64.1200(a)(12))."""
OF_CAMPAIGNS: Final = goes("test", "event", *ANSWERS)
"""Rules of campaigns are about people who are approached: not about a phone of our own that tries a text,
nor about whoever has just asked for a code or for help.
"""
OF_BLASTS: Final = {**OF_CAMPAIGNS, **goes("single", "reply")}
"""What one person writes to another isn't sent to an audience: they know whom they write to, and why."""

TABLE: Final[dict[str, Row]] = {
    # for good: the text is skipped
    "opted_out": row("opted_out", all_but=CONFIRMS),
    "opted_out_person": row("opted_out", all_but=CONFIRMS),
    "opted_out_housemate": row("opted_out", all_but=CONFIRMS),
    "suppressed": row("suppressed", all_but=CONFIRMS),
    "deceased": row("deceased", all_but=OF_CAMPAIGNS),
    "moved": row("moved", all_but=OF_CAMPAIGNS),
    "no_phone": row("no_phone", all_but=OF_CAMPAIGNS),
    "not_mobile": row("not_mobile", all_but={}),
    "country": row("country", all_but={}),
    "no_consent": row("no_consent", all_but=OF_CAMPAIGNS),
    "answer_asked_for": row("no_consent", all_but={**OF_CAMPAIGNS, **goes("reply")}),
    "answer_too_late": row("no_consent", all_but=OF_CAMPAIGNS),
    "answer_to_a_no": row("opted_out", all_but=CONFIRMS),
    "voted": row("voted", all_but=OF_BLASTS),
    "recently_contacted": row("recently_contacted", all_but=OF_BLASTS),
    "audience": row("audience", all_but=OF_BLASTS),
    "deadline": row("deadline", all_but=OF_BLASTS),
    "of_no_use_any_more": row("deadline", all_but={}),
    # for now: the text waits
    "in_review": row("in_review", all_but=goes("test", *ANSWERS)),
    "quiet_hours": row("quiet_hours", all_but=goes("test", *ANSWERS)),
    "press": row("press", all_but=OF_BLASTS),
    "paused": row("paused", all_but=OF_BLASTS),
    "first_wave": row("first_wave", all_but=OF_BLASTS),
    "campaign_paused": row("campaign_paused", all_but=OF_CAMPAIGNS),
    "organisation_paused": row("organisation_paused", all_but=goes(*ANSWERS)),
    "unread_texts": row("unread_texts", all_but=goes("test", "reply", *ANSWERS)),
    "carrier": row("carrier", all_but={}),
    "cost_cap": row("cost_cap", all_but=goes(*ANSWERS)),
    "organisation_cost_cap": row("organisation_cost_cap", all_but=goes(*ANSWERS)),
    "nothing": row(GOES, all_but={}),
}

OF_NO_CAMPAIGN: Final = ("nothing", "no_consent", "campaign_paused", "cost_cap", "quiet_hours")
"""What is said to a text to one person, or an answer, that belongs to no campaign: of these only the usual
quiet hours hold. Every other row is the same for it.
"""

ON_PLANNING: Final = {Skip.DUPLICATE_NUMBER, Skip.HELD_OUT}
"""Said when a blast is written down: such a text never comes as far as the last gate."""

PICTURE_GONE: Final = {Skip.PICTURE}
"""Found before the table is asked: `test_pictures_to_one`."""


@dataclass
class Scene:
    """Gwen with a mobile, and a text of every purpose for her that waits."""

    blasting: Blasting
    clock: SetClock
    contact_id: uuid.UUID
    blast_id: uuid.UUID
    campaign_id: uuid.UUID
    number: str = mobile(0)

    def add(self, table: Any, **fields: Any) -> None:
        with self.blasting.ctx.unit() as unit:
            unit.session.add(table(organisation_id=unit.organisation_id, **fields))

    def set(self, table: Any, **values: Any) -> None:
        """Change every row there is: there is one, or it is true of all."""
        with self.blasting.ctx.unit() as unit:
            unit.session.execute(update(table).values(**values))

    def suppress(self, reason: str) -> None:
        at = {"channel": "sms", "source": "text", "created_at": self.clock.now}
        self.add(Suppression, id=new_id(), number=self.number, reason=reason, **at)

    def says_no(self, contact_id: uuid.UUID) -> None:
        at = {"channel": "sms", "source": "text", "created_at": self.clock.now}
        self.add(OptOut, id=new_id(), contact_id=contact_id, **at)

    def housemate_says_no(self) -> None:
        other = new_id()
        self.add(Contact, id=other, custom={})
        self.add(ContactPhone, contact_id=other, number=self.number, line_type="mobile")
        self.says_no(other)

    def votes(self) -> None:
        self.set(Blast, audience={"voted": False})
        with self.blasting.ctx.unit() as unit:
            campaign = unit.session.get_one(Campaign, (unit.organisation_id, self.campaign_id))
            of_whom = {"contact_id": self.contact_id, "election_id": campaign.election_id}
            record_turnout(unit, **of_whom, source="teller", at=self.clock.now)

    def asked(self, days_ago: int) -> None:
        """They wrote to us in a campaign that texts only those who said yes."""
        self.set(Campaign, require_consent_sms=True)
        at = self.clock.now - dt.timedelta(days=days_ago)
        self.add(Conversation, id=new_id(), number=self.number, created_at=at, last_inbound_at=at)

    def texted_an_hour_ago(self) -> None:
        self.set(Blast, audience={"voted": None, "not_contacted_for_s": 7200})
        at = self.clock.now - dt.timedelta(hours=1)
        self.add(
            Message,
            id=new_id(),
            direction="outbound",
            purpose="single",
            contact_id=self.contact_id,
            number=self.number,
            body="",
            encoding="gsm7",
            segments=1,
            state="sent",
            created_at=at,
            sent_at=at,
        )

    def sent_to_another_country(self) -> None:
        self.blasting.use(phones=PhonePolicy(allow_fictional=True, allowed_countries=("US",)))

    def spent_all(self) -> None:
        self.blasting.use(messaging=replace(self.blasting.ctx.messaging, cost_cap=Decimal(0)))

    def queue(self, purpose: str, campaign_id: uuid.UUID | None) -> None:
        whose = None if purpose in {"test", "code", "sign_in", "event"} else self.contact_id
        given = {"contact_id": whose, "campaign_id": campaign_id, "sender": SENDER}
        with self.blasting.ctx.unit() as unit:
            queue_text(unit, self.blasting.ctx, number=self.number, body="B", purpose=purpose, **given)  # type: ignore[arg-type]

    def put_before_the_gate(self, judged: list[Judged]) -> dict[str, str]:
        """What becomes of the text of each purpose; `judged` is where the gate leaves its word."""
        ctx = self.blasting.system
        holder = new_id()
        lease = new_lease(ctx, holder)
        claimed = [
            one for blast in (self.blast_id, None) for one in claim_texts(ctx, SENDER, blast, lease, 10)
        ]
        passed = {one.id for one in pass_gate(ctx, holder, claimed)}
        with ctx.unit() as unit:
            rows = {one.id: unit.session.get_one(Message, (unit.organisation_id, one.id)) for one in judged}
        assert {one.id for one in claimed} == set(rows)
        assert passed == {row.id for row in rows.values() if row.state == "sending"}
        for one in judged:
            state = "skipped" if one.skip else "queued" if one.wait else "sending"
            assert (rows[one.id].state, rows[one.id].skip_reason) == (state, one.skip)
        return {one.purpose: one.skip or one.wait or GOES for one in judged}


REASONS: Final[dict[str, Callable[[Scene], object]]] = {
    "opted_out": lambda scene: scene.suppress("opt_out"),
    "opted_out_person": lambda scene: scene.says_no(scene.contact_id),
    "opted_out_housemate": lambda scene: scene.housemate_says_no(),
    "suppressed": lambda scene: scene.suppress("complaint"),
    "deceased": lambda scene: scene.set(Contact, status="deceased"),
    "moved": lambda scene: scene.set(Contact, status="moved"),
    "no_phone": lambda scene: scene.set(ContactPhone, dead_at=scene.clock.now),
    "not_mobile": lambda scene: scene.set(ContactPhone, line_type="landline"),
    "country": lambda scene: scene.sent_to_another_country(),
    "no_consent": lambda scene: scene.set(Campaign, require_consent_sms=True),
    "answer_asked_for": lambda scene: scene.asked(days_ago=7),
    "answer_too_late": lambda scene: scene.asked(days_ago=8),
    "answer_to_a_no": lambda scene: (scene.asked(days_ago=1), scene.suppress("opt_out")),
    "voted": lambda scene: scene.votes(),
    "recently_contacted": lambda scene: scene.texted_an_hour_ago(),
    "audience": lambda scene: scene.set(Blast, audience={"voted": None, "tags_any": ["keen"]}),
    "deadline": lambda scene: scene.set(Blast, deadline_at=scene.clock.now),
    "of_no_use_any_more": lambda scene: scene.set(Message, not_after=scene.clock.now),
    "in_review": lambda scene: scene.add(
        Conversation, id=new_id(), number=scene.number, state="review", created_at=scene.clock.now
    ),
    "quiet_hours": lambda scene: setattr(scene.clock, "now", scene.clock.now.replace(hour=22)),
    "press": lambda scene: scene.set(Blast, mode="by_hand"),
    "paused": lambda scene: pause_blast(scene.blasting.ctx, scene.blast_id),
    "first_wave": lambda scene: scene.add(FirstWave, blast_id=scene.blast_id, size=1),
    "campaign_paused": lambda scene: scene.set(Campaign, state="paused"),
    "organisation_paused": lambda scene: scene.set(Organisation, paused_at=scene.clock.now),
    "unread_texts": lambda scene: scene.set(Organisation, inbound_missed_at=scene.clock.now),
    "carrier": lambda scene: scene.set(Sender, pause_reason="by_hand"),
    "cost_cap": lambda scene: scene.set(Campaign, cost_cap=Decimal(0)),
    "organisation_cost_cap": lambda scene: scene.spent_all(),
    "nothing": lambda scene: None,
}


def set_up(blasting: Blasting, clock: SetClock, of_no_campaign: tuple[str, ...] = ANSWERS) -> Scene:
    (gwen,) = people(blasting.ctx, 1)
    run = blasting.launch([gwen])
    blasting.plan(run.id)
    made = Scene(blasting, clock, gwen, run.id, run.campaign_id)
    for purpose in PURPOSES[1:]:
        made.queue(purpose, None if purpose in of_no_campaign else run.campaign_id)
    return made


@pytest.fixture
def scene(blasting: Blasting, clock: SetClock) -> Scene:
    return set_up(blasting, clock)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Judged]:
    """What the gate has said."""
    heard: list[Judged] = []
    judge = message_gate.judge

    def overheard(*args: Any, **kwargs: Any) -> list[Judged]:
        heard[:] = judge(*args, **kwargs)
        return list(heard)

    monkeypatch.setattr(message_gate, "judge", overheard)
    return heard


@pytest.mark.parametrize("reason", cases(TABLE, quick=4))
def test_what_the_gate_says(scene: Scene, reason: str, said: list[Judged]) -> None:
    REASONS[reason](scene)
    assert scene.put_before_the_gate(said) == TABLE[reason]


@pytest.mark.slow
@pytest.mark.parametrize("reason", OF_NO_CAMPAIGN)
def test_what_it_says_to_a_text_of_no_campaign(
    blasting: Blasting, clock: SetClock, reason: str, said: list[Judged]
) -> None:
    scene = set_up(blasting, clock, (*ANSWERS, "single", "reply"))
    REASONS[reason](scene)
    expected = GOES if reason != "quiet_hours" else "quiet_hours"
    became = scene.put_before_the_gate(said)
    assert {became["single"], became["reply"]} == {expected}


def test_nothing_is_missing_in_the_table() -> None:
    """Every purpose has its column in every row, and every word that the statement can say has a row."""
    assert all(set(one) == set(PURPOSES) for one in TABLE.values())
    assert set(REASONS) == set(TABLE)
    sayable = {word for one in TABLE.values() for word in one.values()} - {GOES}
    in_statement = set(re.findall(r"(?:THEN|ELSE) '(\w+)'", message_gate._JUDGES["sms"].text))
    assert in_statement <= sayable
    assert sayable >= {*Skip} - ON_PLANNING - PICTURE_GONE - {
        Skip.NO_EMAIL
    }  # what is said of letters: `test_letters`
