"""`/stream`: figures as they change, as server-sent events (contract §12)."""

from __future__ import annotations

from typing import Final

from flask import Response
from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.domain.live_topics import MOST
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Text
from dialer.web.guard import allow
from dialer.web.streams.handover import MEDIA_TYPE
from dialer.web.streams.opening import LAST_EVENT_ID, open_stream

stream = Resource("stream", "Figures as they change")

_NAME: Final = "(blast|campaign):[^,]*"
_EVENTS: Final = (
    "Events `progress`, with the body of `GET /blasts/{id}/progress`, and `stats`, with that of `GET "
    "/campaigns/{id}/stats`: the present state at once, then at most a second after each change and at most "
    "four a second. A comment comes each 15 seconds. With `Last-Event-ID` nothing is sent that it names."
)


class StreamQuery(Schema):
    """What to watch."""

    topics = Text(
        required=True,
        max_length=MOST * 64,
        metadata={
            "description": f"`blast:ID` and `campaign:ID`, at most {MOST}, with commas between them",
            "pattern": f"^{_NAME}(,{_NAME})*$",
        },
    )


@stream.route("/stream")
class Stream(MethodView):
    """Figures as they change."""

    @allow(Permission.STATS_READ)
    @stream.arguments(StreamQuery, location="query")
    @stream.response(200, description=_EVENTS)
    @stream.doc(
        parameters=[LAST_EVENT_ID],
        responses={"200": {"description": _EVENTS, "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
    )
    def get(self, query: dict[str, str]) -> Response:
        """Watch blasts and campaigns: their figures as server-sent events, whenever they change."""
        return open_stream(query["topics"])
