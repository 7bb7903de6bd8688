"""What came with a text: where it stands, how large it may be, and what of it is shown as a picture."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.picture import NoPictureError, read_picture
from dialer.domain.retention import RETENTION

ATTACHMENT_STATES: Final = ("waiting", "kept", "lost", "deleted")
"""`waiting`: still at the carrier; `kept`: here, encrypted; `lost`: it could not be had, and `why`
says why; `deleted`: it was here, and its time was over.
"""
GONE: Final = "gone"
TOO_LARGE: Final = "too_large"
NOT_FETCHED: Final = "not_fetched"
WHYS: Final = (GONE, TOO_LARGE, NOT_FETCHED, RETENTION)
"""The carrier hasn't got it (any more); it is larger than any carrier passes on; the carrier didn't give it
in days.
"""
SIZE_MOST: Final = 5 * 1024 * 1024
"""Bytes: no more come with one text (twilio.com/docs/messaging/guides/accepted-mime-types)."""
GIVEN_UP_AFTER: Final = dt.timedelta(days=3)
"""For so long the carrier is asked for one that it doesn't give."""
AT_WORK: Final = dt.timedelta(minutes=6)
"""Whoever fetches one has this long before somebody else may: longer than a fetch can take."""
NO_PICTURE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched, as it is kept: `content_type` is that of a picture, or `NO_PICTURE`."""

    content_type: str
    data: bytes = field(repr=False)


def sort_out(data: bytes) -> Fetched:
    """What it is by its own bytes; what the carrier and the sender say of it counts for nothing. Of a picture
    only what can be seen is kept: where it was taken is nobody's business here. Anything that is no whole
    JPEG, PNG or GIF is no picture, and is kept as it came.
    """
    try:
        picture = read_picture(data, size_most=SIZE_MOST)
    except NoPictureError:
        return Fetched(NO_PICTURE, data)
    return Fetched(picture.content_type, picture.data)
