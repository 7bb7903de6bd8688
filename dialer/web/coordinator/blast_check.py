"""What a draft would do, in words: who gets it, who doesn't and why, parts, cost, time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext, ngettext

from dialer.domain.audience import Audience
from dialer.domain.phone import written
from dialer.domain.segments import UCS2
from dialer.services.calling.views import CampaignView
from dialer.services.messaging.views import BlastView, EstimateView, SpokenView
from dialer.web.coordinator import blast_mode
from dialer.web.coordinator.wording import SUPPORT, VOTING_METHOD
from dialer.web.text_wording import left_out as left_out_words
from dialer.web.words import duration, figure, moment, money, time_of_day


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many don't get it for one reason."""

    reason: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Check:
    """The right half of the composer."""

    recipients: int
    left_out: list[LeftOut]
    usual_parts: int
    parts_words: str
    letters_words: str
    cost: str
    takes: str
    start_by: str
    senders: str
    nobody_words: str
    held_out: int
    first_time: int
    spoken: Sequence[SpokenView]
    picture: PictureWays | None = None


@dataclass(frozen=True, slots=True)
class PictureWays:
    """How many get the picture itself and how many a link, with what each costs in words."""

    with_text: int
    with_text_cost: str
    by_link: int
    by_link_cost: str
    is_about: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """What must be put right before anything can go out, and the way there."""

    words: str
    href: str | None = None
    deed: str = ""


def check_of(blast: BlastView, estimate: EstimateView, campaign: CampaignView, now: dt.datetime) -> Check:
    """An estimate as the page says it."""
    left_out = list(_left_out(estimate.excluded, is_letters=blast.is_letters))
    return Check(
        recipients=estimate.recipients,
        left_out=left_out,
        usual_parts=_usual_parts(estimate.parts),
        parts_words=_parts_words(estimate.parts),
        letters_words=_alphabets(estimate),
        cost=money(estimate.cost, estimate.currency),
        takes=_takes(estimate),
        start_by=start_by(estimate, blast, campaign, now),
        senders=_from(blast.senders or campaign.senders, estimate),
        nobody_words=_nobody_words(left_out),
        held_out=estimate.held_out,
        first_time=estimate.first_time,
        spoken=estimate.spoken,
        picture=_picture(estimate),
    )


def _picture(estimate: EstimateView) -> PictureWays | None:
    if (one := estimate.picture) is None:
        return None
    costs = (money(cost, estimate.currency) for cost in (one.with_text_cost, one.by_link_cost))
    with_text_cost, by_link_cost = costs
    return PictureWays(one.with_text, with_text_cost, one.by_link, by_link_cost, one.is_about)


def _takes(estimate: EstimateView) -> str:
    if estimate.capacity is not None:
        return blast_mode.takes(estimate.capacity)
    return str(gettext("about %(span)s", span=duration(max(1.0, estimate.duration_s))))


def _from(senders: Sequence[str], estimate: EstimateView) -> str:
    return blast_mode.pool_words(estimate.capacity) if estimate.capacity is not None else _senders(senders)


def _left_out(excluded: Mapping[str, int], *, is_letters: bool) -> Iterator[LeftOut]:
    """The reasons that count, those with the same words as one."""
    by_words: dict[str, list[tuple[str, int]]] = {}
    for reason, count in excluded.items():
        if count:
            by_words.setdefault(left_out_words(reason, is_letters=is_letters), []).append((reason, count))
    for words, counted in by_words.items():
        yield LeftOut(counted[0][0], words, sum(count for _, count in counted))


def _usual_parts(parts: Mapping[int, int]) -> int:
    return max(parts, key=lambda count: (parts[count], -count), default=1)


def _parts_words(parts: Mapping[int, int]) -> str:
    """“3 parts for most, 4 for 41 people”; “One part for everybody”."""
    usual = _usual_parts(parts)
    others = [(count, people) for count, people in sorted(parts.items()) if count != usual and people]
    if not others:
        return str(ngettext("One part for everybody", "%(num)s parts for everybody", usual))
    most = str(ngettext("One part for most", "%(num)s parts for most", usual))
    return ", ".join([most, *(_parts_for(count, people) for count, people in others)])


