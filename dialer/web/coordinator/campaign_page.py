"""What the page of a campaign is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request, url_for
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.dialling import DIALLED_MODES
from dialer.domain.phone import written
from dialer.domain.quiet_hours import QuietHours, is_quiet
from dialer.services.accounts.join_links import list_join_links
from dialer.services.calling.call_policy import call_policy
from dialer.services.calling.callable_people import CallablePeople, LastCount, callable_people
from dialer.services.calling.caller_ids import unanswered
from dialer.services.calling.machine_settings import machine_settings
from dialer.services.calling.penetration import ends_soon
from dialer.services.calling.queue_filling import share_filled
from dialer.services.calling.recording_settings import recording_settings
from dialer.services.calling.scripts import get_script
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.gotv.elections import get_election
from dialer.services.gotv.stats import CampaignStats, campaign_stats
from dialer.services.messaging.look_ups import looked_up_for
from dialer.services.people.lists import get_list
from dialer.services.people.registers import unfit_for_campaign
from dialer.services.people.views import ListView
from dialer.web.coordinator.before_start import what_happens
from dialer.web.coordinator.call_order import in_words
from dialer.web.coordinator.forms import everything
from dialer.web.coordinator.penetration import left_words
from dialer.web.coordinator.rehearsal import rehearsed, step_numbers
from dialer.web.coordinator.volunteers import volunteers_of
from dialer.web.coordinator.wording import DIALING_MODE
from dialer.web.guard import may_open
from dialer.web.house import current_organisation
from dialer.web.rule_words import N_
from dialer.web.words import figure

_NOT_RUNG: Final[Mapping[str, str]] = {
    "no_number": N_("No number that can be rung"),
    "dead_number": N_("Number doesn’t work"),
    "suppressed": N_("Must not be called"),
    "opted_out": N_("Don’t want to be called"),
    "deceased": N_("Has died"),
    "moved": N_("Moved away"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign in the list, with its figures."""

    campaign: CampaignView
    stats: CampaignStats


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do before the first call."""

    words: str
    icon: str
    href: str
    done: bool
    optional: bool = False
    warns: bool = False
    """Done, but for what a warning on the page says."""
    said: str = ""
    """How it stands, in words of its own."""


def card(ctx: Context, campaign: CampaignView) -> Card:
    """A campaign as the list shows it."""
    return Card(campaign, campaign_stats(ctx, campaign.id))


def page_of(ctx: Context, campaign: CampaignView) -> dict[str, Any]:
    """Everything that the page of one campaign shows."""
    stats = campaign_stats(ctx, campaign.id)
    script = get_script(ctx, campaign.script_id) if campaign.script_id else None
    lists = _lists(ctx, campaign)
    links = everything(lambda page: list_join_links(ctx, campaign.id, page))
    hours = QuietHours(campaign.quiet_start, campaign.quiet_end)
    helpers = volunteers_of(ctx, campaign.id)
    silent = silent_numbers(ctx, campaign)
    counted = _can_be_rung(ctx, campaign)
    return {
        "campaign": campaign,
        "election": get_election(ctx, campaign.election_id),
        "stats": stats,
        "dispositions": sorted(stats.dispositions.items(), key=lambda item: (-item[1], item[0])),
        "support": {int(level): count for level, count in stats.support.items()},
        "support_total": sum(stats.support.values()),
        "script": rehearsed(ctx, script) if script else None,
        "script_steps": step_numbers(script) if script else {},
        "lists": lists,
        "join_links": links,
        "volunteer_count": len(helpers),
        "tasks": _tasks(
            campaign, lists, has_helpers=bool(links or helpers), is_silent=bool(silent), rung=counted.found
        ),
        "what_happens": list(what_happens(campaign)) if campaign.state == "draft" else [],
        "count_again": "load delay:5s" if counted.under_way else "" if "counted" in request.args else "load",
        **rung_shown(counted),
        "quiet_off": campaign.quiet_start == campaign.quiet_end,
        "quiet_now": is_quiet(ctx.now, hours, (campaign.timezone,)),
        "demo": current_organisation().demo,
        "list_ends": left_words(ends_soon(ctx, campaign.id)) if campaign.state == "active" else None,
        "machines": machine_settings(ctx, campaign.id),
        "who_rings": DIALING_MODE[campaign.dialing_mode],
        "records": _records(ctx, campaign),
        "order_lines": in_words(call_policy(ctx, campaign.id)),
        "email_price": ctx.messaging.mail.price,
        "currency": ctx.messaging.currency,
        "looked_up": looked_up_for(ctx, campaign.id),
        "unfit": unfit_for_campaign(ctx, campaign.id),
        "silent": silent,
        "queue_filled": share_filled(ctx, campaign.id) if campaign.queue_filling else None,
    }


def _lists(ctx: Context, campaign: CampaignView) -> list[ListView]:
    if not ctx.actor.may(Permission.LIST_READ):
        return []
    return [get_list(ctx, list_id) for list_id in campaign.list_ids]


def silent_numbers(ctx: Context, campaign: CampaignView) -> str:
    """The numbers at which nobody answers a call back, as they are read; "" for none."""
    numbers = [] if campaign.state == "ended" else unanswered(ctx, campaign.id)
    return ", ".join(map(written, numbers))


def _records(ctx: Context, campaign: CampaignView) -> bool:
    may = ctx.actor.may(Permission.RECORDING_READ)
    return may and recording_settings(ctx, campaign.id).recording


def rung_shown(counted: LastCount) -> dict[str, Any]:
    """What `_can_be_rung.html` shows."""
    return {
        "can_be_rung": counted.found,
        "being_counted": counted.under_way,
        "why_not_rung": why_not_rung,
    }


def _can_be_rung(ctx: Context, campaign: CampaignView) -> LastCount:
    """Counted at once where the lists are short, else for whoever asks."""
    if not campaign.list_ids:
        return LastCount()
    return callable_people(ctx, campaign.id, however_many="counted" in request.args)


def _rung_words(rung: CallablePeople) -> str:
    numbers = {"count": figure(rung.can_be_called), "people": figure(rung.people)}
    return str(gettext("%(count)s of %(people)s can be rung", **numbers))


def why_not_rung(why: str) -> str:
    """Why somebody on the lists can't be rung, in words."""
    return str(gettext(_NOT_RUNG[why]))


