"""`/text-templates`: texts and emails kept for use again, each version approved by somebody else."""

from __future__ import annotations

from typing import Any, cast

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.languages import SPOKEN
from dialer.domain.letter import BODY_LONGEST, SUBJECT_LONGEST
from dialer.domain.text_template import NAME_LONGEST, REMARK_LONGEST, TEMPLATE_STATES
from dialer.domain.texting import CHANNELS, SMS
from dialer.services.messaging import templates as deeds
from dialer.services.messaging.templates import TemplateFields, TemplateView
from dialer.services.messaging.words import LONGEST_BODY
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

text_templates = Resource("text-templates", "Texts and emails kept for use again, and who approved them")

_MOST_VERSIONS = 2**15 - 1


class TemplateFieldsSchema(Schema):
    """What may be said of a template: other words are another version, in draft."""

    name = Text(blank=False, max_length=NAME_LONGEST)
    subject = Text(max_length=SUBJECT_LONGEST, metadata={"description": "of emails, which need one"})
    subjects = fields.Dict(
        keys=Choice(*SPOKEN),
        values=Text(blank=False, max_length=SUBJECT_LONGEST),
        metadata={"description": "of emails, by language", "example": {"cy": "Mae’n bryd pleidleisio"}},
    )
    body = Text(
        blank=False,
        max_length=BODY_LONGEST,
        metadata={"description": f"of a text {LONGEST_BODY:,} characters at most"},
    )
    bodies = fields.Dict(keys=Choice(*SPOKEN), values=Text(blank=False, max_length=BODY_LONGEST))


class NewTemplateSchema(TemplateFieldsSchema):
    """A template to be kept: of a campaign, or (null) of all."""

    campaign_id = Id(load_default=None, allow_none=True)
    channel = Choice(
        *CHANNELS, load_default=SMS, metadata={"description": "email: emails are written from it; for good"}
    )
    name = Text(blank=False, max_length=NAME_LONGEST, required=True)
    body = Text(blank=False, max_length=BODY_LONGEST, required=True)


class TemplateSomebodySchema(Schema):
    """Who did something."""

    id = Id(required=True)
    name = Text(required=True)


class TemplateVersionSchema(Schema):
    """Words as somebody wrote them, and what was decided about them."""

    number = Whole(required=True)
    subject = Text(required=True, metadata={"description": "of an email; else empty"})
    subjects = fields.Dict(keys=Text(), values=Text(), required=True)
    body = Text(required=True)
    bodies = fields.Dict(keys=Text(), values=Text(), required=True)
    state = Choice(*TEMPLATE_STATES, required=True)
    written_by = fields.Nested(TemplateSomebodySchema, required=True, allow_none=True)
    written_at = Instant(required=True)
    submitted_by = fields.Nested(TemplateSomebodySchema, required=True, allow_none=True)
    submitted_at = Instant(required=True, allow_none=True)
    decided_by = fields.Nested(TemplateSomebodySchema, required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)
    remark = Text(required=True, allow_none=True)


class TemplateSchema(Schema):
    """A template with its history, the latest words first; `used` counts the blasts made from it."""

    id = Id(required=True)
    campaign_id = Id(required=True, allow_none=True)
    channel = Choice(*CHANNELS, required=True)
    name = Text(required=True)
    versions = fields.List(fields.Nested(TemplateVersionSchema), required=True)
    used = Whole(required=True)
    created_at = Instant(required=True)
    retired_at = Instant(required=True, allow_none=True)


class TemplateQuery(PageQuery):
    """Which: those that may be used, or those that were retired."""

    retired = Flag(load_default=False, metadata={"query": True})
    channel = Choice(*CHANNELS, load_default=None, metadata={"query": True})


class SubmitWordsSchema(Schema):
    """The version that is to be approved: the latest."""

    version = Whole(least=1, most=_MOST_VERSIONS, required=True)


class DecideWordsSchema(SubmitWordsSchema):
    """Whether it is approved, and why or why not."""

    approve = Flag(required=True)
    remark = Text(max_length=REMARK_LONGEST, load_default=None, allow_none=True)


@text_templates.route("/text-templates")
class TextTemplates(MethodView):
    """All templates that exist for you."""

    @allow(Permission.TEMPLATE_READ)
    @text_templates.arguments(TemplateQuery, location="query")
    @text_templates.response(200, paged(TemplateSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The templates, in the order they were made."""
        return show_page(deeds.list_templates(context(), page_of(query), **query))

    @allow(Permission.TEMPLATE_WRITE)
    @text_templates.arguments(NewTemplateSchema)
    @text_templates.response(201, TemplateSchema)
    def post(self, body: dict[str, Any]) -> tuple[TemplateView, int, dict[str, str]]:
        """Keep words for use again, as a draft."""
        campaign_id = body.pop("campaign_id")
        made = deeds.create_template(context(), campaign_id, cast("TemplateFields", body))
        return made, 201, {"Location": url_for("text-templates.TextTemplate", template_id=made.id)}


@text_templates.route("/text-templates/<template_id>")
class TextTemplate(MethodView):
    """One template."""

    @allow(Permission.TEMPLATE_READ)
    @text_templates.response(200, TemplateSchema)
    def get(self, template_id: str) -> TemplateView:
        """One template with its history."""
        return deeds.get_template(context(), path_id(template_id))

    @allow(Permission.TEMPLATE_WRITE)
    @text_templates.arguments(TemplateFieldsSchema)
    @text_templates.response(200, TemplateSchema)
    def patch(self, body: dict[str, Any], template_id: str) -> TemplateView:
        """Change its name, or its words: those are another version."""
        return deeds.change_template(context(), path_id(template_id), cast("TemplateFields", body))


@text_templates.route("/text-templates/<template_id>/submit", methods=["POST"])
@allow(Permission.TEMPLATE_WRITE)
@text_templates.arguments(SubmitWordsSchema)
@text_templates.response(200, TemplateSchema)
def submit(body: dict[str, Any], template_id: str) -> TemplateView:
    """Ask for the latest words to be approved."""
    return deeds.submit_template(context(), path_id(template_id), body["version"])


@text_templates.route("/text-templates/<template_id>/decide", methods=["POST"])
@allow(Permission.TEMPLATE_APPROVE)
@text_templates.arguments(DecideWordsSchema)
@text_templates.response(200, TemplateSchema)
def decide(body: dict[str, Any], template_id: str) -> TemplateView:
    """Approve the latest words or decline them; not those of your own."""
    number = body.pop("version")
    return deeds.decide_template(context(), path_id(template_id), number, **body)


@text_templates.route("/text-templates/<template_id>/retire", methods=["POST"])
@allow(Permission.TEMPLATE_WRITE)
@text_templates.response(200, TemplateSchema)
def retire(template_id: str) -> TemplateView:
    """Offer it no more; blasts made from it stay as they are."""
    return deeds.retire_template(context(), path_id(template_id))
