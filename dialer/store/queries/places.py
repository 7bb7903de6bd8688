"""How the tables know where somebody is written to: a number of theirs by text, their address by letter.

Statements about texts and letters are the same but for these words, so each is written once and asked for a
channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dialer.domain.texting import EMAIL, SMS


@dataclass(frozen=True, slots=True)
class Places:
    """The words of one channel. `place` is what `message.number` holds."""

    channel: str
    barred_by: str
    """The column of a suppression that holds a place."""
    holders: str
    """Whoever has a place now, as `q`, which is compared with what stands for `{place}`."""
    consent: str
    """The column of a campaign that asks for consent."""
    none: str
    """The reason where somebody has no place."""

    def barred(self, place: str, reason: str) -> str:
        """That a suppression of the place stands, with a `reason` such as `= 'opt_out'`."""
        return f"""EXISTS (
            SELECT 1 FROM suppression s
            WHERE s.organisation_id = :organisation AND s.{self.barred_by} = {place}
              AND s.channel = '{self.channel}' AND s.reason {reason} AND s.lifted_at IS NULL
        )"""  # noqa: S608 - words of ours

    def said_no(self, contact: str) -> str:
        """That a no of the person stands."""
        return f"""EXISTS (
            SELECT 1 FROM opt_out o
            WHERE o.organisation_id = :organisation AND o.contact_id = {contact}
              AND o.channel = '{self.channel}' AND o.lifted_at IS NULL
        )"""  # noqa: S608 - words of ours

    def holder_said_no(self, place: str) -> str:
        """That a no stands of anybody who has the place."""
        return f"""EXISTS (
            SELECT 1 FROM {self.holders.format(place=place)}
              AND {self.said_no(self.holder)}
        )"""  # noqa: S608 - words of ours

    @property
    def holder(self) -> str:
        """The contact in `holders`."""
        return "q.contact_id" if self.channel == SMS else "q.id"

    def consented(self, contact: str) -> str:
        """That a consent of the person stands."""
        return f"""EXISTS (
            SELECT 1 FROM consent y
            WHERE y.organisation_id = :organisation AND y.contact_id = {contact}
              AND y.channel = '{self.channel}' AND y.withdrawn_at IS NULL
        )"""  # noqa: S608 - words of ours


PLACES: Final = {
    SMS: Places(
        channel=SMS,
        barred_by="number",
        holders="contact_phone q WHERE q.organisation_id = :organisation AND q.number = {place}"
        " AND q.removed_at IS NULL",
        consent="require_consent_sms",
        none="no_phone",
    ),
    EMAIL: Places(
        channel=EMAIL,
        barred_by="email",
        holders="contact q WHERE q.organisation_id = :organisation AND q.email_key = {place}",
        consent="require_consent_email",
        none="no_email",
    ),
}
