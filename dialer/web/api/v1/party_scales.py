"""`/elections/{id}/party-scale`: what each party means that people say they will vote for."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.party_scale import PARTIES_MAX, PARTY_MAX, Party
from dialer.services.gotv import party_scale as deeds
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

party_scales = Resource("party-scales", "What each party means that people say they will vote for")


class PartySchema(Schema):
    """A party, or another answer, and the support it means; null: nothing."""

    name = Text(blank=False, max_length=PARTY_MAX, required=True)
    support = Whole(least=1, most=5, allow_none=True, load_default=None)


class PartyScaleFieldsSchema(Schema):
    """What each party means."""

    parties = fields.List(
        fields.Nested(PartySchema), required=True, validate=validate.Length(max=PARTIES_MAX)
    )


class NamedPartySchema(Schema):
    """A party as people named it: how many did, what it means by the scale, and how many answers don't mean
    that yet.
    """

    name = Text(required=True)
    people = Whole(required=True)
    support = Whole(required=True, allow_none=True)
    changing = Whole(required=True)


class PartyScaleSchema(PartyScaleFieldsSchema):
    """A scale, the parties that were named, and `left`: how many answers don't mean yet what it says."""

    named = fields.List(fields.Nested(NamedPartySchema), required=True)
    left = Whole(required=True)


@party_scales.route("/elections/<election_id>/party-scale")
class PartyScale(MethodView):
    """What parties mean in an election."""

    @allow(Permission.ELECTION_READ)
    @party_scales.response(200, PartyScaleSchema)
    def get(self, election_id: str) -> dict[str, object]:
        """The scale, and what people named."""
        return _shown(deeds.party_scale(context(), path_id(election_id)))

    @allow(Permission.ELECTION_MANAGE)
    @party_scales.arguments(PartyScaleFieldsSchema)
    @party_scales.response(200, PartyScaleSchema)
    def put(self, body: dict[str, Any], election_id: str) -> dict[str, object]:
        """Have parties mean this, also to whoever named one before. While some are `left`, send it again."""
        return _shown(deeds.set_party_scale(context(), path_id(election_id), _parties(body)))


@party_scales.route("/elections/<election_id>/party-scale/preview")
class PartyScalePreview(MethodView):
    """What another scale would change."""

    @allow(Permission.ELECTION_MANAGE)
    @party_scales.arguments(PartyScaleFieldsSchema)
    @party_scales.response(200, PartyScaleSchema)
    def post(self, body: dict[str, Any], election_id: str) -> dict[str, object]:
        """How many answers would change (`left`), by party; nothing is."""
        return _shown(deeds.preview_party_scale(context(), path_id(election_id), _parties(body)))


def _parties(body: dict[str, Any]) -> list[Party]:
    return [Party(one["name"], one["support"]) for one in body["parties"]]


def _shown(view: deeds.ScaleView) -> dict[str, object]:
    return {"parties": view.scale.parties, "named": view.named, "left": view.left}
