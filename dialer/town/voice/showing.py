"""A call as the carrier's API shows it: the fields of its OpenAPI description (version 2.6.7)."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from dialer.town.voice.leg import COMPLETED, INITIATED, QUEUED, Leg
from dialer.town.voice.reports import API_VERSION

CURRENCY: Final = "GBP"
PRICE_A_MINUTE: Final = {"inbound": 0.008, "outbound-api": 0.0158, "outbound-dial": 0.0158}
"""What the town charges for each minute begun, in pounds; made up, of the order of real prices."""

_PARTS: Final = {
    "notifications": "Notifications",
    "recordings": "Recordings",
    "payments": "Payments",
    "events": "Events",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}
_EMPTY: Final = (
    "phone_number_sid",
    "forwarded_from",
    "group_sid",
    "caller_name",
    "trunk_sid",
)


def shown(leg: Leg, account_sid: str) -> dict[str, Any]:
    """The call resource; what isn't known yet is null, and numbers are text."""
    place = f"/{API_VERSION}/Accounts/{account_sid}/Calls/{leg.sid}"
    return {
        **dict.fromkeys(_EMPTY),
        **_times(leg),
        "sid": leg.sid,
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "parent_call_sid": leg.parent_sid,
        "to": leg.to,
        "to_formatted": leg.to,
        "from": leg.caller,
        "from_formatted": leg.caller,
        "direction": leg.direction,
        "status": QUEUED if leg.status == INITIATED else leg.status,
        "answered_by": leg.answered_by,
        "duration": str(leg.duration_s) if leg.is_over else None,
        "price": price(leg),
        "price_unit": CURRENCY,
        "queue_time": str(leg.queue_ms),
        "uri": f"{place}.json",
        "subresource_uris": {name: f"{place}/{part}.json" for name, part in _PARTS.items()},
    }


def price(leg: Leg) -> str | None:
    """What an answered call that is over has cost, below zero as the carrier writes it."""
    if leg.status != COMPLETED or not leg.duration_s:
        return None
    minutes = -(-leg.duration_s // 60)
    return f"-{minutes * PRICE_A_MINUTE[leg.direction]:.5f}"


def _times(leg: Leg) -> dict[str, str | None]:
    """When it was made, changed, started and ended."""
    latest = leg.ended_at or leg.answered_at or leg.started_at or leg.created_at
    return {
        "date_created": _written(leg.created_at),
        "date_updated": _written(latest),
        "start_time": _written(leg.started_at),
        "end_time": _written(leg.ended_at),
    }


def _written(at: datetime | None) -> str | None:
    """An instant as RFC 2822 writes it."""
    return format_datetime(at) if at else None
