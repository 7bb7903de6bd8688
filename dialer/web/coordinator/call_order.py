"""Who is called next in a campaign, and why: said in words, and the form that changes it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import render_template
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.call_policy import ADVISED_A_DAY, GAPS_OF, SIGNS
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.languages import SPOKEN, LanguageMatch
from dialer.services.calling.best_hours import answer_hours
from dialer.services.calling.call_policy import (
    PolicyFields,
    PolicyView,
    call_policy,
    change_call_policy,
)
from dialer.services.calling.caller_ids import caller_ids, use_caller_id_again
from dialer.services.calling.campaigns import get_campaign
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.campaign_form import in_minutes
from dialer.web.coordinator.forms import Answer, Faults, faults_of, go, number, said, ticked, whole_number
from dialer.web.coordinator.numbers import RING_BACK
from dialer.web.coordinator.wording import DISPOSITION
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.rule_words import N_
from dialer.web.words import duration, lowered

SIGN_WORDS: Final[Mapping[str, str]] = {
    "pledged": N_("somebody there promised us their vote, and hasn’t voted"),
    "undecided": N_("somebody there is undecided"),
    "support_unknown": N_("we don’t know yet whom anybody there supports"),
    "against": N_("somebody there is against us"),
    "never_reached": N_("nobody there was ever spoken to by phone"),
    "not_lately": N_("nobody there was spoken to within 30 days"),
}
WORTH: Final[Mapping[int, str]] = {
    5: N_("much sooner"),
    2: N_("sooner"),
    0: N_("makes no difference"),
    -2: N_("later"),
    -5: N_("much later"),
}
MATCH_WORDS: Final[Mapping[LanguageMatch, str]] = {
    LanguageMatch.PREFER: N_("First volunteers who speak it, then others"),
    LanguageMatch.ONLY: N_("Only volunteers who speak it"),
    LanguageMatch.OFF: N_("Any volunteer"),
}
MATCH_LINE: Final[Mapping[LanguageMatch, str]] = {
    LanguageMatch.PREFER: N_("Whoever speaks another language goes first to volunteers who speak it."),
    LanguageMatch.ONLY: N_("Whoever speaks another language waits for a volunteer who speaks it."),
    LanguageMatch.OFF: N_("Languages make no difference to who calls whom."),
}


_LIMITS: Final = ("number_day_max", "number_max", "caller_id_hour_max")


@coordinator.get("/campaigns/<uuid:campaign_id>/order")
@allow(Permission.CAMPAIGN_MANAGE)
def call_order(campaign_id: uuid.UUID) -> str:
    """The order in words, and the form."""
    found = call_policy(context(), campaign_id)
    return _page(found, _values(found))


@coordinator.post("/campaigns/<uuid:campaign_id>/order")
@allow(Permission.CAMPAIGN_MANAGE)
def save_call_order(campaign_id: uuid.UUID) -> Answer:
    """Set what the form says."""
    ctx = context()
    try:
        change_call_policy(ctx, campaign_id, _fields())
    except ValidationFailed as error:
        faults = faults_of(error, _field_at)
        found = call_policy(ctx, campaign_id)
        return _page(found, _values(found) | _sent(), faults), 422
    return go("coordinator.call_order", gettext("Saved."), campaign_id=campaign_id)


@coordinator.post("/campaigns/<uuid:campaign_id>/caller-ids")
@allow(Permission.CAMPAIGN_MANAGE)
def use_again(campaign_id: uuid.UUID) -> Answer:
    """End the rest of a number."""
    use_caller_id_again(context(), campaign_id, said("number"))
    return go("coordinator.call_order", gettext("It is used again."), campaign_id=campaign_id)


def in_words(found: PolicyView) -> list[str]:
    """Who is called next, line by line."""
    policy = found.policy
    retries = gettext("Then whoever is to be tried again, %(gaps)s.", gaps=_gaps(found))
    fresh = [_fresh(found)]
    return [
        gettext("First whoever asked to be called back, when their time has come."),
        gettext("Then whoever somebody had on their screen and let go of without a result."),
        *([*fresh, retries] if policy.fresh_first else [retries, *fresh]),
        *_limits(found),
    ]


def _fresh(found: PolicyView) -> str:
    points = sorted(found.policy.points.items(), key=lambda one: -one[1])
    sooner = [gettext(SIGN_WORDS[sign]) for sign, worth in points if worth > 0]
    later = [gettext(SIGN_WORDS[sign]) for sign, worth in points if worth < 0]
    words = gettext("Then numbers never tried, in the order in which they came onto the lists.")
    if sooner or later:
        words = gettext("Then numbers never tried.")
    if sooner:
        words += " " + gettext("Sooner where: %(signs)s.", signs="; ".join(sooner))
    if later:
        words += " " + gettext("Later where: %(signs)s.", signs="; ".join(later))
    return str(words)


def _gaps(found: PolicyView) -> str:
    usual = gettext("%(span)s after the last try", span=duration(found.retry_after_s))
    others = [
        gettext(
            "%(outcome)s: after %(span)s", outcome=lowered(gettext(DISPOSITION[name])), span=duration(gap)
        )
        for name, gap in sorted(found.policy.gaps_s.items())
    ]
    return f"{usual} ({'; '.join(others)})" if others else usual


def _outcome(name: str) -> str:
    return lowered(gettext(DISPOSITION[name]))


def _limits(found: PolicyView) -> Iterator[str]:
    policy = found.policy
    if policy.other_hours:
        yield gettext(
            "A number is tried again at another hour than it failed, when people here pick up most."
        )
    home = SPOKEN[policy.home_language]
    yield gettext("Whoever’s language we don’t know is taken to speak %(language)s.", language=home)
    yield gettext(MATCH_LINE[policy.language_match])
    tries = found.max_attempts
    yield ngettext("Each person is tried once.", "Each person is tried %(num)s times at most.", tries)
    if (most := policy.number_day_max) is not None:
        yield ngettext(
            "No number is rung more than once a day, by any campaign.",
            "No number is rung more than %(num)s times a day, by any campaign.",
            most,
        )
    if (most := policy.number_max) is not None:
        yield ngettext(
            "No number is rung more than once in this campaign, whoever lives there.",
            "No number is rung more than %(num)s times in this campaign, whoever lives there.",
            most,
        )


def _page(found: PolicyView, values: dict[str, Any], errors: Faults | None = None) -> str:
    return render_template(
        "coordinator/call_order.html",
        campaign=get_campaign(context(), found.campaign_id),
        found=found,
        lines=in_words(found),
        values=values,
        errors=errors or {},
        signs=[(sign, gettext(SIGN_WORDS[sign]), _options(values[f"points_{sign}"])) for sign in SIGNS],
        gaps=GAPS_OF,
        matches=[(match.value, gettext(words)) for match, words in MATCH_WORDS.items()],
        languages=list(SPOKEN.items()),
        advised=ADVISED_A_DAY,
        ring_back=RING_BACK,
        caller_ids=caller_ids(context(), found.campaign_id),
        hours=answer_hours(context(), found.campaign_id),
    )


def _options(worth: str) -> list[tuple[str, str]]:
    """The words for points; what a program set otherwise stays as it is."""
    options = [(str(points), gettext(words)) for points, words in WORTH.items()]
    known = worth in {points for points, _ in options}
    return options if known else [*options, (worth, gettext("%(points)s points", points=worth))]


def _values(found: PolicyView) -> dict[str, Any]:
    policy = found.policy
    gaps = {name: policy.gaps_s.get(name) for name in GAPS_OF}
    return {
        **{f"points_{sign}": str(policy.points.get(sign, 0)) for sign in SIGNS},
        **{f"gap_{name}": "" if gap is None else in_minutes(gap) for name, gap in gaps.items()},
        "number_day_max": _or_empty(policy.number_day_max),
        "number_max": _or_empty(policy.number_max),
        "caller_id_hour_max": _or_empty(policy.caller_id_hour_max),
        "fresh_first": policy.fresh_first,
        "other_hours": policy.other_hours,
        "language_match": policy.language_match.value,
        "home_language": policy.home_language,
    }


def _or_empty(value: int | None) -> str:
    return "" if value is None else str(value)


def _sent() -> dict[str, Any]:
    names = [f"points_{sign}" for sign in SIGNS] + [f"gap_{name}" for name in GAPS_OF]
    return {
        **{name: said(name) for name in (*names, *_LIMITS)},
        "fresh_first": ticked("fresh_first"),
        "other_hours": ticked("other_hours"),
        "language_match": said("language_match"),
        **({"home_language": home} if (home := said("home_language")) else {}),
    }


def _fields() -> PolicyFields:
    """What the form sets. Raises ValidationFailed with every field that can't be read."""
    unread: list[FieldError] = []
    read: dict[str, int | None] = {}
    for name in (*(f"gap_{one}" for one in GAPS_OF), *_LIMITS):
        try:
            read[name] = _read(name)
        except ValidationFailed as error:
            unread += error.errors
    match = said("language_match") or LanguageMatch.PREFER.value
    if match not in MATCH_WORDS:
        unread.append(FieldError("/language_match", gettext("Choose one of these.")))
    home = said("home_language")
    if home and home not in SPOKEN:
        unread.append(FieldError("/home_language", gettext("Choose one of these.")))
    if unread:
        raise ValidationFailed(errors=unread)
    fields = PolicyFields(
        points={sign: _points(sign) for sign in SIGNS},
        gaps_s={name: gap for name in GAPS_OF if (gap := read[f"gap_{name}"]) is not None},
        number_day_max=read["number_day_max"],
        number_max=read["number_max"],
        caller_id_hour_max=read["caller_id_hour_max"],
        fresh_first=ticked("fresh_first"),
        other_hours=ticked("other_hours"),
        language_match=LanguageMatch(match),
    )
    if home:  # a page from before it was asked for doesn't name it: it stays
        fields["home_language"] = home
    return fields


def _read(name: str) -> int | None:
    if not said(name):
        return None
    return round(number(name) * 60) if name.startswith("gap_") else whole_number(name)


def _points(sign: str) -> int:
    written = said(f"points_{sign}")
    digits = written.removeprefix("-")
    return int(written) if digits.isascii() and digits.isdigit() and len(digits) == 1 else 0


def _field_at(pointer: str) -> str:
    _, first, *rest = pointer.split("/")
    return {"points": "points_", "gaps_s": "gap_"}.get(first, first) + "".join(rest)
