"""Whom a blast is meant for, asked of the database in one statement."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dialer.domain.audience import Audience, longest_rest_s
from dialer.domain.filters.texting import without_shares
from dialer.domain.phone import country_of
from dialer.domain.texting import EMAIL, SMS
from dialer.services.context import Context
from dialer.services.messaging.blasts import list_ids_of
from dialer.services.messaging.picture_texts import goes_with_text
from dialer.services.messaging.resting import recontact_after_s
from dialer.services.messaging.saved_audience import moment_of, saved_rule
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries.blast_estimate import PLACE, Asked, Whom, chosen_numbers, count_texted, numbers_of
from dialer.store.session import UnitOfWork


def count_recipients(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> int:
    """How many numbers would get a blast if it were launched now: what its estimate calls recipients.

    The database first judges everybody as if no number lay abroad. Where none does of those that people would
    be texted on, that was right, and nobody's other numbers had to be looked at; else it judges again.
    """
    asked = _asked(ctx, unit, blast, campaign)
    recipients = 0
    with contextlib.closing(chosen_numbers(unit, asked)) as chosen:
        for number, is_texted in chosen:
            if blast.channel == SMS and not ctx.phones.allows(number):
                return count_texted(unit, asked_of(ctx, unit, blast, campaign))
            recipients += is_texted
    return recipients


def whom_of(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Whom:
    """A blast's lists, and whom its saved audience picks."""
    return Whom(
        list_ids=list_ids_of(unit, blast.id),
        election_id=campaign.election_id,
        picked=saved_rule(unit, blast),
        moment=moment_of(blast, ctx.now),
    )


def count_held_out(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> int:
    """How many more numbers would get a blast if its saved audience drew nobody out by chance."""
    asked = asked_of(ctx, unit, blast, campaign)
    everybody = without_shares(asked.whom.picked) if asked.whom.picked else None
    if everybody is None:
        return 0
    whole = replace(asked.whom, picked=everybody)
    foreign: Sequence[str] = ()
    if blast.channel == SMS:
        foreign, _ = _by_country(ctx, numbers_of(unit, whole), has_picture=False)
    return count_texted(unit, replace(asked, whom=whole, foreign=foreign)) - count_texted(unit, asked)


def asked_of(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Asked:
    """What the database must be told to judge a blast's people. Which country a number is in only we know."""
    asked = _asked(ctx, unit, blast, campaign)
    if blast.channel == EMAIL:
        return asked
    foreign, elsewhere = _by_country(ctx, numbers_of(unit, asked.whom), has_picture=goes_with_text(blast))
    return replace(asked, foreign=foreign, elsewhere=elsewhere)


def _asked(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Asked:
    """The same, as if no number lay abroad."""
    audience = Audience.of(blast.audience)
    rest_s = longest_rest_s(audience.not_contacted_for_s, recontact_after_s(ctx, campaign))
    return Asked(
        whom=whom_of(ctx, unit, blast, campaign),
        audience=audience,
        requires_consent=campaign.require_consent_email
        if blast.channel == EMAIL
        else campaign.require_consent_sms,
        channel=blast.channel,
        since=ctx.now - dt.timedelta(seconds=rest_s) if rest_s else None,
    )


def _by_country(
    ctx: Context, numbers: Iterable[str], *, has_picture: bool
) -> tuple[list[str], dict[str, str]]:
    """The numbers where nobody may be texted; and the countries of those that aren't at home, where it makes
    a difference to what they cost, or to whether a picture reaches them.
    """
    phones, foreign, places = ctx.phones, list[str](), dict[str, str]()
    is_even = not has_picture and ctx.messaging.prices.is_even(phones.allowed_countries)
    for number in numbers:
        country = country_of(number)
        if country is None or country not in phones.allowed_countries:
            foreign.append(number)
        elif not is_even:
            keep_place(places, number, country)
    return foreign, {
        begins: country for begins, country in places.items() if country != phones.home or len(begins) > PLACE
    }


def keep_place(places: dict[str, str], number: str, country: str) -> None:
    """Keep where a number lies: by how it begins, or as a whole where others that begin so lie elsewhere."""
    if places.setdefault(number[:PLACE], country) != country:
        places[number] = country
