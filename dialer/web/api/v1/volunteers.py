"""`/volunteers`: those who call, their tokens and their sign-in links."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission, Role
from dialer.domain.languages import SPOKEN
from dialer.services.accounts import volunteers as deeds
from dialer.services.accounts.account_search import AccountSearch, Doing
from dialer.services.accounts.sign_in_links import create_invite
from dialer.services.accounts.tokens import issue_volunteer_token
from dialer.services.accounts.views import InviteView, VolunteerView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.tokens import IssuedTokenSchema, TokenLifeSchema, show_issued
from dialer.web.desk import context
from dialer.web.guard import allow

volunteers = Resource("volunteers", "Those who call")


class SoughtVolunteerQuery(PageQuery):
    """Whom to list; what is left out stays open. A team means those below it too.

    `doing`: `calling` now; `not_back` for a week; `waiting` to be let in or for a link; `gone`, sent home.
    """

    q = Text(max_length=200)
    campaign_id = Id()
    team_id = Id()
    doing = Choice(*Doing)


def search_of(query: dict[str, Any]) -> AccountSearch:
    """What a loaded query, its page taken out, asks for."""
    given = dict(query)
    words = given.pop("q", "")
    for name, kind in (("role", Role), ("doing", Doing)):
        if name in given:
            given[name] = kind(given[name])
    return AccountSearch(words, **given)


class VolunteerChangesSchema(Schema):
    """What may be said of a volunteer; an empty email or phone clears it."""

    name = Text(blank=False, max_length=200)
    email = Text(max_length=254, allow_none=True)
    phone = Text(max_length=50, allow_none=True)
    languages = fields.List(Choice(*SPOKEN))
    campaign_ids = fields.List(Id(), validate=validate.Length(max=500))
    team_ids = fields.List(Id(), validate=validate.Length(max=500))
    active = Flag()


def with_cleared(given: dict[str, Any]) -> dict[str, Any]:
    """What is to change, an email or phone that is null cleared."""
    return given | {name: "" for name in ("email", "phone") if given.get(name, "") is None}


class NewVolunteerSchema(VolunteerChangesSchema):
    """Somebody to be added. A phone given here counts as confirmed."""

    class Meta:
        exclude = ("active",)

    name = Text(blank=False, max_length=200, required=True)
    campaign_ids = fields.List(Id(), validate=validate.Length(max=500), required=True)


class VolunteerSchema(Schema):
    """Somebody who calls. `waiting_campaign_ids` wait for approval: naming them in `campaign_ids` gives it.

    `asked_for_link_at` is set while the volunteer waits for a new sign-in link, which an invite answers.
    """

    id = Id(required=True)
    name = Text(required=True)
    email = Text(required=True, allow_none=True)
    phone = Text(required=True, allow_none=True)
    languages = fields.List(Choice(*SPOKEN), required=True)
    campaign_ids = fields.List(Id(), required=True)
    waiting_campaign_ids = fields.List(Id(), required=True)
    team_ids = fields.List(Id(), required=True)
    active = Flag(required=True)
    asked_for_link_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)


class InviteSchema(Schema):
    """A sign-in link, in the one answer that shows it."""

    url = Text(required=True)
    expires_at = Instant(required=True)


@volunteers.route("/volunteers")
class Volunteers(MethodView):
    """All volunteers in reach."""

    @allow(Permission.VOLUNTEER_READ)
    @volunteers.arguments(SoughtVolunteerQuery, location="query")
    @volunteers.response(200, paged(VolunteerSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The volunteers who fit, in the order in which they came."""
        page = page_of(query)
        return show_page(deeds.list_volunteers(context(), page, search_of(query)))

    @allow(Permission.VOLUNTEER_MANAGE)
    @volunteers.arguments(NewVolunteerSchema)
    @volunteers.response(201, VolunteerSchema)
    def post(self, given: dict[str, Any]) -> tuple[VolunteerView, int, dict[str, str]]:
        """Add a volunteer. A known email or phone is a conflict, which carries the volunteer's `id`."""
        made = deeds.create_volunteer(context(), deeds.NewVolunteer(**given))
        return made, 201, {"Location": url_for("volunteers.Volunteer", volunteer_id=made.id)}


@volunteers.route("/volunteers/<volunteer_id>")
class Volunteer(MethodView):
    """One volunteer."""

    @allow(Permission.VOLUNTEER_READ)
    @volunteers.response(200, VolunteerSchema)
    def get(self, volunteer_id: str) -> VolunteerView:
        """One volunteer."""
        return deeds.get_volunteer(context(), path_id(volunteer_id))

    @allow(Permission.VOLUNTEER_MANAGE)
    @volunteers.arguments(VolunteerChangesSchema)
    @volunteers.response(200, VolunteerSchema)
    def patch(self, given: dict[str, Any], volunteer_id: str) -> VolunteerView:
        """Change the fields given. `active: false` ends their tokens, browsers and calling at once."""
        changes = deeds.VolunteerChanges(**with_cleared(given))
        return deeds.change_volunteer(context(), path_id(volunteer_id), changes)


@volunteers.route("/volunteers/<volunteer_id>/tokens")
class VolunteerTokens(MethodView):
    """A volunteer's tokens."""

    @allow(Permission.VOLUNTEER_MANAGE)
    @volunteers.arguments(TokenLifeSchema)
    @volunteers.response(201, IssuedTokenSchema)
    def post(self, given: dict[str, Any], volunteer_id: str) -> tuple[dict[str, object], int, dict[str, str]]:
        """Make a token for the volunteer. Its secret is shown once."""
        issued = issue_volunteer_token(context(), path_id(volunteer_id), given.get("expires_in_s"))
        return show_issued(issued), 201, {"Location": url_for("tokens.Token", token_id=issued.view.id)}


@volunteers.route("/volunteers/<volunteer_id>/invite")
class VolunteerInvite(MethodView):
    """A volunteer's sign-in link."""

    @allow(Permission.VOLUNTEER_MANAGE)
    @volunteers.response(201, InviteSchema)
    def post(self, volunteer_id: str) -> InviteView:
        """Make a link that signs the volunteer in once, within 7 days. Looking at it doesn't use it up."""
        return create_invite(context(), path_id(volunteer_id))
