"""The gate in SQL says what the rule says, whatever is known of a person, a number and a blast."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dialer.domain.audience import Audience, Known
from dialer.domain.blast import Waiting
from dialer.domain.message_gate import NumberFacts, PersonFacts, TextingRules, Verdict, may_text
from dialer.domain.phone import LineType
from dialer.domain.quiet_hours import NEVER_QUIET, QuietHours
from dialer.services.context import Context
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from dialer.store.models.conversations import Conversation
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.messaging import Blast, Message, Sender
from dialer.store.models.people import Consent, Contact, ContactPhone, OptOut, Suppression
from tests.conftest import SetClock
from tests.texting import SENDER, Blasting, campaign

NUMBERS = ("+447700900001", "+441632960001", "+12125550101", "+447060000000", "+447600000000")
ADDRESS, OURS = "gwen@example.net", "campaign@example.org"
TAGS = ("keen", "driver", "no texts")
AN_HOUR_AGO = dt.timedelta(hours=1)
TOUCHES = {
    "texted": {"number", "person"},
    "texted elsewhere": {"person"},
    "housemate texted": {"number"},
    "on the wire": {"number", "person"},
    "never taken": set(),
    "code": set(),
    "rung": {"person"},
    "rang us": set(),
}
"""Ways of having been in touch, and who has heard from us by them."""


@dataclass(frozen=True)
class Case:
    """One person on one number in one blast."""

    number: str
    line: LineType
    person: dict[str, Any]
    number_facts: dict[str, bool]
    known: Known
    audience: dict[str, Any]
    requires_consent: bool
    hour: int
    housemate_opted_out: bool
    left_s: float | None
    """Seconds until the deadline."""
    rests: tuple[int | None, int | None, int]
    """Minutes for which the blast, its campaign and the installation leave people alone."""
    touched: str | None
    """How we were in touch an hour ago."""
    by_email: bool
    quiet_letters: bool
    """Whether the campaign's letters keep its quiet hours."""

    @property
    def channel(self) -> str:
        return "email" if self.by_email else "sms"

    @property
    def place(self) -> str:
        """Where it goes."""
        return ADDRESS if self.by_email else self.number

    @property
    def sender(self) -> str:
        return OURS if self.by_email else SENDER


known = st.builds(
    Known,
    support=st.none() | st.integers(1, 5),
    voted=st.booleans(),
    tags=st.frozensets(st.sampled_from(TAGS)),
    polling_district=st.none() | st.sampled_from(["AB", "ab ", "CD"]),
    voting_method=st.none() | st.sampled_from(["postal", "in_person"]),
    last_contacted_at=st.none(),
)
audiences = st.fixed_dictionaries(
    {},
    optional={
        "support": st.lists(st.integers(1, 5), max_size=3),
        "voted": st.none() | st.booleans(),
        "tags_any": st.lists(st.sampled_from(TAGS), max_size=2),
        "tags_none": st.lists(st.sampled_from(TAGS), max_size=2),
        "polling_districts": st.lists(st.sampled_from(["AB", "cd"]), max_size=2),
        "voting_methods": st.lists(st.sampled_from(["postal", "in_person"]), max_size=2),
    },
)
seldom = st.sampled_from([False, False, False, True])
cases = st.builds(
    Case,
    number=st.sampled_from(NUMBERS),
    line=st.sampled_from(LineType),
    person=st.fixed_dictionaries(
        {
            "status": st.sampled_from(["active", "active", "active", "moved", "deceased"]),
            "opted_out": seldom,
            "consented": st.booleans(),
            "postcode": st.sampled_from([None, None, "CF10 1AA", "90210-1234"]),
        }
    ),
    number_facts=st.fixed_dictionaries(
        {"opted_out": seldom, "suppressed": seldom, "dead": seldom, "in_review": seldom}
    ),
    known=known,
    audience=audiences,
    requires_consent=seldom,
    hour=st.sampled_from([12, 12, 3]),
    housemate_opted_out=seldom,
    left_s=st.sampled_from([None, None, None, -60, 0, 29.999, 30, 31]),
    rests=st.tuples(
        st.sampled_from([None, None, 0, 60, 61]),
        st.sampled_from([None, None, 0, 60, 61]),
        st.sampled_from([0, 0, 60, 61]),
    ),
    touched=st.none() | st.sampled_from(list(TOUCHES)),
    by_email=st.booleans(),
    quiet_letters=st.booleans(),
)


