"""The form of a text to many: what it shows, and what of it becomes the blast's fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.audience import Audience
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.picture_message import AS_LINK, AS_PICTURE
from dialer.domain.pledge import SUPPORTS
from dialer.domain.quiet_hours import USUAL_ZONE
from dialer.domain.wall_time import NoSuchTimeError, comes_twice, is_second, moment_of
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields
from dialer.services.messaging.pictures import list_pictures
from dialer.services.messaging.views import BlastView
from dialer.services.people.audiences import list_audiences
from dialer.services.people.lists import list_lists
from dialer.web.coordinator import blast_asks, blast_bodies, blast_letters, blast_mode, blast_wave
from dialer.web.coordinator.forms import (
    asked,
    choices,
    chosen_id,
    chosen_ids,
    everything,
    number,
    our_numbers,
    said,
)
from dialer.web.coordinator.wording import SUPPORT, VOTING_METHOD

FIELD_AT: Final = {
    "/campaign_id": "campaign_id",
    "/name": "name",
    "/body": "body",
    **blast_bodies.FIELD_AT,
    **blast_mode.FIELD_AT,
    **blast_asks.FIELD_AT,
    **blast_letters.FIELD_AT,
    **blast_wave.FIELD_AT,
    "/list_ids": "list_ids",
    "/audience_id": "audience_id",
    "/template_id": "template_id",
    "/picture_id": "picture_id",
    "/picture_by": "picture_by",
    "/senders": "senders",
    "/send_at": "send_at",
    "/deadline_at": "deadline_at",
    "/audience/support": "support",
    "/audience/voted": "voted",
    "/audience/voting_methods": "voting_methods",
    "/audience/tags_any": "tags_any",
    "/audience/tags_none": "tags_none",
    "/audience/polling_districts": "polling_districts",
    "/audience/not_contacted_for_s": "not_contacted_hours",
    "/not_contacted_hours": "not_contacted_hours",
}
_WORDS: Final = ("tags_any", "tags_none", "polling_districts")
_SENT: Final = (
    "campaign_id",
    "audience_id",
    "template_id",
    "picture_id",
    "picture_by",
    "name",
    "body",
    "voted",
    *_WORDS,
    "not_contacted_hours",
    "senders",
    "send_at",
    "deadline_at",
)
_TICKED: Final = ("list_ids", "support", "voting_methods")
_NOT_VOTED, _HAS_VOTED = "no", "yes"
_LEVELS: Final = frozenset(str(level) for level in SUPPORTS)
_HOUR_S: Final = 3600


def empty_values(campaign: CampaignView | None) -> dict[str, Any]:
    """What the form of a new text shows at first: the campaign's own lists, and in campaigns that get out
    the vote nobody who has voted.
    """
    return {
        **dict.fromkeys(_SENT, ""),
        **blast_bodies.values_of({}),
        **blast_mode.values_of(),
        **blast_asks.values_of(),
        **blast_letters.values_of(),
        "template_id": "",
        "picture_id": "",
        "picture_by": AS_PICTURE,
        "campaign_id": str(campaign.id) if campaign else asked("campaign_id"),
        "list_ids": [str(list_id) for list_id in campaign.list_ids] if campaign else [],
        "support": [],
        "voting_methods": [],
        "voted": _NOT_VOTED if campaign and campaign.kind == "gotv" else "",
    }


def values_of(blast: BlastView, zone: str) -> dict[str, Any]:
    """What the form shows of a draft."""
    audience = Audience.of(blast.audience)
    silence = audience.not_contacted_for_s
    return {
        "campaign_id": str(blast.campaign_id),
        "name": blast.name,
        "body": blast.body,
        "template_id": str(blast.template_id or ""),
        "picture_id": str(blast.picture_id or ""),
        "picture_by": blast.picture_by,
        **blast_bodies.values_of(blast.bodies),
        **blast_mode.values_of(blast),
        **blast_asks.values_of(blast),
        **blast_letters.values_of(blast),
        "list_ids": [str(list_id) for list_id in blast.list_ids],
        "audience_id": str(blast.audience_id or ""),
        "support": [str(level) for level in audience.support or ()],
        "voting_methods": list(audience.voting_methods or ()),
        "voted": "" if audience.voted is None else _HAS_VOTED if audience.voted else _NOT_VOTED,
        "tags_any": ", ".join(sorted(audience.tags_any or ())),
        "tags_none": ", ".join(sorted(audience.tags_none)),
        "polling_districts": ", ".join(sorted(audience.polling_districts or ())),
        "not_contacted_hours": "" if silence is None else f"{silence / _HOUR_S:g}",
        "senders": ", ".join(blast.senders),
        "send_at": wall_of(blast.send_at, zone),
        "deadline_at": wall_of(blast.deadline_at, zone),
    }


def values_like(blast: BlastView) -> dict[str, Any]:
    """What the form shows of a new text like an old one: all but its times and senders, which were of that
    day.
    """
    name = gettext("%(name)s, again", name=blast.name)
    values = values_of(blast, USUAL_ZONE)
    return {**values, "name": name[:200], "send_at": "", "deadline_at": "", "senders": ""}


def sent_values() -> dict[str, Any]:
    """What the form shows again after a refusal: everything as it was typed."""
    ticked = {name: request.form.getlist(name) for name in _TICKED}
    return {
        **{name: said(name) for name in _SENT},
        **ticked,
        **blast_bodies.sent_values(),
        **blast_mode.sent_values(),
        **blast_asks.sent_values(),
        **blast_letters.sent_values(),
    }


def blast_fields(zone: str, known: BlastView | None = None) -> BlastFields:
    """What the form sets. Raises ValidationFailed with every field that can't be read.

    A time that reads as the one that is `known` is that one, to the second.
    """
    faults: list[FieldError] = []
    fields = BlastFields(
        name=said("name"),
        body=blast_bodies.words_said("body"),
        template_id=chosen_id("template_id"),
        picture_id=chosen_id("picture_id"),
        picture_by=said("picture_by") or AS_PICTURE,
        bodies=blast_bodies.bodies_said(faults),
        list_ids=chosen_ids("list_ids"),
        audience=_audience(faults),
        audience_id=chosen_id("audience_id"),
        senders=our_numbers("senders"),
        send_at=moment_said("send_at", zone, faults, known.send_at if known else None),
        deadline_at=moment_said("deadline_at", zone, faults, known.deadline_at if known else None),
        **blast_mode.mode_said(faults),
        **blast_asks.asks_said(),
        **blast_letters.letters_said(),
    )
    if faults:
        raise ValidationFailed(errors=faults)
    return fields


def is_same(blast: BlastView, fields: BlastFields) -> bool:
    """Whether these fields would leave the draft as it is."""
    return (
        fields["name"] == blast.name
        and fields["body"] == blast.body
        and fields["bodies"] == dict(blast.bodies)
        and fields["picture_id"] == blast.picture_id
        and fields["picture_by"] == blast.picture_by
        and set(fields["list_ids"]) == set(blast.list_ids)
        and fields["audience_id"] == blast.audience_id
        and Audience.of(fields["audience"]).as_json() == dict(blast.audience)
        and list(fields["senders"]) == list(blast.senders)
        and fields["send_at"] == blast.send_at
        and fields["deadline_at"] == blast.deadline_at
        and blast_mode.is_same(blast, fields)
        and blast_asks.is_same(blast, fields)
        and blast_letters.is_same(blast, fields)
    )


def _audience(faults: list[FieldError]) -> dict[str, Any]:
    """Only what was asked for narrows the audience; about the vote the form always says which it is."""
    audience: dict[str, Any] = {name: words for name in _WORDS if (words := _several(name))}
    if levels := [level for level in request.form.getlist("support") if level in _LEVELS]:
        audience["support"] = [int(level) for level in levels]
    if methods := request.form.getlist("voting_methods"):
        audience["voting_methods"] = methods
    audience["voted"] = {_NOT_VOTED: False, _HAS_VOTED: True}.get(said("voted"))
    if said("not_contacted_hours"):
        try:
            audience["not_contacted_for_s"] = round(number("not_contacted_hours") * _HOUR_S)
        except ValidationFailed as error:
            faults += error.errors
    return audience


def _several(name: str) -> list[str]:
    return list(dict.fromkeys(word for piece in said(name).split(",") if (word := piece.strip())))


def wall_of(moment: dt.datetime | None, zone: str) -> str:
    """A moment as a field of the form shows it: on the clocks of the zone, to the minute."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if moment else ""


