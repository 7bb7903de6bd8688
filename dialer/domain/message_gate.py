"""The one gate before every text: may this person be texted on this number, now (contract §4, §7).

It is asked at the estimate, when a text is planned, and again in the statement that makes it `sending`.
What stands against it for good **skips** the text, with its reason; what passes makes it **wait**.

Where the reasons come from: who objects must not be written to (UK GDPR article 21(2) and (3)); texts to
individuals need their consent, and each a free way to refuse (Privacy and Electronic Communications (EC
Directive) Regulations 2003, regulation 22); in the United States 8 am to 9 pm at the called party's place
(47 CFR 64.1200(c)(1)). Consent is asked for where the campaign requires it: whether it was given the
software can't know, and it says so (design §8). Preference registers (`tps`, `ctps`) bar calls, not texts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialer.domain.audience import Audience, Known, has_voted, is_meant, is_resting, longest_rest_s
from dialer.domain.blast import Waiting
from dialer.domain.deadline import is_too_late
from dialer.domain.phone import LineType
from dialer.domain.postcode_zones import zones_of_postcode
from dialer.domain.quiet_hours import QuietHours, quiet_until
from dialer.domain.texting import EMAIL, SMS


class Skip(StrEnum):
    """Why somebody gets no text, for good. They are declared in the order in which the first one stands."""

    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    DECEASED = "deceased"
    MOVED = "moved"
    NO_PHONE = "no_phone"
    NO_EMAIL = "no_email"
    NOT_MOBILE = "not_mobile"
    COUNTRY = "country"
    NO_CONSENT = "no_consent"
    IN_REVIEW = "in_review"
    VOTED = "voted"
    RECENTLY_CONTACTED = "recently_contacted"
    AUDIENCE = "audience"
    HELD_OUT = "held_out"
    """The audience drew them by chance to get nothing, so that those who got it can be compared with them."""
    DUPLICATE_NUMBER = "duplicate_number"
    DEADLINE = "deadline"
    PICTURE = "picture_withdrawn"
    """Of a text to one person, or to try one: its picture was taken away while it waited."""


SKIP_REASONS: Final = tuple(reason.value for reason in Skip)
EXCLUSIONS: Final = (
    "opted_out",
    "suppressed",
    "no_phone",
    "not_mobile",
    "country",
    "no_consent",
    "in_review",
    "duplicate_number",
    "voted",
    "recently_contacted",
)
"""The reasons that every estimate names, also with a count of 0 (contract §7)."""
LETTER_EXCLUSIONS: Final = tuple(
    Skip.NO_EMAIL.value if reason == Skip.NO_PHONE else reason
    for reason in EXCLUSIONS
    if reason not in {Skip.NOT_MOBILE, Skip.COUNTRY}
)
"""And those of an estimate of letters."""

PERSONAL: Final = frozenset(
    {
        Skip.DECEASED,
        Skip.MOVED,
        Skip.NO_CONSENT,
        Skip.VOTED,
        Skip.RECENTLY_CONTACTED,
        Skip.AUDIENCE,
    }
)
"""Reasons of the person: the next eligible person on a shared number takes the place. All others are the
number's or the blast's. An opt-out belongs to the number, so it holds for everyone there.
"""

ANSWERS_FOR: Final = dt.timedelta(days=7)
"""For so long after somebody's text an answer to it needs no consent of theirs: they asked for it (consent is
about what is sent unasked, regulation 22). A no stands against an answer as against anything else.
"""
OPT_OUT_REASON: Final = "opt_out"
"""The reason of a suppression that is a no of the person's own; any other reads `suppressed`."""

_PERSONAL_NUMBERS: Final = "+4470"
_PAGERS: Final = "+4476"
_ISLE_OF_MAN: Final = "+447624"


