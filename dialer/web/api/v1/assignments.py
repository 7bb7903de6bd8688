"""`/assignments`: one contact in one volunteer's hands, and what came of it (contract §6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validate, validates

from dialer.domain.access import Permission
from dialer.domain.disposition import RECORDABLE
from dialer.domain.languages import SPOKEN
from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.result import NOTES_MAX, HouseholdReport, Report
from dialer.services.calling import assignments as deeds
from dialer.services.calling.corrections import correct_result
from dialer.services.calling.frightening import frightened
from dialer.services.calling.results import record_result
from dialer.services.calling.views import AssignmentView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.v1.scripts import ScriptSchema, script_shown
from dialer.web.api.v1.transfers import TransferSchema
from dialer.web.desk import context
from dialer.web.guard import allow

assignments = Resource("assignments", "One contact in one volunteer's hands, and what came of it")

PEOPLE_MAX = 100


class PersonReportSchema(Schema):
    """What is reported of somebody else of the household."""

    contact_id = Id(required=True)
    disposition = Choice(*RECORDABLE, required=True)
    answers = fields.Dict(keys=Text(max_length=100), values=Text(max_length=100), load_default=dict)
    support = Whole(least=1, most=5, allow_none=True, load_default=None)
    voting_method = Choice(*VOTING_METHODS, allow_none=True, load_default=None)
    callback_at = Instant(allow_none=True, load_default=None)
    notes = Text(max_length=NOTES_MAX, allow_none=True, load_default=None)
    no_texts = Flag(load_default=False)
    language = Choice(*SPOKEN, allow_none=True, load_default=None)


class ReportSchema(Schema):
    """What is reported of the contact, and of the rest of the household."""

    disposition = Choice(*RECORDABLE, required=True)
    answers = fields.Dict(keys=Text(max_length=100), values=Text(max_length=100), load_default=dict)
    support = Whole(least=1, most=5, allow_none=True, load_default=None)
    voting_method = Choice(*VOTING_METHODS, allow_none=True, load_default=None)
    callback_at = Instant(allow_none=True, load_default=None)
    notes = Text(max_length=NOTES_MAX, allow_none=True, load_default=None)
    no_texts = Flag(load_default=False)
    language = Choice(*SPOKEN, allow_none=True, load_default=None)
    people = fields.List(
        fields.Nested(PersonReportSchema), validate=validate.Length(max=PEOPLE_MAX), load_default=list
    )

    @validates("people")
    def each_once(self, people: list[dict[str, Any]], **_: object) -> None:
        """Nobody is reported twice in one result."""
        ids = [person["contact_id"] for person in people if "contact_id" in person]
        if len(set(ids)) < len(ids):
            raise ValidationError("Somebody is reported twice here.")


class SkipSchema(Schema):
    """Why the contact is given back."""

    reason = Text(max_length=500, allow_none=True, load_default=None)


class PastAttemptSchema(Schema):
    """What an earlier attempt brought."""

    at = Instant(required=True)
    disposition = Text(required=True)
    notes = Text(allow_none=True)


class CalledContactSchema(Schema):
    """The person to be called."""

    id = Id(required=True)
    first_name = Text(allow_none=True)
    last_name = Text(allow_none=True)
    phone = Text(required=True)
    postcode = Text(allow_none=True)
    tags = fields.List(Text())
    history = fields.List(fields.Nested(PastAttemptSchema))
    say = Text(allow_none=True)
    voted = Flag()


class HouseholdMemberSchema(Schema):
    """Somebody else on the same number."""

    id = Id(required=True)
    first_name = Text(allow_none=True)
    last_name = Text(allow_none=True)
    support = Whole(allow_none=True)
    voted = Flag()
    say = Text(allow_none=True)


class AssignmentSchema(Schema):
    """One contact with household and script, leased until `expires_at`."""

    id = Id(required=True)
    session_id = Id(required=True)
    campaign_id = Id()
    state = Text(required=True)
    contact = fields.Nested(CalledContactSchema, required=True)
    household = fields.List(fields.Nested(HouseholdMemberSchema), required=True)
    script = fields.Nested(ScriptSchema, allow_none=True, required=True)
    attempt = Whole(required=True)
    created_at = Instant()
    expires_at = Instant(required=True)
    closed_at = Instant(allow_none=True)
    late = Flag(required=True)
    transfer = fields.Nested(TransferSchema, allow_none=True)


_SCHEMA = AssignmentSchema()


@assignments.route("/assignments/<assignment_id>")
class Assignment(MethodView):
    """One assignment."""

    @allow(Permission.ASSIGNMENT_READ)
    @assignments.response(200, AssignmentSchema)
    def get(self, assignment_id: str) -> dict[str, object]:
        """An assignment as it stands."""
        return _prepared(deeds.get_assignment(context(), path_id(assignment_id)))


@assignments.route("/assignments/<assignment_id>/result")
class AssignmentResult(MethodView):
    """What came of an assignment."""

    @allow(Permission.RESULT_RECORD)
    @assignments.arguments(ReportSchema)
    @assignments.response(200, AssignmentSchema)
    def post(self, body: dict[str, Any], assignment_id: str) -> dict[str, object]:
        """Record the result; the same one again changes nothing."""
        return _prepared(record_result(context(), path_id(assignment_id), _report(body)))

    @allow(Permission.RESULT_CORRECT)
    @assignments.arguments(ReportSchema)
    @assignments.response(200, AssignmentSchema)
    def patch(self, body: dict[str, Any], assignment_id: str) -> dict[str, object]:
        """Put another result in its place, as if the first had not been; history is kept."""
        return _prepared(correct_result(context(), path_id(assignment_id), _report(body)))


@assignments.route("/assignments/<assignment_id>/skip", methods=["POST"])
@allow(Permission.RESULT_RECORD)
@assignments.arguments(SkipSchema)
@assignments.response(200, AssignmentSchema)
def skip(body: dict[str, Any], assignment_id: str) -> dict[str, object]:
    """Give the contact back, not for this volunteer again today."""
    return _prepared(deeds.skip_assignment(context(), path_id(assignment_id), reason=body["reason"]))


@assignments.route("/assignments/<assignment_id>/frightened", methods=["POST"])
@allow(Permission.RESULT_RECORD)
@assignments.response(204)
def frighten(assignment_id: str) -> None:
    """This person frightened the volunteer who has them in hand, or had them within a day: the call is hung
    up, recorded as refused if nothing is yet, and they never meet again, in calls or texts. The shift pauses,
    and coordinators see it first.
    """
    frightened(context(), path_id(assignment_id))


def _report(body: Mapping[str, Any]) -> HouseholdReport:
    own = {name: value for name, value in body.items() if name != "people"}
    people = {
        str(person["contact_id"]): Report(**{k: v for k, v in person.items() if k != "contact_id"})
        for person in body["people"]
    }
    return HouseholdReport(Report(**own), people)


def _prepared(assignment: AssignmentView) -> dict[str, object]:
    return {
        "id": assignment.id,
        "session_id": assignment.session_id,
        "campaign_id": assignment.campaign_id,
        "state": assignment.state,
        "contact": assignment.contact,
        "household": assignment.household,
        "script": script_shown(assignment.script) if assignment.script else None,
        "attempt": assignment.attempt,
        "created_at": assignment.created_at,
        "expires_at": assignment.expires_at,
        "closed_at": assignment.closed_at,
        "late": assignment.late,
        "transfer": assignment.transfer,
    }


def assignment_shown(assignment: AssignmentView) -> object:
    """An assignment as JSON."""
    return _SCHEMA.dump(_prepared(assignment))