def _tasks(
    campaign: CampaignView,
    lists: list[ListView],
    *,
    has_helpers: bool,
    is_silent: bool,
    rung: CallablePeople | None,
) -> list[Task]:
    edit = url_for("coordinator.edit_campaign", campaign_id=campaign.id)
    return [
        *_list_tasks(campaign, lists, f"{edit}#list_ids", rung),
        Task(
            gettext("Write what to say"),
            "note",
            f"{edit}#script_id",
            campaign.script_id is not None,
            optional=True,
        ),
        Task(
            gettext("Choose the number that people see"),
            "phone",
            f"{edit}#caller_ids",
            bool(campaign.caller_ids),
            optional=campaign.dialing_mode not in DIALLED_MODES,
            warns=is_silent,
        ),
        Task(gettext("Ask volunteers in"), "link", "#volunteers", has_helpers),
    ]


def _list_tasks(
    campaign: CampaignView, lists: list[ListView], choose: str, rung: CallablePeople | None
) -> Iterator[Task]:
    """Whom to call. Lists are brought in and chosen by coordinators; whoever only organises asks them."""
    if not may_open("coordinator.lists"):
        yield Task(gettext("Ask a coordinator for a list"), "people", "#lists", bool(campaign.list_ids))
        return
    has_people = any(one.contact_count for one in lists)
    yield Task(
        gettext("Bring in people to call"),
        "people",
        url_for("coordinator.lists"),
        has_people,
        warns=rung is not None and has_people and not rung.can_be_called,
        said=_rung_words(rung) if rung is not None and has_people else "",
    )
    yield Task(gettext("Choose their lists"), "list", choose, bool(campaign.list_ids))
