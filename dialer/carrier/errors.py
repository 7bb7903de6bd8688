"""What each of the carrier's error codes asks of us: data, in the carrier's order.

The comment is the carrier's own title of the code, from https://www.twilio.com/docs/api/errors/CODE. Codes
come in the answer to a request (1xxxx, 2xxxx) or later, in a status callback or a look (3xxxx, and 21610 from
a pool of senders).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dialer.domain.carrier_action import Action

ACTIONS: Final[Mapping[int, Action]] = MappingProxyType(
    {
        10001: Action.STOP_ALL,  # Account is not active
        10004: Action.BACK_OFF,  # Call concurrency limit exceeded
        13224: Action.RETIRE_NUMBER,  # Dial: Twilio does not support calling this number, or it is invalid
        16021: Action.BACK_OFF,  # Too many participants are being added at once
        20003: Action.STOP_ALL,  # Permission denied (expired or wrong token)
        20404: Action.CONFIGURATION,  # Resource not found (account or messaging service)
        20429: Action.BACK_OFF,  # Too many requests: never processed, always safe to retry
        21210: Action.CONFIGURATION,  # 'From' phone number not verified
        21211: Action.RETIRE_NUMBER,  # Invalid 'To' phone number
        21212: Action.CONFIGURATION,  # Invalid 'From' number
        21214: Action.FINAL,  # 'To' phone number cannot be reached
        21215: Action.CONFIGURATION,  # Account not authorised to call this country
        21219: Action.CONFIGURATION,  # 'To' phone number not verified (trial account)
        21408: Action.CONFIGURATION,  # Permission to send to this region has not been enabled
        21602: Action.FINAL,  # Message body is required
        21603: Action.CONFIGURATION,  # 'From' phone number is required
        21604: Action.FINAL,  # 'To' phone number is required
        21606: Action.CONFIGURATION,  # 'From' can't send texts, or not to this place
        21608: Action.CONFIGURATION,  # Number is unverified (trial account)
        21610: Action.SUPPRESS,  # Attempt to send to unsubscribed recipient
        21611: Action.REST_SENDER,  # This 'From' number has exceeded the maximum number of queued messages
        21612: Action.OTHER_SENDER_ONCE,  # Message cannot be sent with this combination of 'To' and 'From'
        21614: Action.NEVER_TEXT,  # 'To' number is not a valid mobile number
        21617: Action.FINAL,  # The concatenated message body exceeds 1,600 characters
        21620: Action.CONFIGURATION,  # Invalid media URL(s): our own address isn't one
        21621: Action.NO_PICTURE,  # The 'From' number has not been enabled for MMS
        # Since July 2024 these four say more exactly what 21614, 21212 and 21606 said (Twilio's changelog of
        # 10 July 2024), so the same follows.
        21635: Action.NEVER_TEXT,  # 'To' number cannot be a landline
        21659: Action.CONFIGURATION,  # 'From' is not a Twilio phone number
        21660: Action.CONFIGURATION,  # Mismatch between the 'From' number and the account
        21661: Action.CONFIGURATION,  # 'From' number is not SMS-capable
        22005: Action.BACK_OFF,  # Queue of calls to be started is full
        30001: Action.REST_SENDER,  # Queue overflow
        30002: Action.STOP_ALL,  # Account suspended
        30003: Action.NOT_REACHED,  # Unreachable destination handset
        30004: Action.NEVER_AGAIN,  # Message blocked
        30005: Action.RETIRE_NUMBER,  # Unknown destination handset
        30006: Action.NEVER_TEXT,  # Landline or unreachable carrier
        30007: Action.NEVER_AGAIN,  # Message filtered
        30008: Action.NOT_REACHED,  # Unknown error
        30011: Action.NOT_REACHED,  # MMS not supported by the receiving phone number in this region
        30017: Action.NOT_REACHED,  # Carrier network congestion
        30034: Action.NEVER_AGAIN,  # US A2P 10DLC: message from an unregistered number
        30036: Action.NEVER_AGAIN,  # Validity period expired
    }
)
"""Any other code is final for the message that it was about, and says nothing else (contract of the API)."""

UNKNOWN_NAME: Final = 20404
"""“Resource not found”: of a look for one text or call it means only that there is none of that name."""

ALREADY_ENDED: Final = 21220
"""“Invalid call state”: the call that should be ended has ended."""


def action_of(code: int) -> Action:
    """What follows from the carrier's code."""
    return ACTIONS.get(code, Action.FINAL)
