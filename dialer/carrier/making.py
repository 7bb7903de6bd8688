"""The carrier that the settings name."""

from dialer.carrier.port import Carrier, WebhookSignatures
from dialer.carrier.signatures import TwilioSignatures
from dialer.carrier.twilio import TwilioCarrier
from dialer.settings import Settings


def carrier_of(settings: Settings) -> Carrier:
    """The carrier of this installation. Nothing is opened before the first use."""
    return TwilioCarrier(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_base_url
    )


def signatures_of(settings: Settings) -> WebhookSignatures:
    """Who signs its webhooks: the present token, and the previous one while it is being changed."""
    return TwilioSignatures(settings.twilio_auth_token, settings.twilio_auth_token_previous)
