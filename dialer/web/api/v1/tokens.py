"""`/tokens`: what programs sign in with."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import ROLES, Permission, Role
from dialer.services.accounts import tokens as deeds
from dialer.services.accounts.views import IssuedToken, TokenView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

tokens = Resource("tokens", "What programs sign in with")


class TokenLifeSchema(Schema):
    """How long a token is to live; without an end until it is deleted."""

    expires_in_s = Whole(least=1, most=deeds.LONGEST_LIFE_S)


class NewTokenSchema(TokenLifeSchema):
    """A token to be made. `election_id` and `polling_districts` narrow what a teller may mark."""

    role = Choice(*ROLES, required=True)
    name = Text(blank=False, max_length=200, required=True)
    campaign_ids = fields.List(Id(), validate=validate.Length(max=500))
    election_id = Id()
    polling_districts = fields.List(Text(blank=False, max_length=50), validate=validate.Length(max=500))


class TokenSchema(Schema):
    """A token, never its secret. Empty `campaign_ids`: as far as its role reaches."""

    id = Id(required=True)
    account_id = Id(required=True)
    role = Choice(*ROLES, required=True)
    name = Text(required=True)
    campaign_ids = fields.List(Id(), required=True)
    election_id = Id(required=True, allow_none=True)
    polling_districts = fields.List(Text(), required=True)
    created_at = Instant(required=True)
    expires_at = Instant(required=True, allow_none=True)


class IssuedTokenSchema(TokenSchema):
    """A token in the one answer that shows its secret, `token`."""

    token = Text(required=True)


def show_issued(issued: IssuedToken) -> dict[str, object]:
    """The token with its secret."""
    return {**dataclasses.asdict(issued.view), "token": issued.secret}


@tokens.route("/tokens")
class Tokens(MethodView):
    """All tokens."""

    @allow(Permission.TOKEN_MANAGE)
    @tokens.arguments(PageQuery, location="query")
    @tokens.response(200, paged(TokenSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The tokens that open a door now, oldest first."""
        return show_page(deeds.list_tokens(context(), page_of(query)))

    @allow(Permission.TOKEN_MANAGE)
    @tokens.arguments(NewTokenSchema)
    @tokens.response(201, IssuedTokenSchema)
    def post(self, given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
        """Make a token and an account for it, no higher than your own role. Its secret is shown once."""
        issued = deeds.create_token(context(), _new_token(given))
        location = url_for("tokens.Token", token_id=issued.view.id)
        return show_issued(issued), 201, {"Location": location}


@tokens.route("/tokens/<token_id>")
class Token(MethodView):
    """One token."""

    @allow(Permission.TOKEN_MANAGE)
    @tokens.response(200, TokenSchema)
    def get(self, token_id: str) -> TokenView:
        """One token, without its secret."""
        return deeds.get_token(context(), path_id(token_id))

    @allow(Permission.TOKEN_MANAGE)
    @tokens.response(204)
    def delete(self, token_id: str) -> None:
        """Refuse the token, and the browsers signed in with it, from now on."""
        deeds.delete_token(context(), path_id(token_id))


def _new_token(given: dict[str, Any]) -> deeds.NewToken:
    return deeds.NewToken(
        role=Role(given["role"]),
        name=given["name"],
        campaign_ids=tuple(given.get("campaign_ids", ())),
        expires_in_s=given.get("expires_in_s"),
        election_id=given.get("election_id"),
        polling_districts=tuple(given.get("polling_districts", ())),
    )
