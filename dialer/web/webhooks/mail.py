"""Letters to us, and reports on ours, as whoever carries our email posts them (docs/email.md).

What is kept is answered 204, whether it came before or not. Letters are decided and committed before that, so
that a no in one holds; reports are kept, and a job applies them in batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, ServiceUnavailable

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.letter_fate import WEBHOOK
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context, NoSns
from dialer.services.messaging.letter_reports import ReportTold, record_reports
from dialer.services.messaging.letters_in import organisation_of_letters, receive_letter
from dialer.services.messaging.relay_tokens import Signed
from dialer.settings.policies import letter_names
from dialer.web.desk import context, desk
from dialer.web.guard import allow
from dialer.web.signed_mail import json_object, mailgun_token
from dialer.web.webhooks.mail_forms import FormError, mailgun_reports, own_reports, ses_reports

mail_hooks = Blueprint("mail_hooks", __name__, url_prefix="/webhooks/email")

_HEADS: Final = 64 * 1024


@mail_hooks.post("/letters")
@allow(Permission.MAIL_TELL)
def letters() -> Response:
    """One letter as it came (`message/rfc822`); `to` in the query are those it was delivered to."""
    raw, recipients = request.get_data(cache=True), request.args.getlist("to")
    if not raw.strip():
        raise BadRequest("A letter as it came is expected.")
    said = " ".join([*recipients, raw[:_HEADS].decode("latin-1")])
    receive_letter(_context(said), raw, WEBHOOK, recipients)
    return Response(status=204)


@mail_hooks.post("/reports")
@allow(Permission.MAIL_TELL)
def reports() -> Response:
    """Reports in our own form."""
    return _keep(own_reports)


@mail_hooks.post("/mailgun")
@allow(Permission.MAIL_TELL)
def mailgun() -> Response:
    """A report in Mailgun's form."""
    return _keep(mailgun_reports, Signed(mailgun_token(request), request.get_data(cache=True)))


@mail_hooks.post("/ses")
@allow(Permission.MAIL_TELL)
def ses() -> Response:
    """A report of Amazon SES, by SNS; a topic of ours that begins to report is told yes."""
    told = json_object(request)
    if told.get("Type") == "SubscriptionConfirmation":
        _confirm(told)
    if told.get("Type") != "Notification":
        return Response(status=204)
    return _keep(ses_reports)


def _confirm(told: Mapping[str, object]) -> None:
    sns = desk().sns
    try:
        if sns is None or not sns.confirm(told):
            raise BadRequest("“SubscribeURL” isn’t Amazon’s.")
    except NoSns:
        raise ServiceUnavailable from None


def _keep(read: Callable[[Mapping[str, object]], list[ReportTold]], signed: Signed | None = None) -> Response:
    try:
        told = read(json_object(request))
    except FormError as error:
        raise BadRequest(str(error)) from None
    said = " ".join(each.report.about for each in told)
    record_reports(_context(said), told, signed)
    return Response(status=204)


def _context(said: str) -> Context:
    """The system's own hand in the organisation whose letter is named."""
    tools = desk()
    organisation_id = organisation_of_letters(tools.units, letter_names(tools.settings), said)
    if organisation_id is None:
        raise NotFound
    return context(system_actor(organisation_id))
