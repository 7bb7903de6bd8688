"""A text to one person as a form: looked at, sent, and refused beside its fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from flask import request
from flask_babel import gettext, ngettext

from dialer.domain.errors import RuleBroken
from dialer.domain.texting import EMAIL
from dialer.services.messaging.views import MessageView, TextPreview
from dialer.web.forms import WHOLE_FORM, Answer, Faults, faults_of, said
from dialer.web.text_lines import Composer, state_of
from dialer.web.text_wording import LEFT_OUT, left_out

FIELD_AT: Final = {
    "/body": "body",
    "/campaign_id": "text_campaign_id",
    "/picture_id": "picture_id",
}


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which somebody writes a text to one person: what was typed, how its `page` shows that again,
    what `look` and `send` do, and where one is afterwards.
    """

    composer: Composer
    page: Callable[[Faults, Composer], str]
    look: Callable[[], TextPreview]
    send: Callable[[], MessageView]
    there: Callable[[str], Answer]


def looked_at_or_sent(form: Form) -> Answer:
    """Send what was written; with `look` only show how it would read. What is refused is said on the page,
    which keeps what was typed.
    """
    try:
        if said("look"):
            return form.page({}, replace(form.composer, preview=form.look()))
        return form.there(_sent_words(form.send()))
    except RuleBroken as error:
        if error.status not in (409, 422):
            raise
        return form.page(_faults_of_text(error), form.composer), error.status


def _sent_words(sent: MessageView) -> str:
    """What became of a text that was just written: it goes, or what it waits for."""
    if sent.waiting_reason:
        return f"{gettext('Kept.')} {state_of(sent)}."
    if sent.channel == EMAIL:
        return str(gettext("Sent."))
    return str(ngettext("Sent in one part.", "Sent in %(num)s parts.", sent.segments))


def written_values(**others: str) -> dict[str, str]:
    """What stands in the form, for when it is shown again."""
    return {"body": written_body(), "picture_id": said("picture_id"), **others}


def written_body() -> str:
    """What somebody wrote into the field of a text."""
    return request.form.get("body", "").replace("\r\n", "\n").strip()


def with_ready(body: str, ready: str) -> str:
    """What was typed, with words that are kept ready behind it: nothing typed is lost."""
    return f"{body} {ready}" if body and ready else body or ready


def _faults_of_text(error: RuleBroken) -> Faults:
    """A refusal beside its field; that somebody may not be texted in the words of a text to many."""
    reason = str(error.extra.get("reason", ""))
    if error.status == 409 and reason in LEFT_OUT:
        words = left_out(reason, is_letters=error.extra.get("channel") == EMAIL)
        return {WHOLE_FORM: gettext("Nothing was sent: %(reason)s.", reason=words)}
    return faults_of(error, FIELD_AT)