def is_asked_for(state: str, last_inbound_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether an answer in a conversation is one that its writer still waits for: it is open, and they wrote
    lately.
    """
    return state == "open" and last_inbound_at is not None and now - last_inbound_at <= ANSWERS_FOR


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of a number at this moment, whoever has it."""

    number: str
    type: LineType = LineType.MOBILE
    opted_out: bool = False
    """A no to texts holds for it, said by anybody who has it."""
    suppressed: bool = False
    """It is barred from texts for another reason: a complaint, the carrier, a coordinator."""
    dead: bool = False
    allowed: bool = True
    """Its country may be texted, and it is neither premium rate nor satellite."""
    in_review: bool = False
    """Somebody wrote from it what may be a no, and nobody has decided yet."""
    last_texted_at: dt.datetime | None = None
    """When anybody here last texted it, whoever that was meant for: one phone, one rest."""
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of a person at this moment."""

    contact_id: str
    status: str = "active"
    opted_out: bool = False
    consented: bool = False
    """A consent to texts, with its source, that has not been withdrawn."""
    known: Known = Known()  # noqa: RUF009 - it is frozen
    postcode: str | None = None


@dataclass(frozen=True, slots=True)
class TextingRules:
    """What the campaign and the blast say about texting, or about writing letters (`channel`): of these the
    number is an address.
    """

    hours: QuietHours
    zone: str
    audience: Audience = Audience()  # noqa: RUF009 - it is frozen
    requires_consent: bool = False
    recontact_after_s: int = 0
    """For how long the campaign leaves people alone who heard from us, by whichever campaign."""
    deadline_at: dt.datetime | None = None
    channel: str = SMS

    @property
    def rest_s(self) -> int:
        """For how many seconds whoever heard from us hears nothing more; 0 where nobody minds."""
        return longest_rest_s(self.audience.not_contacted_for_s, self.recontact_after_s)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes; or never, with the reason; or not now, with the reason and from when (None: nobody can tell)."""

    skip: Skip | None = None
    wait: Waiting | None = None
    until: dt.datetime | None = None

    @property
    def allowed(self) -> bool:
        """The gate is open."""
        return self.skip is None and self.wait is None


def takes_texts(number: str, kind: LineType) -> bool:
    """Whether a text to this number may arrive: anything but a known landline.

    The carrier doesn't refuse texts to British landlines, and some networks read them out as a call. 070
    are personal numbers, dear to reach, and 076 pagers, the Isle of Man's 07624 mobiles aside (Ofcom,
    National Telephone Numbering Plan). A number whose kind isn't known is texted until a lookup, 21614 or
    30006 says no.
    """
    if kind is LineType.LANDLINE or number.startswith(_PERSONAL_NUMBERS):
        return False
    return not number.startswith(_PAGERS) or number.startswith(_ISLE_OF_MAN)


def number_to_text(numbers: Sequence[NumberFacts]) -> NumberFacts | None:
    """The number a person is texted on: the first that lives, takes texts and lies in an allowed country.

    A no to it is a no: no other number of theirs takes its place. Where none fits, the first living one,
    which then tells why not; None without any.
    """
    living = [one for one in numbers if not one.dead]
    fitting = [one for one in living if takes_texts(one.number, one.type) and one.allowed]
    return next(iter([*fitting, *living]), None)


def never(
    person: PersonFacts, number: NumberFacts | None, rules: TextingRules, now: dt.datetime
) -> Skip | None:
    """The first reason for which a person gets no text on a number at all; None where there is none.

    Reviews and duplicates are left out: the first passes, the second needs the other people of the blast.
    """
    reasons = set(_reasons(person, number, rules, now))
    return next((reason for reason in Skip if reason in reasons), None) if reasons else None


def never_to(number: NumberFacts) -> Skip | None:
    """The first reason for which a number gets no text at all, whoever has it and whatever it says."""
    reasons = set(_reasons_of_number(number))
    return next((reason for reason in Skip if reason in reasons), None)


def in_any_campaign(person: PersonFacts, number: NumberFacts) -> list[Skip]:
    """Every reason against texting somebody on a number that holds whatever the campaign and the hour.

    A number in review is one: until a person has decided, nothing goes to it.
    """
    reasons = {*_reasons_of_person(person), *_reasons_of_number(number)}
    if number.in_review:
        reasons.add(Skip.IN_REVIEW)
    return [reason for reason in Skip if reason in reasons]


def may_text(
    person: PersonFacts, number: NumberFacts | None, rules: TextingRules, now: dt.datetime
) -> Verdict:
    """Whether a person may be texted on a number at this instant. What holds for good comes before what
    passes: a review in which a person has to decide, then quiet hours in the campaign's zone, where the
    number belongs or where their postcode lies.
    """
    skip = never(person, number, rules, now)
    if skip is not None or number is None:
        return Verdict(skip=skip)
    if number.in_review:
        return Verdict(wait=Waiting.REVIEW)
    home = zones_of_postcode(person.postcode, number.number, rules.zone)
    until = quiet_until(now, rules.hours, (rules.zone, *number.zones, *home))
    return Verdict(wait=Waiting.QUIET_HOURS, until=until) if until else Verdict()


def exclusion(
    person: PersonFacts, number: NumberFacts | None, rules: TextingRules, now: dt.datetime
) -> Skip | None:
    """Why somebody is left out of an estimate: as `never`, and while their number is in review too."""
    reason = never(person, number, rules, now)
    if number is None or not number.in_review:
        return reason
    return min(reason or Skip.IN_REVIEW, Skip.IN_REVIEW, key=list(Skip).index)


def first_textable(
    people: Iterable[PersonFacts], number: NumberFacts, rules: TextingRules, now: dt.datetime
) -> PersonFacts | None:
    """Who stands for a shared number: the first whom nothing bars for good. The others are duplicates."""
    return next((person for person in people if never(person, number, rules, now) is None), None)


def _reasons(
    person: PersonFacts, number: NumberFacts | None, rules: TextingRules, now: dt.datetime
) -> Iterator[Skip]:
    yield from _reasons_of_person(person)
    if rules.requires_consent and not person.consented:
        yield Skip.NO_CONSENT
    if has_voted(rules.audience, person.known):
        yield Skip.VOTED
    if any(is_resting(at, rules.rest_s, now) for at in _last_heard(person, number)):
        yield Skip.RECENTLY_CONTACTED
    if not is_meant(rules.audience, person.known):
        yield Skip.AUDIENCE
    if is_too_late(now, rules.deadline_at):
        yield Skip.DEADLINE
    if number is None and rules.channel == EMAIL:
        yield Skip.NO_EMAIL
    else:
        yield from _reasons_of_number(number)


def _last_heard(person: PersonFacts, number: NumberFacts | None) -> Iterator[dt.datetime | None]:
    """When we were last in touch: with the person, and with whoever has the number."""
    yield person.known.last_contacted_at
    if number is not None:
        yield number.last_texted_at


def _reasons_of_person(person: PersonFacts) -> Iterator[Skip]:
    if person.opted_out:
        yield Skip.OPTED_OUT
    if person.status != "active":
        yield Skip(person.status)


def _reasons_of_number(number: NumberFacts | None) -> Iterator[Skip]:
    if number is None or number.dead:
        yield Skip.NO_PHONE
        return
    if number.opted_out:
        yield Skip.OPTED_OUT
    if number.suppressed:
        yield Skip.SUPPRESSED
    if not takes_texts(number.number, number.type):
        yield Skip.NOT_MOBILE
    if not number.allowed:
        yield Skip.COUNTRY