def moment_said(
    name: str, zone: str, faults: list[FieldError], known: dt.datetime | None
) -> dt.datetime | None:
    """The moment that a field names by the clocks of a zone; None where it is empty or can't be one."""
    if not said(name):
        return None
    try:
        wall = dt.datetime.fromisoformat(said(name)).replace(tzinfo=None)
        if known is not None and wall_of(known, zone) == f"{wall:%Y-%m-%dT%H:%M}":
            return known
        return moment_of(wall, zone)
    except NoSuchTimeError:
        words = gettext("The clocks go forward that night and jump over this time. Take one an hour later.")
    except (ValueError, OverflowError):  # no moment, or one before or after all calendars
        words = gettext("Write this as a day and a time, such as 2026-05-07 18:30.")
    faults.append(FieldError(f"/{name}", words))
    return None


def note_of(moment: dt.datetime | None, zone: str) -> str:
    """What must be said of a time that clocks show twice; empty of any other."""
    if moment is None or not comes_twice(moment, zone):
        return ""
    if is_second(moment, zone):
        return str(gettext("The clocks go back that night and show this time twice. The second is meant."))
    return str(gettext("The clocks go back that night and show this time twice. The first is meant."))


def choices_of(ctx: Context) -> Mapping[str, Any]:
    """The options of the form's fields. Who may not see lists keeps those that are set."""
    may_see_lists = ctx.actor.may(Permission.LIST_READ)
    may_choose = ctx.actor.may(Permission.AUDIENCE_READ)
    audiences = everything(lambda page: list_audiences(ctx, page)) if may_choose else []
    return {
        **blast_mode.choices_of(),
        "may_choose_audience": may_choose,
        "picture_choices": choices(everything(lambda page: list_pictures(ctx, page)), gettext("None")),
        "audience_choices": [("", gettext("Everybody on these lists")), *choices(audiences)],
        "picture_ways": [
            (AS_PICTURE, gettext("With the text, where networks take pictures")),
            (AS_LINK, gettext("By a link, everywhere")),
        ],
        "may_see_lists": may_see_lists,
        "all_lists": everything(lambda page: list_lists(ctx, page)) if may_see_lists else [],
        "support_choices": [(level, f"{level} · {words}") for level, words in SUPPORT.items() if level],
        "method_choices": list(VOTING_METHOD.items()),
        "voted_choices": [
            ("", gettext("It doesn’t matter")),
            (_NOT_VOTED, gettext("Not voted yet, as far as we know")),
            (_HAS_VOTED, gettext("Has voted")),
        ],
    }