def deadline_of(ctx: Context, case: Case) -> dt.datetime | None:
    return None if case.left_s is None else ctx.now + dt.timedelta(seconds=case.left_s)


def audience_of(case: Case) -> Audience:
    minutes = case.rests[0]
    rest = {} if minutes is None else {"not_contacted_for_s": minutes * 60}
    return Audience.of({**case.audience, **rest})


class Town:
    """Writes a case down as rows, asks the gate, and takes everything away again."""

    def __init__(self, blasting: Blasting, clock: SetClock) -> None:
        self.blasting, self.clock = blasting, clock
        self.campaign = campaign(blasting.ctx)
        self.election_id = self.campaign.election_id

    def judged(self, case: Case) -> tuple[str, str | None]:
        """What the gate made of it: the state it is in, and the reason where it was skipped."""
        installation = case.rests[2] * 60
        self.blasting.use(messaging=replace(self.blasting.ctx.messaging, recontact_after_s=installation))
        ctx = self.blasting.system
        blast_id, message_id = self._written(ctx, case)
        holder = new_id()
        claimed = claim_texts(ctx, case.sender, blast_id, new_lease(ctx, holder), 10)
        assert [one.id for one in claimed] == [message_id]
        passed = pass_gate(ctx, holder, claimed)
        with ctx.unit() as unit:
            row = unit.session.get_one(Message, (unit.organisation_id, message_id))
            assert bool(passed) == (row.state == "sending")
            return row.state, row.skip_reason

    def _written(self, ctx: Context, case: Case) -> tuple[uuid.UUID, uuid.UUID]:
        with ctx.unit() as unit:
            of = {"organisation_id": unit.organisation_id}
            for table in (Message, Call, Blast, Conversation, VoterRecord, Suppression, Contact, Sender):
                unit.session.query(table).delete()
            row = unit.session.get_one(Campaign, (unit.organisation_id, self.campaign.id))
            row.require_consent_sms = case.requires_consent and not case.by_email
            row.require_consent_email = case.requires_consent and case.by_email
            row.quiet_hours_email = case.quiet_letters
            row.recontact_after_s = None if case.rests[1] is None else case.rests[1] * 60
            contact, blast, message = new_id(), new_id(), new_id()
            audience = audience_of(case).as_json()
            unit.session.add_all(
                [
                    Sender(
                        **of,
                        id=new_id(),
                        address=case.sender,
                        kind="email" if case.by_email else "long_code",
                    ),
                    Contact(
                        **of,
                        id=contact,
                        status=case.person["status"],
                        postcode=case.person["postcode"],
                        tags=sorted(case.known.tags),
                        polling_district=case.known.polling_district,
                        custom={},
                        **_email_of(case),
                    ),
                    Blast(
                        **of,
                        id=blast,
                        campaign_id=self.campaign.id,
                        name="B",
                        body="B",
                        state="running",
                        audience=audience,
                        channel=case.channel,
                        senders=[case.sender],
                        deadline_at=deadline_of(ctx, case),
                        created_at=ctx.now,
                    ),
                ]
            )
            unit.session.flush()
            self._facts(unit, of, contact, case)
            unit.session.add(
                Message(
                    **of,
                    id=message,
                    direction="outbound",
                    purpose="blast",
                    blast_id=blast,
                    campaign_id=self.campaign.id,
                    contact_id=contact,
                    channel=case.channel,
                    number=case.place,
                    sender=case.sender,
                    body="B",
                    encoding="utf8" if case.by_email else "gsm7",
                    segments=0 if case.by_email else 1,
                    state="queued",
                    created_at=ctx.now,
                )
            )
            return blast, message

    def _facts(self, unit: Any, of: dict[str, Any], contact: uuid.UUID, case: Case) -> None:
        now, add = self.clock.now, unit.session.add
        phone = {**of, "number": case.number, "line_type": case.line.value}
        add(ContactPhone(**phone, contact_id=contact, dead_at=now if case.number_facts["dead"] else None))
        if case.person["opted_out"]:
            add(_opt_out(of, contact, case, now))
        if case.person["consented"]:
            add(Consent(**of, id=new_id(), contact_id=contact, channel=case.channel, source="form", at=now))
        voted_at = now if case.known.voted else None
        method, support = case.known.voting_method, case.known.support
        record = {"support": support, "voting_method": method, "voted_at": voted_at}
        add(VoterRecord(**of, election_id=self.election_id, contact_id=contact, **record))
        bars = {"opt_out": case.number_facts["opted_out"], "complaint": case.number_facts["suppressed"]}
        for reason in (name for name, holds in bars.items() if holds):
            at = {"channel": case.channel, "source": "text", "created_at": now}
            place = {"email" if case.by_email else "number": case.place}
            add(Suppression(**of, id=new_id(), reason=reason, **place, **at))
        if case.number_facts["in_review"]:
            add(Conversation(**of, id=new_id(), number=case.place, state="review", created_at=now))
        if case.touched is not None:
            add(self._touch(of, contact, case.place, case.touched))
        if case.housemate_opted_out:
            other = new_id()
            add(Contact(**of, id=other, custom={}, email=ADDRESS, email_key=ADDRESS))
            unit.session.flush()
            add(ContactPhone(**phone, contact_id=other))
            add(_opt_out(of, other, case, now))

    def _touch(self, of: dict[str, Any], contact: uuid.UUID, number: str, how: str) -> Message | Call:
        at = self.clock.now - AN_HOUR_AGO
        if how in {"rung", "rang us"}:
            return Call(
                **of,
                id=new_id(),
                contact_id=contact,
                direction="outbound" if how == "rung" else "inbound",
                mode="ring_me",
                number=number,
                caller_id=SENDER,
                state="completed",
                charged_legs=[],
                deadline_at=at,
                created_at=at,
            )
        states = {"on the wire": "sending", "never taken": "failed"}
        return Message(
            **of,
            id=new_id(),
            direction="outbound",
            purpose="code" if how == "code" else "single",
            contact_id=None if how == "housemate texted" else contact,
            number="+447700900999" if how == "texted elsewhere" else number,
            body="",
            encoding="gsm7",
            segments=1,
            state=states.get(how, "sent"),
            created_at=at,
            attempted_at=at,
            sent_at=None if how in states else at,
        )