def _parts_for(count: int, people: int) -> str:
    told = {"parts": count, "people": figure(people)}
    return str(ngettext("%(parts)s for one person", "%(parts)s for %(people)s people", people, **told))


def _alphabets(estimate: EstimateView) -> str:
    if not estimate.encodings.get(UCS2):
        return ""
    return str(gettext("%(count)s with special letters", count=figure(estimate.encodings[UCS2])))


def start_by(estimate: EstimateView, blast: BlastView, campaign: CampaignView, now: dt.datetime) -> str:
    """The last safe start, so that the last text lands before the deadline or quiet hours; empty where there
    are none.
    """
    start, has_deadline = max(now, blast.send_at or now), blast.deadline_at is not None
    last, end = estimate.last_safe_start_at, estimate.must_end_at
    return in_time(last, end, start, campaign.timezone, has_deadline=has_deadline)


def in_time(
    last: dt.datetime | None, end: dt.datetime | None, start: dt.datetime, zone: str, *, has_deadline: bool
) -> str:
    """Until when something can begin that is done before its end; or that it is too late from `start` on."""
    if last is None or end is None:
        return ""
    if last < start and has_deadline:
        return str(gettext("It’s too late for all of it to land in time."))
    if last < start:
        return str(gettext("It won’t all land today; the rest waits for the morning."))
    is_today = {at.astimezone(ZoneInfo(zone)).date() for at in (start, last, end)}
    say = time_of_day if len(is_today) == 1 else moment
    told = {"time": say(last, zone), "end": say(end, zone)}
    return str(gettext("%(time)s, so that the last one lands before %(end)s", **told))


def _senders(senders: Sequence[str]) -> str:
    if len(senders) == 1:
        return written(senders[0]) if senders[0].startswith("+") else senders[0]
    if any("@" in sender for sender in senders):
        return ", ".join(senders)
    return str(ngettext("one number", "%(num)s numbers, each person’s usual one", len(senders)))


def _nobody_words(left_out: Sequence[LeftOut]) -> str:
    most = sorted(left_out, key=lambda one: -one.count)[:3]
    return " · ".join(f"{one.words}: {figure(one.count)}" for one in most)


def who_words(blast: BlastView) -> str:
    """Who a text is for, in one line: “two lists, leaning to us, not voted yet”."""
    audience = Audience.of(blast.audience)
    said = [_where_from(blast)]
    said += [str(SUPPORT[level]).lower() for level in sorted(audience.support or ())]
    said += [str(VOTING_METHOD[method]).lower() for method in sorted(audience.voting_methods or ())]
    if audience.voted is not None:
        said.append(gettext("has voted") if audience.voted else gettext("not voted yet"))
    if audience.tags_any or audience.tags_none or audience.polling_districts or audience.not_contacted_for_s:
        said.append(gettext("and more"))
    return ", ".join(str(words) for words in said)


def _where_from(blast: BlastView) -> str:
    if not blast.list_ids:
        return str(gettext("a saved audience") if blast.audience_id else gettext("nobody yet"))
    lists = ngettext("one list", "%(num)s lists", len(blast.list_ids))
    return f"{lists}, {gettext('a saved audience')}" if blast.audience_id else str(lists)


def troubles(blast: BlastView, campaign: CampaignView) -> list[Trouble]:
    """What stands between this draft and sending it."""
    found = []
    if blast.is_letters and not blast.senders:
        found.append(Trouble(gettext("There is no address that emails can come from yet (email.from).")))
    elif not (blast.senders or campaign.senders):
        edit = url_for("coordinator.edit_campaign", campaign_id=campaign.id) + "#senders"
        words = gettext("There is no number that texts can come from yet.")
        found.append(Trouble(words, edit, gettext("Add one")))
    if campaign.state != "active":
        page = url_for("coordinator.campaign", campaign_id=campaign.id)
        words = gettext("The campaign isn’t running, so nothing can be sent.")
        found.append(Trouble(words, page, gettext("Start it")))
    if blast.needs_approval:
        words = gettext("In this campaign organisers send only approved words, as they are.")
        found.append(Trouble(words, url_for("coordinator.templates"), gettext("Take them from a template")))
    return found
