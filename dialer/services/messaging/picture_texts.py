"""A blast's words for one person: with the picture itself where it can go with them (MMS), else with the way
to it. Which of the two, their sender decides (`domain.picture_message`).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Row

from dialer.domain.bodies import Bodies
from dialer.domain.carrier_policy import MessagingPolicy
from dialer.domain.letter import one_line, subject_in
from dialer.domain.message import LETTER_ENCODING
from dialer.domain.phone import country_of
from dialer.domain.picture_message import AS_PICTURE, PictureSender, share_with_picture
from dialer.domain.placeholders import PICTURE_URL, without
from dialer.domain.segments import measure
from dialer.domain.sender import kind_of
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.pictures import picture_address
from dialer.services.messaging.rendering import Links, bodies_of, rendered, subjects_of
from dialer.services.messaging.senders import known_senders
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries import message_pictures
from dialer.store.queries.message_claims import Claimed
from dialer.store.queries.message_pictures import Led
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Wording:
    """What one person is sent; `picture` is the code of the picture that goes with it."""

    body: str = field(repr=False)
    encoding: str
    segments: int
    picture: str | None = None
    subject: str | None = field(default=None, repr=False)
    """Of a letter."""


class Wordings:
    """A blast's words in both ways. Its senders are looked up once."""

    def __init__(self, unit: UnitOfWork, blast: Blast, campaign: Campaign, senders: Collection[str]) -> None:
        self.linked = bodies_of(blast, campaign)
        self.subjects = subjects_of(blast) if blast.channel == EMAIL else None
        self.pictured: Bodies | None = None
        self.senders: Mapping[str, PictureSender] = {}
        if goes_with_text(blast):
            self.pictured = bodies_of(blast, campaign, has_picture=True)
            self.senders = picture_senders(unit, senders)

    def of(self, number: str, sender: str, person: Row[Any] | None, language: str, links: Links) -> Wording:
        """What somebody reads in a language; nobody in particular leaves placeholders to their fallbacks."""
        if self.subjects is not None:
            subject = rendered(subject_in(self.subjects, language), person, links, is_letter=True)
            body = rendered(self.linked.of(language), person, links, is_letter=True)
            return Wording(body, LETTER_ENCODING, 0, subject=one_line(subject))
        if self.pictured is not None and self._reaches(number, sender):
            body = rendered(self.pictured.of(language), person, links)
            if body.strip():  # without words of its own it couldn't be told from others at the carrier
                return with_picture(body, self.pictured.picture)
        return in_words(rendered(self.linked.of(language), person, links))

    def share(self, country: str | None, rates: Mapping[str, float]) -> float:
        """Which share of the people of a country get the picture with the text."""
        return share_with_picture(country, list(self.senders.values()), rates) if self.pictured else 0.0

    def has_picture(self, number: str, sender: str) -> bool:
        """Whether the picture goes with the text to a number."""
        return self.pictured is not None and self._reaches(number, sender)

    def _reaches(self, number: str, sender: str) -> bool:
        return sender in self.senders and self.senders[sender].reaches(country_of(number))


def goes_with_text(blast: Blast) -> bool:
    """Whether its picture goes with its text wherever it can; a letter leads to it."""
    return blast.picture_code is not None and blast.picture_by == AS_PICTURE and blast.channel != EMAIL


def goes_along(unit: UnitOfWork, body: str, code: str | None, *, number: str, sender: str) -> str | None:
    """The picture of a text to one person where it goes with these words; None where they lead to it, or
    nothing would be left of them that tells the text from others at the carrier.
    """
    if code is None or not without(body, PICTURE_URL).strip():
        return None
    known = picture_senders(unit, [sender])[sender]
    return code if known.reaches(country_of(number)) else None


def in_words(body: str) -> Wording:
    """A text that is words alone."""
    measured = measure(body)
    return Wording(body, measured.encoding, measured.segments)


def with_picture(body: str, code: str | None) -> Wording:
    """A text with its picture: one part for the carrier, however long it is."""
    return Wording(body, measure(body).encoding, 1, code)


def picture_senders(unit: UnitOfWork, addresses: Collection[str]) -> dict[str, PictureSender]:
    """What is known of these senders that matters to pictures."""
    known = known_senders(unit, addresses)
    return {
        each: PictureSender(each, row.kind, row.pictures, tuple(row.pool))
        if (row := known.get(each)) is not None
        else PictureSender(each, kind_of(each))
        for each in addresses
    }


def price_of(
    policy: MessagingPolicy, number: str, kind: str | None, segments: int, *, has_picture: bool = False
) -> Decimal:
    """What a text to a number costs from a sender of this kind: by its parts, or as one with its picture."""
    country = country_of(number)
    if has_picture:
        return policy.picture_prices.of(country, kind)
    return segments * policy.prices.of(country, kind)


def lead_where_unfit(
    ctx: Context, unit: UnitOfWork, holder: uuid.UUID, texts: Sequence[Claimed]
) -> Sequence[Claimed]:
    """Let claimed texts whose sender can't send their picture lead to it instead, and go back into the line,
    since they are longer now; the others. A sender may have changed since they were planned.
    """
    pictured = [one for one in texts if one.has_picture]
    if not pictured:
        return texts
    senders = picture_senders(unit, {one.sender for one in pictured})
    unfit = {one.id for one in pictured if not senders[one.sender].reaches(country_of(one.number))}
    if unfit:
        rows = message_pictures.claimed_bodies(unit, holder, unfit)
        message_pictures.lead(unit, [led(ctx, row.id, row.body, row.picture_code) for row in rows])
    return [one for one in texts if one.id not in unfit]


def led(ctx: Context, message_id: uuid.UUID, body: str, code: str) -> Led:
    """A text that had its picture with it, as one that leads to it."""
    words = in_words(f"{body.rstrip()}\n{picture_address(ctx, code)}")
    return Led(message_id, words.body, words.encoding, words.segments)