def _email_of(case: Case) -> dict[str, Any]:
    """The address of the person; who has another by now can't be reached at this one."""
    address = "another@example.net" if case.number_facts["dead"] else ADDRESS
    return {"email": address, "email_key": address}


def _opt_out(of: dict[str, Any], contact: uuid.UUID, case: Case, now: dt.datetime) -> OptOut:
    return OptOut(**of, id=new_id(), contact_id=contact, channel=case.channel, source="text", created_at=now)


def ruled(ctx: Context, case: Case) -> tuple[str, str | None]:
    """What the rule makes of it."""
    facts = case.number_facts
    heard = dict.fromkeys(TOUCHES.get(case.touched or "", set()), ctx.now - AN_HOUR_AGO)
    number = NumberFacts(
        number=case.place,
        last_texted_at=heard.get("number"),
        type=LineType.UNKNOWN if case.by_email else case.line,
        opted_out=facts["opted_out"] or case.housemate_opted_out,
        suppressed=facts["suppressed"],
        dead=facts["dead"],
        allowed=case.by_email or ctx.phones.allows(case.number),
        in_review=facts["in_review"],
    )
    rules = TextingRules(
        hours=NEVER_QUIET
        if case.by_email and not case.quiet_letters
        else QuietHours(dt.time(21), dt.time(9)),
        channel=case.channel,
        zone="Europe/London",
        audience=audience_of(case),
        recontact_after_s=(case.rests[2] if case.rests[1] is None else case.rests[1]) * 60,
        requires_consent=case.requires_consent,
        deadline_at=deadline_of(ctx, case),
    )
    known = replace(case.known, last_contacted_at=heard.get("person"))
    person = PersonFacts("x", known=known, **case.person)
    reached = None if case.by_email and facts["dead"] else number
    verdict: Verdict = may_text(person, reached, rules, ctx.now)
    if verdict.skip is not None:
        return "skipped", verdict.skip
    assert verdict.wait in {None, Waiting.REVIEW, Waiting.QUIET_HOURS}
    return ("queued", None) if verdict.wait else ("sending", None)


@pytest.mark.slow
def test_sql_and_rule_agree(blasting: Blasting, clock: SetClock) -> None:
    town = Town(blasting, clock)

    @settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(case=cases)
    def agree(case: Case) -> None:
        clock.now = clock.now.replace(hour=case.hour)
        assert town.judged(case) == ruled(blasting.system, case)

    agree()
    with blasting.system.unit() as unit:  # the figures are of messages that were taken away
        unit.session.execute(text("DELETE FROM counter; DELETE FROM message; DELETE FROM voter_record"))
