"""`/campaigns/{id}/pacing`: how a campaign's dialling goes (contract §6)."""

from __future__ import annotations

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.dialling import Still
from dialer.services.calling.pacing_view import PacingView, pacing_of
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Number, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

pacing = Resource("pacing", "How a campaign’s dialling goes")


class SessionsSchema(Schema):
    """Volunteers on a shift, by what they do."""

    ready = Whole(required=True)
    in_call = Whole(required=True)
    wrap_up = Whole(required=True)


class WaitSchema(Schema):
    """How long volunteers waited for a call in the last hour, in seconds; null before the first call."""

    mean = Number(required=True, allow_none=True)
    p90 = Number(required=True, allow_none=True)


class BoundedSchema(Schema):
    """A number that isn't known, and the least and most that it is, 95 times in 100."""

    mean = Number(required=True)
    low = Number(required=True)
    high = Number(required=True)


class MachineFiguresSchema(Schema):
    """Of the last 24 hours: information messages, and how many of them people heard; the share of people whom
    the carrier takes for machines; calls that it took for machines with nobody there, and how many of those
    were people, who count as abandoned; messages left on machines. Estimates go by what volunteers met.
    """

    detection = Flag(required=True)
    information_messages = Whole(required=True)
    information_people = fields.Nested(BoundedSchema, required=True)
    taken_share = fields.Nested(BoundedSchema, required=True)
    cut = Whole(required=True)
    cut_people = fields.Nested(BoundedSchema, required=True)
    messages_left = Whole(required=True)
    at = Instant(required=True)


class PacingSchema(Schema):
    """Of the last 24 hours: live answers, how many were abandoned, and the bound that the true rate lies
    under in 95 of 100 cases. `still` says why nobody is rung just now. `due` and `resting` are those of
    `counted_at`: of a long queue up to some 15 seconds ago.
    """

    campaign_id = Id(required=True)
    mode = Text(required=True)
    still = Choice(*(one.value for one in Still), required=True, allow_none=True)
    sessions = fields.Nested(SessionsSchema, required=True)
    lines_per_session = Number(required=True)
    ringing = Whole(required=True)
    answer_rate = Number(required=True, allow_none=True)
    live_answers_24h = Whole(required=True)
    abandoned_24h = Whole(required=True)
    abandoned_rate_24h = Number(required=True, allow_none=True)
    abandoned_bound_24h = Number(required=True, allow_none=True)
    abandoned_rate_max = Number(required=True)
    answering_machines = fields.Nested(MachineFiguresSchema, required=True)
    wait_s = fields.Nested(WaitSchema, required=True)
    due = Whole(required=True)
    resting = Whole(required=True)
    counted_at = Instant(required=True)


@pacing.route("/campaigns/<campaign_id>/pacing")
class Pacing(MethodView):
    """One campaign."""

    @allow(Permission.STATS_READ)
    @pacing.response(200, PacingSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """How a campaign’s dialling goes, and why nobody is rung where nobody is."""
        return {"campaign_id": campaign_id} | _shown(pacing_of(context(), path_id(campaign_id)))


def _shown(found: PacingView) -> dict[str, object]:
    figures = found.figures
    return {
        "mode": found.mode,
        "still": found.still,
        "sessions": found.sessions,
        "lines_per_session": found.lines_per_session,
        "ringing": found.ringing,
        "answer_rate": figures.answer_rate,
        "live_answers_24h": figures.people,
        "abandoned_24h": figures.abandoned,
        "abandoned_rate_24h": figures.abandoned_rate,
        "abandoned_bound_24h": figures.abandoned_bound,
        "abandoned_rate_max": found.abandoned_rate_max,
        "answering_machines": found.machines,
        "wait_s": {"mean": figures.wait_mean_s, "p90": figures.wait_p90_s},
        "due": found.due,
        "resting": found.resting,
        "counted_at": found.counted_at,
    }
