"""A filter in SQL picks whom the rule picks, whatever is known of people and whatever is asked."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dialer.domain.filters.facts import Number, PersonFacts
from dialer.domain.filters.matching import matches
from dialer.domain.filters.reading import read_filter
from dialer.domain.person import fold
from dialer.domain.phone import LineType
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.store.models import Base, new_id
from dialer.store.models.calling import Result
from dialer.store.models.calls import Call
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.links import Link, LinkCode
from dialer.store.models.messaging import Message
from dialer.store.models.people import Consent, Contact, ContactPhone, ListMember, OptOut, Suppression
from dialer.store.queries.audience_people import Asked, people_after
from dialer.store.session import UnitOfWork
from tests.conftest import NOON

LISTS: Final = (uuid.UUID(int=1), uuid.UUID(int=2))
NUMBERS: Final = ("+447700900001", "+441632960001", "+447624000000", "+447060000000")
EMAILS: Final = ("sian@example.org", "tom@example.org")
TAGS: Final = ("keen", "Driver", "o'clock %s :x")
FIELDS: Final = ("first_name", "ward", "postcode", "polling_district", "email", "custom.shoe size")
TEXTS: Final = (
    "Siân", "SIAN", " siÂn ", "Bryn Mawr", "brynmawr", "BRYN", "ÔL", "ôl", "Straße", "İz", "CF10 1AA",
    "CF1 2BB", "BS1 4ST", "B1 1AA", "cf10 1ab", "%", "_", "'", ":x", "94103", *EMAILS,
)  # fmt: skip
TABLES: Final = (
    Contact, ContactPhone, ListMember, VoterRecord, OptOut, Consent, Suppression, Result, Call, Message, Link,
    LinkCode,
)  # fmt: skip
BLASTS: Final = (uuid.UUID(int=21), uuid.UUID(int=22))
DISPOSITIONS: Final = ("contacted", "no_answer", "callback")
CHANNELS: Final = ("sms", "voice", "email", "door")
MINUTES: Final = (59, 60, 61, 600)

seldom = st.sampled_from([False, False, False, True])
minutes = st.sampled_from(MINUTES)
some = {"min_size": 1, "max_size": 3}


@dataclass(frozen=True)
class Case:
    """Some people, what lies on numbers and addresses, and some that is asked."""

    people: list[dict[str, Any]]
    noes: list[tuple[str, str, str, bool]]
    rules: list[dict[str, Any]]


results = st.lists(st.tuples(st.sampled_from(DISPOSITIONS), minutes, seldom, seldom), max_size=3)
folk = st.fixed_dictionaries(
    {
        "fields": st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(TEXTS), max_size=4),
        "status": st.sampled_from(["active", "active", "moved", "deceased"]),
        "needs_lift": st.sampled_from([None, True, False]),
        "lift_said": st.sampled_from([None, True, False]),
        "id_ready": st.sampled_from([None, True, False]),
        "tags": st.frozensets(st.sampled_from(TAGS)),
        "lists": st.frozensets(st.sampled_from(LISTS)),
        "record": st.none()
        | st.tuples(
            st.none() | st.integers(1, 5), st.none() | st.sampled_from(["postal", "in_person"]), st.booleans()
        ),
        "phones": st.lists(
            st.tuples(st.sampled_from(NUMBERS), st.sampled_from(list(LineType)), seldom, seldom),
            max_size=2,
            unique_by=lambda phone: phone[0],
        ),
        "opted_out": st.frozensets(st.tuples(st.sampled_from(CHANNELS), seldom), max_size=2),
        "consented": st.frozensets(st.tuples(st.sampled_from(["sms", "email"]), seldom), max_size=2),
        "results": results,
        "calls": st.lists(st.tuples(st.sampled_from(["outbound", "inbound"]), minutes), max_size=2),
        "texts": st.lists(
            st.tuples(st.sampled_from(["outbound", "inbound"]), minutes, st.booleans()), max_size=2
        ),
        "got": st.dictionaries(st.sampled_from(BLASTS), st.booleans()),
        "clicked": st.lists(st.tuples(st.sampled_from((*BLASTS, None)), seldom, minutes), max_size=3),
    }
)
noes = st.lists(
    st.tuples(
        st.sampled_from((*NUMBERS, *EMAILS)),
        st.sampled_from(["sms", "voice", "email"]),
        st.sampled_from(["opt_out", "complaint", "tps"]),
        seldom,
    ),
    max_size=3,
    unique_by=lambda no: no[:3],
)


def some_of(*values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), **some, unique=True)  # type: ignore[arg-type]


def named(name: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return value.map(lambda given: {name: given})


ways = st.one_of(
    named("is", some_of(*TEXTS)),
    named("starts", some_of("s", "CF1", "bryn ", "B", "%")),
    named("contains", some_of("r", "AA", "_", "ôl")),
    named("filled", st.booleans()),
)
times = st.sampled_from(
    [{}, {"within_s": 3600}, {"since": "2026-05-07T12:00:00+01:00"}, {"since": "2026-05-07T02:00:00Z"}]
)
texts_opened = st.just({}) | named("blasts", some_of(*map(str, BLASTS)))
conditions = st.one_of(
    named("lists", some_of(*map(str, LISTS), str(uuid.UUID(int=3)))),
    named("tags", some_of(*TAGS, "nobody's")),
    named("field", st.builds(lambda name, way: {"name": name, **way}, st.sampled_from(FIELDS), ways)),
    named("postcodes", some_of("CF", "cf1", "CF10", "B", "CF10 1", "cf101aa", "941")),
    named("status", some_of("active", "moved", "deceased")),
    named("support", some_of(1, 2, 5, None)),
    named("voting_methods", some_of("postal", None)),
    named("last_result", some_of(*DISPOSITIONS, None)),
    *(named(name, st.booleans()) for name in ("pledged", "voted", "needs_lift", "id_ready")),
    *(named(name, times) for name in ("called", "texted", "contacted", "replied")),
    named("got", some_of(*map(str, BLASTS), str(uuid.UUID(int=23)))),
    named("clicked", st.builds(lambda when, texts: {**when, **texts}, times, texts_opened)),
    named("has", st.sampled_from(["phone", "mobile", "email"])),
    named("opted_out", some_of(*CHANNELS)),
    named("consented", some_of("sms", "email")),
    named(
        "random",
        st.fixed_dictionaries(
            {
                "share": st.sampled_from([0, 0.25, 0.5, 1]) | st.floats(0, 1),
                "seed": st.sampled_from(["a", ":é"]),
            }
        ),
    ),
)  # fmt: skip
rules = st.recursive(
    conditions,
    lambda inner: st.one_of(
        named("all", st.lists(inner, max_size=3)), named("any", st.lists(inner, **some)), named("not", inner)
    ),
    max_leaves=5,
)
cases = st.builds(
    Case,
    people=st.lists(folk, min_size=1, max_size=6),
    noes=noes,
    rules=st.lists(rules, min_size=6, max_size=10),
)


class Shelf:
    """Writes cases down as rows, each in place of the one before, and tells what is then known."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        with ctx.unit() as unit:
            self.election = current_election(unit).id
        self.other_election = new_id()

    def write(self, unit: UnitOfWork, case: Case) -> list[PersonFacts]:
        unit.session.execute(text("SET LOCAL session_replication_role = replica"))
        for table in TABLES:
            unit.session.query(table).delete()
        of = {"organisation_id": unit.organisation_id}
        for where, channel, reason, lifted in case.noes:
            kind = "email" if "@" in where else "number"
            self._add(unit, Suppression, of, {kind: where}, id=new_id(), channel=channel, reason=reason,
                      source="text", lifted_at=NOON if lifted else None)  # fmt: skip
        facts = [self._person(unit, of, person, case.noes) for person in case.people]
        unit.session.flush()
        return facts

    def _add(self, unit: UnitOfWork, model: type[Base], *given: Mapping[str, Any], **more: Any) -> None:
        columns = model.__table__.columns
        row = {**{name: value for part in given for name, value in part.items()}, **more}
        if "created_at" in columns:
            row.setdefault("created_at", NOON)
        unit.session.add(model(**row))

    def _person(
        self,
        unit: UnitOfWork,
        of: dict[str, Any],
        person: dict[str, Any],
        noes: list[tuple[str, str, str, bool]],
    ) -> PersonFacts:
        id_, fields = new_id(), person["fields"]
        mine = {**of, "contact_id": id_}
        plain = {name: value for name, value in fields.items() if not name.startswith("custom.")}
        self._add(
            unit, Contact, of, plain, id=id_, status=person["status"], needs_lift=person["needs_lift"],
            tags=sorted(person["tags"]), first_key=fold(fields.get("first_name", "")),
            custom={name[7:]: value for name, value in fields.items() if name.startswith("custom.")},
            email_key=fields["email"].lower() if "email" in fields else None,
        )  # fmt: skip
        for one in person["lists"]:
            self._add(unit, ListMember, mine, list_id=one)
        for channel, lifted in person["opted_out"]:
            self._add(
                unit,
                OptOut,
                mine,
                id=new_id(),
                channel=channel,
                source="text",
                lifted_at=NOON if lifted else None,
            )
        for channel, withdrawn in person["consented"]:
            at = {"at": NOON, "withdrawn_at": NOON if withdrawn else None}
            self._add(unit, Consent, mine, at, id=new_id(), channel=channel, source=f"form {withdrawn}")
        support, method, voted = person["record"] or (None, None, False)
        if person["record"]:
            known = {"support": support, "voting_method": method, "voted_at": NOON if voted else None}
            known |= {"needs_lift": person["lift_said"], "id_ready": person["id_ready"]}
            self._add(unit, VoterRecord, mine, known, election_id=self.election)
            self._add(
                unit, VoterRecord, mine, {"support": 1, "voted_at": NOON}, election_id=self.other_election
            )
        for number, kind, dead, removed in person["phones"]:
            ends = {"dead_at": NOON if dead else None, "removed_at": NOON if removed else None}
            self._add(unit, ContactPhone, mine, ends, number=number, line_type=kind)
        out = {channel for channel, lifted in person["opted_out"] if not lifted}
        here = {fields.get("email", "").lower(), *(phone[0] for phone in person["phones"] if not phone[3])}
        out |= {no[1] for no in noes if no[0] in here and no[2] != "tps" and not no[3]}
        lift_said = person["lift_said"] if person["record"] else None
        return PersonFacts(
            id=id_, fields=fields, status=person["status"],
            needs_lift=person["needs_lift"] if lift_said is None else lift_said,
            id_ready=person["id_ready"] if person["record"] else None,
            tags=person["tags"], list_ids=person["lists"], support=support, voting_method=method, voted=voted,
            numbers=tuple(Number(p[0], p[1]) for p in person["phones"] if not (p[2] or p[3])),
            opted_out=frozenset(out),
            consented=frozenset(channel for channel, withdrawn in person["consented"] if not withdrawn),
            **self._touches(unit, mine, person), **self._texts(unit, mine, person),
        )  # fmt: skip

    def _touches(self, unit: UnitOfWork, mine: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
        called, replied, standing = [], [], []
        texted = [before(600) for sent in person["got"].values() if sent]
        for nth, (disposition, ago, superseded, voided) in enumerate(person["results"]):
            at, id_ = before(ago), uuid.UUID(int=mine["contact_id"].int + nth)
            ends = {"superseded_at": NOON if superseded else None, "voided_at": NOON if voided else None}
            whose = {
                "assignment_id": id_,
                "campaign_id": id_,
                "account_id": id_,
                "number": "",
                "body_hash": b"",
            }
            self._add(unit, Result, mine, ends, whose, id=id_, disposition=disposition, at=at)
            if not (superseded or voided):
                standing.append((at, id_, disposition))
                called.append(at)
        for direction, ago in person["calls"]:
            states = {"mode": "ring_me", "caller_id": "", "deadline_at": NOON, "direction": direction}
            self._add(unit, Call, mine, states, id=new_id(), created_at=before(ago))
            called += [before(ago)] if direction == "outbound" else []
        for direction, ago, sent in person["texts"]:
            body = {"body": "B", "encoding": "gsm7", "segments": 1, "direction": direction}
            state = {"state": "sent", "sent_at": before(ago) if sent and direction == "outbound" else None}
            self._add(unit, Message, mine, body, state, id=new_id(), created_at=before(ago))
            replied += [before(ago)] if direction == "inbound" else []
            texted += [before(ago)] if direction == "outbound" and sent else []
        last = {"called_at": called, "texted_at": texted, "replied_at": replied}
        return {
            **{name: max(times, default=None) for name, times in last.items()},
            "last_result": max(standing)[2] if standing else None,
        }

    def _texts(self, unit: UnitOfWork, mine: dict[str, Any], person: dict[str, Any]) -> dict[str, Any]:
        body = {"body": "B", "encoding": "gsm7", "segments": 1, "direction": "outbound", "purpose": "blast"}
        for blast_id, sent in person["got"].items():
            state = {"state": "sent", "sent_at": before(600) if sent else None, "blast_id": blast_id}
            self._add(unit, Message, mine, body, state, id=new_id())
        clicked: dict[uuid.UUID | None, dt.datetime] = {}
        for blast_id, only_machines, ago in person["clicked"]:
            link_id, at = new_id(), None if only_machines else before(ago)
            of = {"organisation_id": mine["organisation_id"], "target": "https://example.org", "key": b""}
            self._add(unit, Link, of, id=link_id, blast_id=blast_id)
            self._add(
                unit, LinkCode, mine, code=str(link_id), link_id=link_id, clicked_at=at, last_clicked_at=at
            )
            if at is not None:
                clicked[blast_id] = max(at, clicked.get(blast_id, at))
        return {"got": frozenset(one for one, sent in person["got"].items() if sent), "clicked": clicked}


def before(ago: int) -> dt.datetime:
    return NOON - dt.timedelta(minutes=ago)


@pytest.mark.parametrize("examples", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_sql_and_rule_agree(ctx: Context, examples: int) -> None:
    shelf = Shelf(ctx)

    @settings(
        max_examples=examples,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def agree(case: Case) -> None:
        with ctx.unit() as unit:
            people = shelf.write(unit, case)
            for rule in map(read_filter, case.rules):
                asked = Asked(rule, shelf.election, NOON)
                picked = {person.id for person in people if matches(rule, person, NOON)}
                found = set(people_after(unit, asked, None, 100)[0])
                assert found == picked, (rule, [one for one in people if one.id in found ^ picked])
            unit.session.rollback()

    agree()
