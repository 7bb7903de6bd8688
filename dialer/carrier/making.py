"""The carrier that the settings name."""

from dialer.carrier.mail_port import Mailer, NoMailer
from dialer.carrier.mailbox import MailboxPlace
from dialer.carrier.port import Carrier, VoiceTokens, WebhookSignatures
from dialer.carrier.signatures import TwilioSignatures
from dialer.carrier.smtp import SmtpMailer
from dialer.carrier.smtp_session import MailServer
from dialer.carrier.sns import SnsMessages
from dialer.carrier.stand_in import StandIn
from dialer.carrier.tokens import TwilioTokens
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.email_address import domain_of
from dialer.settings import Settings


def carrier_of(settings: Settings) -> Carrier:
    """The carrier of this installation. Nothing is opened before the first use."""
    return TwilioCarrier(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_base_url
    )


def mailer_of(settings: Settings) -> Mailer:
    """The mail server of this installation. Nothing is opened before the first use."""
    if not settings.email_host:
        return NoMailer()
    server = MailServer(
        host=settings.email_host,
        port=settings.email_port,
        tls=settings.email_tls,
        user=settings.email_user,
        password=settings.email_password,
        own_name=settings.email_reply_domain or domain_of(settings.email_from) or "localhost",
    )
    return SmtpMailer(server, settings.email_connections)


def signatures_of(settings: Settings) -> WebhookSignatures:
    """Who signs its webhooks: the present token, and the previous one while it is being changed."""
    return TwilioSignatures(settings.twilio_auth_token, settings.twilio_auth_token_previous)


def voice_tokens_of(settings: Settings) -> VoiceTokens:
    """Who lets browsers call; it is not ready where the settings name no API key or no TwiML App."""
    return TwilioTokens(
        settings.twilio_account_sid,
        settings.twilio_api_key_sid,
        settings.twilio_api_key_secret,
        settings.twilio_app_sid,
    )


def stand_in_of(settings: Settings) -> StandIn | None:
    """How browsers call where the carrier is simulated; None with a real one, whose SDK does it."""
    return StandIn(settings.twilio_api_base_url) if settings.carrier == "simulated" else None


def mailbox_of(settings: Settings) -> MailboxPlace | None:
    """The mailbox that bounces and answers come to; None where none is read."""
    if not settings.email_mailbox_host:
        return None
    return MailboxPlace(
        host=settings.email_mailbox_host,
        port=settings.email_mailbox_port,
        tls=settings.email_mailbox_tls,
        user=settings.email_mailbox_user,
        password=settings.email_mailbox_password,
        folder=settings.email_mailbox_folder,
    )


def sns_of(settings: Settings) -> SnsMessages | None:
    """Who tells Amazon's reports on letters from others'; None where none are taken."""
    return SnsMessages(settings.email_sns_topics) if settings.email_sns_topics else None
