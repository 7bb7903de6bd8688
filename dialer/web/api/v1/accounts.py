"""`/accounts`: everybody who signs in, whatever their role."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import ROLES, Permission, Role
from dialer.domain.languages import SPOKEN
from dialer.services.accounts import accounts as deeds
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.views import AccountView, InviteView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, path_id
from dialer.web.api.paging import page_of, paged, show_page
from dialer.web.api.v1.volunteers import (
    InviteSchema,
    SoughtVolunteerQuery,
    VolunteerChangesSchema,
    search_of,
    with_cleared,
)
from dialer.web.desk import context
from dialer.web.guard import allow

accounts = Resource("accounts", "Everybody who signs in, and what they may do")


class SoughtAccountQuery(SoughtVolunteerQuery):
    """Whom to list, of any role."""

    role = Choice(*ROLES)


class AccountChangesSchema(VolunteerChangesSchema):
    """What may be said of an account; an empty email or phone clears it."""

    role = Choice(*ROLES)


class NewAccountSchema(AccountChangesSchema):
    """Somebody to be added. A phone given here counts as confirmed."""

    class Meta:
        exclude = ("active",)

    name = Text(blank=False, max_length=200, required=True)
    role = Choice(*ROLES, required=True)


class AccountSchema(Schema):
    """Somebody, or some program, that acts under a role. An organiser runs the campaigns of `team_ids` and of
    the teams below them; for all others these only say where they belong.

    `last_seen_at` is when a signed-in browser of theirs last asked for something.
    """

    id = Id(required=True)
    role = Choice(*ROLES, required=True)
    name = Text(required=True)
    email = Text(required=True, allow_none=True)
    phone = Text(required=True, allow_none=True)
    languages = fields.List(Choice(*SPOKEN), required=True)
    campaign_ids = fields.List(Id(), required=True)
    team_ids = fields.List(Id(), required=True)
    active = Flag(required=True)
    last_seen_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)


@accounts.route("/accounts")
class Accounts(MethodView):
    """Everybody."""

    @allow(Permission.ACCOUNT_READ)
    @accounts.arguments(SoughtAccountQuery, location="query")
    @accounts.response(200, paged(AccountSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Those who fit, in the order in which they came."""
        page = page_of(query)
        return show_page(deeds.list_accounts(context(), page, search_of(query)))

    @allow(Permission.ACCOUNT_MANAGE)
    @accounts.arguments(NewAccountSchema)
    @accounts.response(201, AccountSchema)
    def post(self, given: dict[str, Any]) -> tuple[AccountView, int, dict[str, str]]:
        """Add somebody, no higher than your own role. A known email or phone is a conflict with its `id`."""
        role = Role(given.pop("role"))
        made = deeds.create_account(context(), deeds.NewAccount(role=role, **given))
        return made, 201, {"Location": url_for("accounts.Account", account_id=made.id)}


@accounts.route("/accounts/<account_id>")
class Account(MethodView):
    """One of them."""

    @allow(Permission.ACCOUNT_READ)
    @accounts.response(200, AccountSchema)
    def get(self, account_id: str) -> AccountView:
        """One of them."""
        return deeds.get_account(context(), path_id(account_id))

    @allow(Permission.ACCOUNT_MANAGE)
    @accounts.arguments(AccountChangesSchema)
    @accounts.response(200, AccountSchema)
    def patch(self, given: dict[str, Any], account_id: str) -> AccountView:
        """Change the fields given. With another `role`, tokens, browsers, links and shifts that would outlive
        it end at once, and a new organiser runs the campaigns of their teams and `campaign_ids`, no other.
        Not your own role, not above it, and not the last administrator’s.
        """
        role = Role(given.pop("role")) if "role" in given else None
        changes = AccountChanges(**with_cleared(given))
        return deeds.change_account(context(), path_id(account_id), changes, role)


@accounts.route("/accounts/<account_id>/invite")
class AccountInvite(MethodView):
    """Their sign-in link."""

    @allow(Permission.ACCOUNT_MANAGE)
    @accounts.response(201, InviteSchema)
    def post(self, account_id: str) -> InviteView:
        """Make a link that signs them in once, within 7 days. Looking at it doesn’t use it up."""
        return deeds.invite_account(context(), path_id(account_id))
