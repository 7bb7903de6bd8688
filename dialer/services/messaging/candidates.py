"""The people of a blast's lists, chunk by chunk, with what the gate says of each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.engine import Row

from dialer.domain.audience import Audience, Known, is_meant
from dialer.domain.bodies import spoken
from dialer.domain.filters.texting import without_shares
from dialer.domain.message_gate import (
    NumberFacts,
    PersonFacts,
    Skip,
    TextingRules,
    exclusion,
    never,
    number_to_text,
)
from dialer.domain.phone import LineType
from dialer.domain.texting import EMAIL, SMS
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.messaging.audience_count import whom_of
from dialer.services.messaging.resting import recontact_after_s
from dialer.services.messaging.waiting import hours_of
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries import blast_audience
from dialer.store.queries.blast_estimate import Whom, picked_among
from dialer.store.session import UnitOfWork

CHUNK: Final = 10_000
OURS: Final = ("cy",)
"""The languages for which we have words of our own, beside the usual ones."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a blast is meant for: the number they would be texted on, and why they are not.

    `skip` is what holds for good; `excluded` is that, or that the number is in review.
    """

    person: Row[Any]
    number: str | None
    skip: Skip | None
    excluded: Skip | None

    @property
    def id(self) -> uuid.UUID:
        """The contact's id."""
        contact_id: uuid.UUID = self.person.id
        return contact_id

    @property
    def language(self) -> str:
        """In which of our own languages they read what we add to their letters; "" for the usual one."""
        return spoken(self.person.language, OURS)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some candidates, and the contact they were read through; `last` where none follow."""

    candidates: list[Candidate]
    through: uuid.UUID | None
    last: bool


def texting_rules(ctx: Context, blast: Blast | None, campaign: Campaign | None, channel: str) -> TextingRules:
    """What a campaign and its blast say about texting or letters; without one, what holds for everybody.

    That people who lately heard from us are left alone is a rule of blasts: whoever writes to one person
    knows whom they write to, and why.
    """
    hours, zone = hours_of(campaign)
    return TextingRules(
        hours=hours,
        zone=zone,
        audience=Audience.of(blast.gate_audience or blast.audience) if blast is not None else Audience(),
        requires_consent=campaign is not None and requires_consent(campaign, channel),
        recontact_after_s=recontact_after_s(ctx, campaign) if blast and campaign else 0,
        deadline_at=blast.deadline_at if blast is not None else None,
        channel=channel,
    )


def requires_consent(campaign: Campaign, channel: str) -> bool:
    """Whether a campaign writes only to who said yes to the channel."""
    return campaign.require_consent_email if channel == EMAIL else campaign.require_consent_sms


def chunk_after(
    ctx: Context,
    unit: UnitOfWork,
    blast: Blast,
    campaign: Campaign,
    *,
    after: uuid.UUID | None,
    size: int = CHUNK,
) -> Chunk:
    """The candidates among the next contacts of a blast's lists.

    Whoever would get it if the audience held nobody out is one of them, with that as the reason, so that it
    is kept who was held out. Others whom something stands against are none: they would have got nothing.
    """
    whom = whom_of(ctx, unit, blast, campaign)
    if whom.picked is not None and not whom.list_ids:
        ids = blast_audience.contacts_after(unit, after, size)
    else:
        ids = blast_audience.members_after(unit, whom.list_ids, after, size)
    rules = texting_rules(ctx, blast, campaign, blast.channel)
    picked = picked_among(unit, whom, ids)
    drawn = _drawn_out(unit, whom, ids) - picked
    everybody = blast_audience.people(unit, campaign.election_id, sorted(picked | drawn), blast.channel)
    known = _known(unit, everybody, rules)
    meant = [(row, facts) for row, facts in known if is_meant(rules.audience, facts)]
    numbers = _numbers(ctx, unit, [row.id for row, _ in meant], rules)
    judged = (_candidate(row, facts, numbers.get(row.id, ()), rules, ctx.now) for row, facts in meant)
    found = [
        replace(one, skip=Skip.HELD_OUT) if one.id in drawn else one
        for one in judged
        if one.id in picked or one.skip is None
    ]
    return Chunk(found, ids[-1] if ids else after, len(ids) < size)


def _drawn_out(unit: UnitOfWork, whom: Whom, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these contacts whom the saved audience would pick if it drew nobody out by chance."""
    everybody = without_shares(whom.picked) if whom.picked else None
    return picked_among(unit, replace(whom, picked=everybody), ids) if everybody else set()


def candidate_of(
    ctx: Context,
    unit: UnitOfWork,
    contact_id: uuid.UUID,
    campaign: Campaign | None,
    on_number: str | None = None,
    *,
    has_asked: bool = False,
    channel: str = SMS,
) -> Candidate | None:
    """One person as somebody who may get a text of a campaign, or of none, on the first number that fits or
    on one and no other; None where nobody has this id. Who has asked for it needn’t have consented.
    """
    election_id = campaign.election_id if campaign is not None else current_election(unit).id
    found = blast_audience.people(unit, election_id, [contact_id], channel)
    if not found:
        return None
    rules = texting_rules(ctx, None, campaign, channel)
    if has_asked:
        rules = replace(rules, requires_consent=False)
    numbers = _numbers(ctx, unit, [contact_id], rules).get(contact_id, ())
    wanted = [one for one in numbers if on_number in {None, one.number}]
    return _candidate(found[0], _known_of(found[0], None), wanted, rules, ctx.now)


def _known(unit: UnitOfWork, people: Sequence[Row[Any]], rules: TextingRules) -> list[tuple[Row[Any], Known]]:
    touched: Mapping[uuid.UUID, dt.datetime | None] = {}
    if rules.rest_s:
        touched = blast_audience.last_contacted(unit, [row.id for row in people])
    return [(row, _known_of(row, touched.get(row.id))) for row in people]


def _known_of(row: Row[Any], last_contacted_at: dt.datetime | None) -> Known:
    return Known(
        support=row.support,
        voted=row.voted,
        tags=frozenset(row.tags),
        polling_district=row.polling_district,
        voting_method=row.voting_method,
        last_contacted_at=last_contacted_at,
    )


def _numbers(
    ctx: Context, unit: UnitOfWork, contacts: Sequence[uuid.UUID], rules: TextingRules
) -> Mapping[uuid.UUID, list[NumberFacts]]:
    found: defaultdict[uuid.UUID, list[NumberFacts]] = defaultdict(list)
    living = blast_audience.living_numbers(unit, contacts, rules.channel)
    texted = blast_audience.last_texted(unit, [row.number for row in living]) if rules.rest_s else {}
    for row in living:
        facts = NumberFacts(
            number=row.number,
            type=LineType(row.line_type),
            opted_out=row.opted_out,
            suppressed=row.suppressed,
            allowed=rules.channel == EMAIL or ctx.phones.allows(row.number),
            in_review=row.in_review,
            last_texted_at=texted.get(row.number),
        )
        found[row.contact_id].append(facts)
    return found


def _candidate(
    row: Row[Any], known: Known, numbers: Sequence[NumberFacts], rules: TextingRules, now: dt.datetime
) -> Candidate:
    number = number_to_text(numbers)
    person = PersonFacts(
        contact_id=row.id,
        status=row.status,
        opted_out=row.opted_out,
        consented=row.consented,
        known=known,
    )
    skip = never(person, number, rules, now)
    in_review = number is not None and number.in_review
    return Candidate(
        person=row,
        number=None if number is None else number.number,
        skip=skip,
        excluded=exclusion(person, number, rules, now) if in_review else skip,
    )
