"""What the rules need to know of the settings, as values of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dialer.domain.carrier_policy import MailPolicy, MessagingPolicy, VoicePolicy
from dialer.domain.email_address import domain_of
from dialer.domain.letter_names import LetterNames
from dialer.domain.look_up import Price
from dialer.domain.money import SMALLEST, PriceList
from dialer.domain.phone import PhonePolicy

if TYPE_CHECKING:
    from dialer.settings import Settings


def phone_policy(settings: Settings) -> PhonePolicy:
    """Which numbers count as usable."""
    return PhonePolicy(
        allowed_countries=frozenset(settings.phones_allowed_countries),
        allow_fictional=settings.phones_allow_fictional,
    )


def messaging_policy(settings: Settings) -> MessagingPolicy:
    """How fast texts go out, how long an unknown outcome is looked for, what a segment costs."""
    return MessagingPolicy(
        rate_per_sender=settings.messaging_rate_per_sender,
        rate_per_account=settings.messaging_rate_per_account,
        settle_s=settings.messaging_settle_s,
        reconcile_after_s=settings.messaging_reconcile_after_s,
        stop_reply=settings.messaging_stop_reply,
        recontact_after_s=settings.messaging_recontact_after_s,
        hold_s=settings.messaging_hold_s,
        conversations_at_once=settings.messaging_conversations_at_once,
        prices=PriceList(
            usual=Decimal(str(settings.messaging_price_per_segment)), listed=dict(settings.messaging_prices)
        ),
        picture_prices=PriceList(
            usual=Decimal(str(settings.messaging_price_per_picture)),
            listed=dict(settings.messaging_picture_prices),
        ),
        first_texts_a_day=dict(settings.messaging_first_texts_a_day),
        attachment_days=settings.retention_attachment_days,
        picture_days=settings.retention_picture_days,
        cost_cap=Decimal(str(settings.cost_cap)) if settings.cost_cap else None,
        currency=settings.currency,
        link_base=next(iter(settings.links_domains), ""),
        mail=MailPolicy(
            sender=settings.email_from,
            sender_name=settings.email_from_name,
            rate=settings.email_rate,
            price=Decimal(str(settings.email_price)).quantize(SMALLEST),
            names=letter_names(settings),
            named_answers=bool(settings.email_reply_domain),
        ),
        numbers_a_day=settings.numbers_most_a_day,
        look_ups=Price(
            each=Decimal(str(settings.look_ups_price)).quantize(SMALLEST),
            most=settings.look_ups_most,
            holds_days=settings.look_ups_holds_days,
        ),
    )


def letter_names(settings: Settings) -> LetterNames:
    """The names by which this installation's letters are known again."""
    domain = settings.email_reply_domain or domain_of(settings.email_from)
    return LetterNames(settings.secret_key, domain)


def voice_policy(settings: Settings) -> VoicePolicy:
    """How many calls at once and a second, how long one is waited for, what a minute costs."""
    return VoicePolicy(
        calls_per_second=settings.voice_calls_per_second,
        max_concurrent_calls=settings.voice_max_concurrent_calls,
        reconcile_after_s=settings.messaging_reconcile_after_s,
        settle_s=settings.messaging_settle_s,
        transfers_per_call=settings.voice_transfers_per_call,
        transfers_per_shift=settings.voice_transfers_per_shift,
        price_per_minute=Decimal(str(settings.voice_price_per_minute)),
        currency=settings.currency,
    )
