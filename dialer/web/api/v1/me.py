"""`/me`: who the token belongs to."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.languages import SPOKEN
from dialer.services.accounts import phones
from dialer.services.accounts.me import Me, about_me
from dialer.services.accounts.my_languages import set_my_languages
from dialer.services.calling.leaderboards import name_me
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text
from dialer.web.desk import context
from dialer.web.guard import allow

me = Resource("me", "Who you are to this server")


class MeSchema(Schema):
    """The holder of the token."""

    id = Id(required=True)
    role = Text(required=True)
    name = Text(required=True)
    campaign_ids = fields.List(Id())
    languages = fields.List(Text(), required=True)
    on_leaderboards = Flag(
        required=True, metadata={"description": "campaigns with a leaderboard may show my first name on it"}
    )
    expires_at = Instant(allow_none=True)


class MyLanguagesSchema(Schema):
    """What one may say of oneself."""

    languages = fields.List(Choice(*SPOKEN), validate=validate.Length(max=len(SPOKEN)))
    on_leaderboards = Flag()


@me.route("/me")
class MeView(MethodView):
    """The holder of the token."""

    @allow(Permission.SELF_READ)
    @me.response(200, MeSchema)
    def get(self) -> Me:
        """Who I am, with what role, and which campaigns are mine."""
        return about_me(context())

    @allow(Permission.LANGUAGES_SET)
    @me.arguments(MyLanguagesSchema)
    @me.response(200, MeSchema)
    def patch(self, body: dict[str, Any]) -> Me:
        """Say which languages I speak, the one to be spoken to in first (none: the home language), and
        whether leaderboards may name me.
        """
        if "languages" in body:
            set_my_languages(context(), body["languages"])
        if "on_leaderboards" in body:
            name_me(context(), wanted=body["on_leaderboards"])
        return about_me(context())


class NewPhoneSchema(Schema):
    """A phone of one's own, in any usual writing."""

    phone = Text(max_length=40, required=True)


class PhoneCodeSchema(Schema):
    """The code that was sent to it."""

    phone = Text(max_length=40, required=True)
    code = Text(max_length=20, required=True)


class MyPhoneSchema(Schema):
    """One of one's own phones."""

    phone = Text(required=True)
    confirmed = Flag(required=True)


class MyPhonesSchema(Schema):
    """All of them."""

    data = fields.List(fields.Nested(MyPhoneSchema), required=True)


@me.route("/me/phones")
class Phones(MethodView):
    """One's own phones."""

    @allow(Permission.PHONE_CONFIRM)
    @me.response(200, MyPhonesSchema)
    def get(self) -> dict[str, object]:
        """My phones, and whether each is confirmed."""
        return {"data": phones.my_phones(context())}

    @allow(Permission.PHONE_CONFIRM)
    @me.arguments(NewPhoneSchema)
    @me.response(202, MyPhoneSchema)
    def post(self, body: dict[str, str]) -> phones.PhoneView:
        """Have a code sent to a phone, so that it can be rung."""
        return phones.add_phone(context(), body["phone"])


@me.route("/me/phones/confirm", methods=["POST"])
@allow(Permission.PHONE_CONFIRM)
@me.arguments(PhoneCodeSchema)
@me.response(200, MyPhoneSchema)
def confirm_phone(body: dict[str, str]) -> phones.PhoneView:
    """Show by the code that the phone is mine."""
    return phones.confirm_phone(context(), body["phone"], body["code"])
