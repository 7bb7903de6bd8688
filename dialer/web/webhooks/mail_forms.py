"""The forms in which reports on letters are posted to us: our own, and those of usual relays.

What anybody else's form says beyond what we know is left alone; what can't be read is refused, so that its
sender notices.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from dialer.domain import mime
from dialer.domain.mail_report import Fate, Report, fate_of, without_addresses
from dialer.services.messaging.letter_reports import ReportTold

MOST: Final = 1000
LONGEST: Final = 256 * 1024
"""Of a message of SNS, in bytes."""
_FAILED: Final = "bounced"
_PLAIN: Final = {"delivered": Fate.DELIVERED, "delayed": Fate.DELAYED, "complained": Fate.COMPLAINT}
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class FormError(Exception):
    """What was posted isn't in the form expected; the message says what is missing."""


def own_reports(told: Mapping[str, object]) -> list[ReportTold]:
    """Our own form: `{"reports": [{id, event, about, recipient?, status?, code?, detail?}]}`. `event` is
    `delivered`, `delayed`, `bounced` or `complained`; `about` the Message-ID or return path of ours.
    """
    given = told.get("reports")
    if not isinstance(given, list) or len(given) > MOST:
        raise FormError(f"A list of at most {MOST:,} “reports” is expected.")
    return [_own(one) for one in given]


def _own(one: object) -> ReportTold:
    if not isinstance(one, dict):
        raise FormError("Each report is an object.")
    name, event, about = _text(one, "id"), _text(one, "event"), _text(one, "about")
    if not (name and about):
        raise FormError("Each report needs its “id” and what it is “about”.")
    if event not in {*_PLAIN, _FAILED}:
        raise FormError(f"“event” is one of {', '.join(sorted({*_PLAIN, _FAILED}))}.")
    report = _report(event, _text(one, "status"), _code(one.get("code")), _text(one, "detail"))
    return ReportTold(f"own:{name}", _about(report, about, _text(one, "recipient")))


def mailgun_reports(told: Mapping[str, object]) -> list[ReportTold]:
    """Mailgun's form (documentation.mailgun.com, “Event Structure”). An opening or a click is none."""
    data = told.get("event-data")
    if not isinstance(data, dict):
        raise FormError("“event-data” is expected.")
    event, severity = _text(data, "event"), _text(data, "severity")
    word = {"delivered": "delivered", "complained": "complained", "rejected": _FAILED}.get(event)
    if event == "failed":
        word = _FAILED if severity == "permanent" else "delayed"
    if word is None:
        return []
    status = _inner(data, "delivery-status")
    said = " ".join(filter(None, (_text(status, "message"), _text(status, "description"))))
    report = _report(word, _text(status, "enhanced-code"), _code(status.get("code")), said)
    headers, envelope = _inner(_inner(data, "message"), "headers"), _inner(data, "envelope")
    about = " ".join((_text(headers, "message-id"), _text(envelope, "sender")))
    name = _text(data, "id") or f"{event}:{about}:{data.get('timestamp')}"
    return [ReportTold(f"mailgun:{name[:300]}", _about(report, about, _text(data, "recipient")))]


def ses_reports(told: Mapping[str, object]) -> list[ReportTold]:
    """Amazon SES's form inside SNS's (docs.aws.amazon.com/ses, “Amazon SNS notification contents”). It puts a
    Message-ID of its own in place of ours: the return path (`source`) names the letter.
    """
    try:
        inner = json.loads(_text(told, "Message", longest=LONGEST))
    except (ValueError, RecursionError):
        raise FormError("“Message” is JSON.") from None
    if not isinstance(inner, dict):
        raise FormError("“Message” is an object.")
    mail = _inner(inner, "mail")
    headers = mail.get("headers")
    ids = (
        [_text(one, "value") for one in headers if isinstance(one, dict)] if isinstance(headers, list) else []
    )
    about = " ".join([_text(mail, "source"), *ids])
    kind, name = _text(inner, "notificationType") or _text(inner, "eventType"), _text(told, "MessageId")
    found = [_about(report, about, recipient) for report, recipient in _of_ses(kind, inner)]
    return [ReportTold(f"ses:{name[:200]}:{nth}", report) for nth, report in enumerate(found)]


def _of_ses(kind: str, inner: Mapping[str, object]) -> Iterator[tuple[Report, str]]:
    match kind:
        case "Delivery":
            for one in _list(_inner(inner, "delivery"), "recipients"):
                yield Report(Fate.DELIVERED), str(one)
        case "Complaint":
            for one in _list(_inner(inner, "complaint"), "complainedRecipients"):
                yield Report(Fate.COMPLAINT), _text(one, "emailAddress") if isinstance(one, dict) else ""
        case "Bounce":
            bounce = _inner(inner, "bounce")
            is_soft = _text(bounce, "bounceType") == "Transient"
            for one in _list(bounce, "bouncedRecipients"):
                if isinstance(one, dict):
                    yield _bounced(one, is_soft=is_soft), _text(one, "emailAddress")


def _bounced(one: Mapping[str, object], *, is_soft: bool) -> Report:
    said = _text(one, "diagnosticCode")
    report = _report(_FAILED, _text(one, "status"), 0, said)
    fate = Fate.SOFT if is_soft and report.fate is Fate.OTHER else report.fate
    return Report(fate, report.status, report.code, report.diagnostic)


def _list(data: Mapping[str, object], name: str) -> list[object]:
    found = data.get(name)
    return found[:MOST] if isinstance(found, list) else []


def _report(event: str, status: str, code: int, said: str) -> Report:
    status = status if _STATUS.fullmatch(status) else ""
    fate = _PLAIN.get(event) or fate_of(status, code, said)
    return Report(fate, status, code, without_addresses(said))


def _about(report: Report, about: str, recipient: str) -> Report:
    people = (recipient.strip("<> ").casefold(),) if "@" in recipient else ()
    return Report(report.fate, report.status, report.code, report.diagnostic, people, about)


def _inner(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _text(data: Mapping[str, object], name: str, longest: int = 2000) -> str:
    found = data.get(name)
    return mime.kept(found)[:longest] if isinstance(found, str) else ""


def _code(found: object) -> int:
    return found if isinstance(found, int) and not isinstance(found, bool) and 200 <= found < 600 else 0
