"""The carrier's error codes, each with what it says (twilio.com/docs/api/errors)."""

from __future__ import annotations

from typing import Final

REFUSALS: Final = {
    20001: "Unknown parameters",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid From Number (caller ID)",
    21266: "'To' and 'From' number cannot be the same",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21421: "PhoneNumber is invalid",
    21422: "PhoneNumber is not available",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided is not a valid message-capable number for this account",
    21609: "The 'StatusCallback' URL is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "The message cannot be sent with the current combination of 'To' and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21620: "Invalid media URL(s)",
    21621: "The 'From' number has not been enabled for MMS",
    21623: "Number of media files exceeds allowed limit",
    21624: "Invalid validity period value",
    21631: "Phone Number Requires an Address",
    21649: "Bundle required",
    21701: "The Messaging Service resource does not exist.",
    30002: "Account suspended",
}
"""Said when a request is refused."""

FAILURES: Final = {
    11200: "HTTP retrieval failure",
    11751: "Media Message - Media exceeds messaging provider size limit",
    12300: "Invalid Content-Type",
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Carrier violation",
    30008: "Unknown error",
    30011: "MMS not supported by the receiving phone number in this region",
    30034: "US A2P 10DLC - Message from an unregistered number",
    30036: "Validity period expired",
}
"""Said of a message that was accepted and didn't arrive."""
