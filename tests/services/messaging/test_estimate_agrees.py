"""The estimate in SQL says what the rule says of each person, whatever is known of them and their house."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dialer.domain.audience import Audience
from dialer.domain.bodies import Bodies
from dialer.domain.message_gate import EXCLUSIONS, LETTER_EXCLUSIONS
from dialer.domain.placeholders import lacking, without_fallback
from dialer.domain.segments import measure
from dialer.services.messaging.audience_count import count_recipients
from dialer.services.messaging.candidates import Candidate, chunk_after
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.rendering import all_words_of, rendered, sample_links, values_of
from dialer.services.messaging.views import EstimateView
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from dialer.store.models.conversations import Conversation
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.messaging import Blast, BlastList, Message
from dialer.store.models.people import Consent, Contact, ContactPhone, ListMember, OptOut, Suppression
from tests.conftest import SetClock
from tests.texting import SENDER, Blasting, add_people, blast, campaign, listed, people

OURS = "campaign@example.org"
POOL = (
    "+447700900001",
    "+447700900002",
    "+441632960001",
    "+12125550101",
    "+447060000000",
    "+447600000000",
    "+447624000000",
)
ADDRESSES = ("gwen@example.net", "ann@example.org", "siân@bücher.example")
TAGS = ("keen", "driver")
BODIES = (
    "Polls are open.",
    "Dear {first_name|friend} {last_name} — vote in {custom.ward|your ward}! {{really}}",
    "{first_name}",
    "No more: {opt_out_url} {custom.no such}",
)


@dataclass(frozen=True)
class Case:
    """Some people with numbers of one pool, in two lists, and what a blast asks of them."""

    people: list[dict[str, Any]]
    numbers: dict[str, dict[str, bool]]
    audience: dict[str, Any]
    body: str
    bodies: dict[str, str]
    requires_consent: bool
    recontact_after_s: int | None
    by_email: bool
    subject: str

    @property
    def channel(self) -> str:
        return "email" if self.by_email else "sms"


seldom = st.sampled_from([False, False, False, False, True])
phones = st.lists(
    st.tuples(
        st.sampled_from(POOL), st.sampled_from(["mobile", "landline", "voip", "unknown"]), seldom, seldom
    ),
    max_size=3,
    unique_by=lambda phone: phone[0],
)
folk = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(
            [None, " ", "Gwen", "Siân", "Łukasz", "{last_name}", "G’wen", "x" * 200]
        ),
        "last_name": st.sampled_from([None, "Jones"]),
        "custom": st.sampled_from([{}, {"ward": "Bryn"}, {"ward": 1.0}, {"ward": True}, {"ward": None}]),
        "language": st.sampled_from([None, "", "en", "cy", " CY_gb", "pl-PL", "cymraeg"]),
        "status": st.sampled_from(["active", "active", "active", "moved", "deceased"]),
        "tags": st.lists(st.sampled_from(TAGS), unique=True),
        "polling_district": st.none() | st.sampled_from(["AB", "ab ", "CD"]),
        "record": st.none()
        | st.fixed_dictionaries(
            {
                "support": st.none() | st.integers(1, 5),
                "voting_method": st.none() | st.sampled_from(["postal", "in_person"]),
                "voted": st.booleans(),
            }
        ),
        "opted_out": seldom,
        "consented": st.booleans(),
        "texted_min_ago": st.none() | st.sampled_from([59, 60, 61]),
        "rung_min_ago": st.none() | st.sampled_from([None, 59, 60]),
        "phones": phones,
        "address": st.none() | st.sampled_from(ADDRESSES),
        "twice": st.booleans(),
    }
)
bars = st.fixed_dictionaries({"opted_out": seldom, "suppressed": seldom, "in_review": seldom})
audiences = st.fixed_dictionaries(
    {},
    optional={
        "support": st.lists(st.integers(1, 5), max_size=3),
        "voted": st.none() | st.booleans(),
        "tags_any": st.lists(st.sampled_from(TAGS), max_size=2),
        "tags_none": st.lists(st.sampled_from(TAGS), max_size=1),
        "polling_districts": st.lists(st.sampled_from(["AB", "cd"]), max_size=2),
        "voting_methods": st.lists(st.sampled_from(["postal", "in_person"]), max_size=2),
        "not_contacted_for_s": st.just(3600),
    },
)
cases = st.builds(
    Case,
    people=st.lists(folk, max_size=8),
    numbers=st.fixed_dictionaries(dict.fromkeys((*POOL, *ADDRESSES), bars)),
    audience=audiences,
    body=st.sampled_from(BODIES),
    bodies=st.just({}) | st.dictionaries(st.sampled_from(["cy", "en"]), st.sampled_from(BODIES)),
    requires_consent=seldom,
    recontact_after_s=st.sampled_from([None, None, 0, 3600, 3660]),
    by_email=st.booleans(),
    subject=st.sampled_from(["Today", "Today, {first_name}", "{last_name|Friend}"]),
)


class Town:
    """Writes a case down as rows in place of the one before."""

    def __init__(self, blasting: Blasting) -> None:
        self.ctx = blasting.ctx
        self.campaign = campaign(self.ctx)
        self.lists = [listed(self.ctx, ()), listed(self.ctx, ())]

    def clear(self) -> None:
        with self.ctx.unit() as unit:
            for table in (Message, Call, Blast, Conversation, VoterRecord, Suppression, Contact):
                unit.session.query(table).delete()

    def write(self, case: Case) -> uuid.UUID:
        self.clear()
        with self.ctx.unit() as unit:
            of = {"organisation_id": unit.organisation_id}
            row = unit.session.get_one(Campaign, (unit.organisation_id, self.campaign.id))
            row.require_consent_sms = case.requires_consent and not case.by_email
            row.require_consent_email = case.requires_consent and case.by_email
            row.recontact_after_s = case.recontact_after_s
            blast_id = new_id()
            unit.session.add(
                Blast(
                    **of,
                    id=blast_id,
                    campaign_id=self.campaign.id,
                    name="B",
                    body=case.body,
                    bodies=case.bodies,
                    channel=case.channel,
                    subject=case.subject if case.by_email else "",
                    audience=Audience.of(case.audience).as_json(),
                    senders=[OURS if case.by_email else SENDER],
                    created_at=self.ctx.now,
                )
            )
            unit.session.flush()
            unit.session.add_all(BlastList(**of, blast_id=blast_id, list_id=one) for one in self.lists)
            for person in case.people:
                self._person(unit, of, person, case.channel)
            for number, holds in case.numbers.items():
                self._number(unit, of, number, holds)
            return blast_id

    def _person(self, unit: Any, of: dict[str, Any], person: dict[str, Any], channel: str) -> None:
        now, add, id_ = self.ctx.now, unit.session.add, new_id()
        plain = ("first_name", "last_name", "custom", "status", "tags", "polling_district", "language")
        email = {"email": person["address"], "email_key": person["address"]}
        add(Contact(**of, id=id_, **{name: person[name] for name in plain}, **email))
        unit.session.flush()
        mine = {**of, "contact_id": id_}
        for list_id in self.lists if person["twice"] else self.lists[:1]:
            add(ListMember(**mine, list_id=list_id))
        for position, (number, line, dead, removed) in enumerate(person["phones"]):
            ends = {"dead_at": now if dead else None, "removed_at": now if removed else None}
            add(ContactPhone(**mine, number=number, line_type=line, position=position, **ends))
        if person["opted_out"]:
            add(OptOut(**mine, id=new_id(), channel=channel, source="text", created_at=now))
        if person["consented"]:
            add(Consent(**mine, id=new_id(), channel=channel, source="form", at=now))
        if person["record"] is not None:
            record = dict(person["record"])
            record["voted_at"] = now if record.pop("voted") else None
            add(VoterRecord(**mine, election_id=self.campaign.election_id, **record))
        if person["texted_min_ago"] is not None:
            add(
                Message(
                    **mine,
                    id=new_id(),
                    direction="outbound",
                    purpose="single",
                    channel=channel,
                    number=ADDRESSES[0] if channel == "email" else POOL[0],
                    body="B",
                    encoding="gsm7",
                    segments=1,
                    state="sent",
                    created_at=now,
                    sent_at=now - dt.timedelta(minutes=person["texted_min_ago"]),
                )
            )

        if person["rung_min_ago"] is not None:
            at = now - dt.timedelta(minutes=person["rung_min_ago"])
            told = {"direction": "outbound", "mode": "ring_me", "state": "completed", "charged_legs": []}
            add(Call(**mine, id=new_id(), caller_id=SENDER, deadline_at=at, created_at=at, **told))

    def _number(self, unit: Any, of: dict[str, Any], number: str, holds: dict[str, bool]) -> None:
        now, add = self.ctx.now, unit.session.add
        for reason in ("opt_out", "complaint"):
            if holds["opted_out" if reason == "opt_out" else "suppressed"]:
                by_email = "@" in number
                at = {"channel": "email" if by_email else "sms", "source": "text", "created_at": now}
                place = {"email" if by_email else "number": number}
                add(Suppression(**of, id=new_id(), reason=reason, **place, **at))
        if holds["in_review"]:
            add(Conversation(**of, id=new_id(), number=number, state="review", created_at=now))

    def ruled(self, blast_id: uuid.UUID) -> dict[str, Any]:
        """What the rule in Python makes of each, one after the other."""
        with self.ctx.unit() as unit:
            row = unit.session.get_one(Blast, (unit.organisation_id, blast_id))
            running = unit.session.get_one(Campaign, (unit.organisation_id, row.campaign_id))
            is_letter = row.channel == "email"
            words = all_words_of(row, running) if is_letter else Bodies(row.body, row.bodies)
            links = sample_links(self.ctx, running, words)
            candidates = chunk_after(self.ctx, unit, row, running, after=None).candidates
            assert count_recipients(self.ctx, unit, row, running) == len(
                {one.number for one in candidates if one.excluded is None}
            )
            excluded = Counter(str(one.excluded) for one in candidates if one.excluded is not None)
            texts: dict[str, str] = {}
            standing: list[Candidate] = []
            for one in candidates:
                if one.excluded is None and one.number is not None:
                    excluded["duplicate_number"] += one.number in texts
                    if one.number not in texts:
                        standing.append(one)
                    body = words.of(words.language_of(one.person.language))
                    texts.setdefault(one.number, rendered(body, one.person, links, is_letter=is_letter))
            spoken = {one.id: words.language_of(one.person.language) for one in standing}
            lacks = {
                one.id: lacking(words.of(spoken[one.id]), values_of(one.person, links, is_letter=is_letter))
                for one in standing
            }
            texted = set(unit.session.scalars(select(Message.number)))
        measured = [] if is_letter else [measure(body) for body in texts.values()]
        return {
            "recipients": len(texts),
            "excluded": {**dict.fromkeys(LETTER_EXCLUSIONS if is_letter else EXCLUSIONS, 0), **excluded},
            "encodings": {name: sum(one.encoding == name for one in measured) for name in ("gsm7", "ucs2")},
            "segments": sum(one.segments for one in measured),
            "parts": dict(Counter(one.segments for one in measured)),
            "samples": sorted(
                (one.number, texts[one.number])
                for language, _ in words.each()
                for one in [each for each in standing if spoken[each.id] == language][:5]
            ),
            "languages": {
                language: sum(read == language for read in spoken.values()) for language, _ in words.each()
            },
            "first_time": len(set(texts) - texted),
            "gaps": {
                (language, name): (len(who), who[:5])
                for language, body in words.each()
                for name in without_fallback(body)
                if (who := [id_ for id_, gaps in lacks.items() if name in gaps and spoken[id_] == language])
            },
        }


def shown(estimate: EstimateView) -> dict[str, Any]:
    """What the estimate says of the same."""
    samples = [(one.number, "".join(piece for piece, _ in one.pieces)) for one in estimate.samples]
    names = ("recipients", "excluded", "encodings", "segments", "parts", "first_time")
    gaps = {
        (one.language or "", one.about): (one.count, [who.id for who in one.contacts])
        for one in estimate.warnings
        if one.code == "empty_placeholder"
    }
    return {
        **{name: getattr(estimate, name) for name in names},
        "samples": sorted(samples),
        "languages": {one.language or "": one.recipients for one in estimate.spoken},
        "gaps": gaps,
    }


@pytest.mark.slow
def test_sql_and_rule_agree_on_whole_lists(blasting: Blasting) -> None:
    town = Town(blasting)

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def agree(case: Case) -> None:
        blast_id = town.write(case)
        assert shown(estimate_blast(town.ctx, blast_id)) == town.ruled(blast_id)

    agree()
    town.clear()


def test_each_different_text_is_measured_and_counted(blasting: Blasting, clock: SetClock) -> None:
    them = people(blasting.ctx, 3)
    add_people(blasting.ctx, [(abroad := new_id(), ["+13105550100"])])
    wide = people(blasting.ctx, 2, first=3, first_name="Łukasz")
    same = new_id()
    add_people(blasting.ctx, [(same, ["+447700900000"])])
    draft = blast(blasting.ctx, [*them, *wide, abroad, same], body="Hello {first_name}" + "!" * 60)
    found = estimate_blast(blasting.ctx, draft.id)
    assert (found.recipients, found.segments, found.encodings) == (5, 7, {"gsm7": 3, "ucs2": 2})
    assert {name: count for name, count in found.excluded.items() if count} == {
        "country": 1,
        "duplicate_number": 1,
    }
    assert found.parts == {1: 3, 2: 2}
