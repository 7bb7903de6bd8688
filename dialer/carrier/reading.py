"""The carrier's JSON as values of ours. A field that is missing or odd is None, never a failure: whether a
text was taken hangs on its SID alone.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Final

from dialer.carrier.exchange import Payload
from dialer.carrier.port import CarrierCall, CarrierConference, CarrierMessage, Participant
from dialer.carrier.recording_port import CarrierRecording

MOST_MEDIA: Final = 10
"""So many attachments a text has at most (twilio.com/docs/messaging/api/media-resource)."""
_SID: Final = re.compile(r"(SM|MM|CA|CF|RE|ME|PN|MG)[0-9a-fA-F]{32}")


def is_sid(value: object, *kinds: str) -> bool:
    """Whether it is the carrier's name of one of these kinds (`SM`, `MM`, `CA`, `CF`, `RE`, `ME`, `PN`,
    `MG`).
    """
    return isinstance(value, str) and value[:2] in kinds and _SID.fullmatch(value) is not None


def message_from(item: Payload) -> CarrierMessage:
    return CarrierMessage(
        sid=said(item, "sid"),
        to=said(item, "to"),
        sender=said(item, "from") or None,
        body=said(item, "body"),
        direction=said(item, "direction"),
        status=said(item, "status"),
        error_code=whole(item.get("error_code")),
        segments=whole(item.get("num_segments")) or None,
        price=_cost(item.get("price")),
        currency=_currency(item),
        created_at=instant(item.get("date_created")),
        sent_at=instant(item.get("date_sent")),
        media=min(whole(item.get("num_media")) or 0, MOST_MEDIA),
    )


def call_from(item: Payload) -> CarrierCall:
    return CarrierCall(
        sid=said(item, "sid"),
        parent_sid=said(item, "parent_call_sid") or None,
        to=said(item, "to"),
        caller_id=said(item, "from"),
        status=said(item, "status"),
        direction=said(item, "direction"),
        duration_s=whole(item.get("duration")),
        answered_by=said(item, "answered_by") or None,
        price=_cost(item.get("price")),
        currency=_currency(item),
        created_at=instant(item.get("date_created")),
        started_at=instant(item.get("start_time")),
        ended_at=instant(item.get("end_time")),
    )


def conference_from(item: Payload) -> CarrierConference:
    return CarrierConference(
        sid=said(item, "sid"),
        name=said(item, "friendly_name"),
        status=said(item, "status"),
        created_at=instant(item.get("date_created")),
    )


def participant_from(item: Payload) -> Participant:
    return Participant(
        call_sid=said(item, "call_sid"),
        label=said(item, "label"),
        muted=item.get("muted") is True,
        on_hold=item.get("hold") is True,
        coaches=(said(item, "call_sid_to_coach") or None) if item.get("coaching") is True else None,
        ends_conference=item.get("end_conference_on_exit") is True,
        status=said(item, "status"),
    )


def recording_from(item: Payload) -> CarrierRecording:
    return CarrierRecording(
        sid=said(item, "sid"),
        call_sid=said(item, "call_sid"),
        status=said(item, "status"),
        seconds=whole(item.get("duration")),
    )


def whole(value: object) -> int | None:
    """A whole number that the carrier writes as a number or as text."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def said(item: Payload, key: str) -> str:
    """What the database can keep: no NUL and no half of a surrogate pair."""
    value = item.get(key)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _currency(item: Payload) -> str | None:
    return said(item, "price_unit").upper() or None


def _cost(value: object) -> Decimal | None:
    """What it cost: the carrier writes `-0.00750` for what it took from the account."""
    if not isinstance(value, str | int | float):
        return None
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        return None
    return -price if price.is_finite() else None


def instant(value: object) -> dt.datetime | None:
    """An RFC 2822 date, to the second, in UTC."""
    if not isinstance(value, str):
        return None
    try:
        read = parsedate_to_datetime(value)
    except ValueError:
        return None
    return read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read.astimezone(dt.UTC)
