"""`/contacts`: people, and what they don't want."""

from __future__ import annotations

from typing import Any, Final

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields

from dialer.domain.access import Permission
from dialer.domain.opt_out import ALL
from dialer.domain.people import CONTACT_STATUSES, LINE_TYPES, OPT_OUT_CHANNELS
from dialer.services.people import contacts as deeds
from dialer.services.people import no_contact
from dialer.services.people.contact_fields import ContactFields
from dialer.services.people.views import ContactView
from dialer.web.api.blueprint import Resource
from dialer.web.api.consents import LiftQuery, consent_of
from dialer.web.api.fields import Choice, Day, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

contacts = Resource("contacts", "People, and what they don’t want")


class Scalar(fields.Field[Any]):
    """A text, number, true, false or null."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        if isinstance(value, str) and len(value) > 32_767:
            raise ValidationError("This is too long. Shorten it.")
        if value is not None and not isinstance(value, str | int | float | bool):
            raise ValidationError("Send a text, a number, true, false or null.")
        return value


class PhoneSchema(Schema):
    """A number; `type` counts where the number itself doesn't tell."""

    number = Text(required=True, max_length=100)
    type = Choice(*LINE_TYPES)


class ContactFieldsSchema(Schema):
    """What may be said of a person. `phone` is the first of `phones`."""

    external_id = Text(max_length=200, allow_none=True)
    elector_number = Text(max_length=50, allow_none=True)
    first_name = Text(max_length=200, allow_none=True)
    last_name = Text(max_length=200, allow_none=True)
    email = Text(max_length=254, allow_none=True)
    phone = Text(max_length=100, allow_none=True)
    phones = fields.List(fields.Nested(PhoneSchema))
    address = Text(max_length=2000, allow_none=True)
    postcode = Text(max_length=20, allow_none=True)
    constituency = Text(max_length=200, allow_none=True)
    ward = Text(max_length=200, allow_none=True)
    polling_district = Text(max_length=50, allow_none=True)
    polling_station = Text(max_length=500, allow_none=True)
    language = Text(max_length=35, allow_none=True)
    elector_markers = Text(max_length=50, allow_none=True)
    date_of_birth = Day(allow_none=True)
    notes = Text(max_length=10_000, allow_none=True)
    needs_lift = Flag(allow_none=True)
    tags = fields.List(Text(blank=False, max_length=100))
    custom = fields.Dict(keys=Text(blank=False, max_length=100), values=Scalar(allow_none=True))
    status = Choice(*CONTACT_STATUSES)
    list_ids = fields.List(Id())


class ConsentSchema(Schema):
    """Where and when somebody said yes."""

    source = Text(required=True)
    at = Instant(required=True)


class OptOutsSchema(Schema):
    """Since when somebody is out, by channel."""

    sms = Instant(required=True, allow_none=True)
    voice = Instant(required=True, allow_none=True)
    email = Instant(required=True, allow_none=True)
    door = Instant(required=True, allow_none=True)
    post = Instant(required=True, allow_none=True)


class ConsentsSchema(Schema):
    """Somebody's yes, by channel."""

    sms = fields.Nested(ConsentSchema, required=True, allow_none=True)
    email = fields.Nested(ConsentSchema, required=True, allow_none=True)


class ContactSchema(ContactFieldsSchema):
    """A person. `support` and `voted_at` are those of the current election."""

    id = Id(required=True)
    opt_outs = fields.Nested(OptOutsSchema, required=True)
    consents = fields.Nested(ConsentsSchema, required=True)
    support = Whole(required=True, allow_none=True)
    voting_method = Text(allow_none=True)
    voted_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)


ContactPage: Final = paged(ContactSchema)


class ContactQuery(PageQuery):
    """Which people; everything given must hold."""

    list_id = Id()
    q = Text(max_length=200)
    phone = Text(max_length=100)
    elector_number = Text(max_length=50)
    tag = Text(max_length=100)


class NewOptOutSchema(Schema):
    """A person's no. `source` says where they said it: text, keypad, link, call, or manual."""

    channel = Choice(*OPT_OUT_CHANNELS, ALL, required=True)
    source = Text(blank=False, max_length=50)
    note = Text(max_length=2000)


@contacts.route("/contacts")
class Contacts(MethodView):
    """All people."""

    @allow(Permission.CONTACT_READ)
    @contacts.arguments(ContactQuery, location="query")
    @contacts.response(200, ContactPage)
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """People for whom all that is given holds; `q` is anything one has of them, the best fit first."""
        page = page_of(query)
        return show_page(deeds.list_contacts(context(), deeds.ContactSearch(**query), page))

    @allow(Permission.CONTACT_MANAGE)
    @contacts.arguments(ContactFieldsSchema)
    @contacts.response(201, ContactSchema)
    def post(self, given: ContactFields) -> tuple[ContactView, int, dict[str, str]]:
        """Add a person; 409 with `contact_id` when they are there already."""
        made = deeds.create_contact(context(), given)
        return made, 201, {"Location": url_for("contacts.Contact", contact_id=made.id)}


@contacts.route("/contacts/<contact_id>")
class Contact(MethodView):
    """One person."""

    @allow(Permission.CONTACT_READ)
    @contacts.response(200, ContactSchema)
    def get(self, contact_id: str) -> ContactView:
        """One person, whole."""
        return deeds.get_contact(context(), path_id(contact_id))

    @allow(Permission.CONTACT_MANAGE)
    @contacts.arguments(ContactFieldsSchema)
    @contacts.response(200, ContactSchema)
    def patch(self, given: ContactFields, contact_id: str) -> ContactView:
        """Change the fields given."""
        return deeds.change_contact(context(), path_id(contact_id), given)


@contacts.route("/contacts/<contact_id>/opt-outs")
class OptOuts(MethodView):
    """What one person doesn't want."""

    @allow(Permission.OPT_OUT_MANAGE)
    @contacts.arguments(NewOptOutSchema)
    @contacts.response(201, ContactSchema)
    @contacts.alt_response(200, schema=ContactSchema, description="They were out already")
    def post(self, given: dict[str, Any], contact_id: str) -> tuple[ContactView, int]:
        """Keep a person's no: it covers every number and address they have on the channel."""
        view, new = no_contact.add_opt_out(context(), path_id(contact_id), **given)
        return view, 201 if new else 200


@contacts.route("/contacts/<contact_id>/opt-outs/<channel>")
class OptOut(MethodView):
    """One thing that one person doesn't want."""

    @allow(Permission.OPT_OUT_MANAGE)
    @contacts.arguments(LiftQuery, location="query")
    @contacts.response(200, ContactSchema)
    def delete(self, query: dict[str, Any], contact_id: str, channel: str) -> ContactView:
        """Lift a person's no; one they made themselves only with a newer consent."""
        contact = path_id(contact_id)
        return no_contact.lift_opt_out(context(), contact, channel, query["reason"], consent_of(query))
