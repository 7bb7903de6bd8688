"""What to mind about a text before it goes to many: what is dearer, what it must say, what comes late.

A text without its imprint or without a way out, or whose last copy would land too late, isn't sent from a
page until that is mended (the API warns, contract §7): whoever writes to thousands in a hurry reads no
warnings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import url_for
from flask_babel import gettext, ngettext

from dialer.domain.bodies import USUAL, Bodies
from dialer.domain.imprint import has_imprint, is_election_material
from dialer.domain.inbound_text import says_how_to_stop
from dialer.domain.languages import SPOKEN
from dialer.domain.segments import Forced, forced_by
from dialer.domain.sender import has_opt_out_route
from dialer.services.calling.views import CampaignView
from dialer.services.messaging.views import EstimateView, NamedContact, Warned
from dialer.web.coordinator.text_wording import SHORTENER_IN_EMAIL, WARNING
from dialer.web.house import current_organisation
from dialer.web.words import figure

_SAID_ELSEWHERE: Final = frozenset({"ucs2_forced", "no_sender", "campaign_not_active"})
"""Warnings of the estimate that the page says in its own place: with the signs, or above everything."""

TOO_LATE: Final = "too_late"
_STOP: Final = frozenset({"no_imprint", "no_opt_out_words", "no_opt_out_route", TOO_LATE})
"""What stops a launch on the page."""
OF_TIME: Final = frozenset({"deadline", "deadline_near", "quiet_hours"})
"""What the estimate says of time, which is said once."""
_WAYS_OUT: Final = frozenset({"no_opt_out_route", "no_opt_out_words"})
_SIGNS_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Minding:
    """Something to mind; `straighten` where plain signs would help, `href` where something is set elsewhere.
    `people` are the first it is about.
    """

    code: str
    words: str
    straighten: bool = False
    href: str | None = None
    deed: str = ""
    people: Sequence[NamedContact] = ()
    others: int = 0

    @property
    def stops(self) -> bool:
        """Whether nothing can be sent before it is mended."""
        return self.code in _STOP


def may_stop(bodies: Bodies, campaign: CampaignView, home: str | None) -> bool:
    """Whether a text could lack its imprint or a way out in some of its words: only then need everybody be
    looked at to know.
    """
    return any(_may_stop(body, campaign, home) for _, body in bodies.each())


def _may_stop(body: str, campaign: CampaignView, home: str | None) -> bool:
    if not (says_how_to_stop(body) or has_opt_out_route(body)):
        return True
    is_material = is_election_material(campaign.election_material, home)
    if not is_material or (campaign.imprint_added and (campaign.imprint or campaign.imprint_url)):
        return False
    return not has_imprint(body, campaign.imprint, campaign.imprint_url)


def minding(
    bodies: Bodies, estimate: EstimateView, campaign: CampaignView, *, is_letters: bool = False
) -> list[Minding]:
    """What to mind about a text: signs that make it dearer, what the estimate warns of, how people stop it.
    No signs make letters dearer, and all say how to stop them.

    Where texts come from a number anybody can answer STOP, so a later text that doesn't say so is no fault.
    """
    warned = [one for one in estimate.warnings if one.code not in _SAID_ELSEWHERE]
    told = [_said_of(_minding(one, campaign, is_letters=is_letters), one.language) for one in warned]
    signs, ways_out = list[Minding](), list[Minding]()
    for language, body in () if is_letters else bodies.each():
        if forced := forced_by(body):
            signs.append(_said_of(_dearer(forced), language))
        is_warned = any((one.language or USUAL) == language and one.code in _WAYS_OUT for one in warned)
        if not (is_warned or has_opt_out_route(body) or says_how_to_stop(body)):
            ways_out.append(_said_of(Minding("no_word_to_stop", str(WARNING["no_word_to_stop"])), language))
    return sorted([*signs, *told, *ways_out], key=lambda one: not one.stops)


def _said_of(one: Minding, language: str | None) -> Minding:
    """The same, with the language of the words that it is about."""
    return replace(one, words=f"{SPOKEN[language]}: {one.words}") if language else one


def warned(one: Warned) -> str:
    """A warning of the estimate as the page says it."""
    if one.code == "deadline":
        return str(
            ngettext(
                "One person would be too late for the deadline, and get nothing.",
                "%(count)s people would be too late for the deadline, and get nothing.",
                one.count,
                count=figure(one.count),
            )
        )
    return str(WARNING.get(one.code, one.detail))


def _minding(one: Warned, campaign: CampaignView, *, is_letters: bool) -> Minding:
    match one.code:
        case "no_sender_name":
            return Minding(one.code, f"{_never_texted(one.count)} {_say_who(campaign)}")
        case "no_opt_out_words":
            return Minding(one.code, f"{_never_texted(one.count)} {WARNING['no_word_to_stop']}")
        case "no_imprint":
            return _no_imprint(campaign, is_letters=is_letters)
        case "empty_placeholder":
            return _gap(one)
        case "answer_not_asked" | "answer_not_named":
            return Minding(one.code, str(WARNING[one.code]) % {"answer": one.about})
    shortener = is_letters and one.code == "public_shortener"
    return Minding(one.code, str(SHORTENER_IN_EMAIL) if shortener else warned(one))


def _never_texted(count: int) -> str:
    words = ngettext(
        "One person here has never had a text from you.",
        "%(count)s people here have never had a text from you.",
        count,
        count=figure(count),
    )
    return str(words)


def _say_who(campaign: CampaignView) -> str:
    name = next(iter(campaign.sender_names), current_organisation().name)
    return str(gettext("Say who it is from: “%(name)s”.", name=name))


def _no_imprint(campaign: CampaignView, *, is_letters: bool) -> Minding:
    page = url_for("coordinator.edit_campaign", campaign_id=campaign.id) + "#imprint"
    words = gettext("Election texts need to say who sends them.")
    if is_letters:
        words = gettext("Election emails need to say who sends them.")
    if imprint := campaign.imprint_url or campaign.imprint:
        add = gettext("Add {imprint_url}, a link to it, or the imprint itself: %(imprint)s", imprint=imprint)
        deed = gettext("Change the campaign’s")
    else:
        add, deed = gettext("Add the imprint, or a link to it."), gettext("Set the campaign’s")
    return Minding("no_imprint", f"{words} {add}", href=page, deed=deed)


def _gap(one: Warned) -> Minding:
    words = ngettext(
        "%(placeholder)s is empty for one person. Say what stands in for it, after a bar.",
        "%(placeholder)s is empty for %(count)s people. Say what stands in for it, after a bar.",
        one.count,
        placeholder=f"{{{one.about}}}",
        count=figure(one.count),
    )
    others = one.count - len(one.contacts)
    return Minding(one.code, str(words), people=one.contacts, others=others)


def _dearer(forced: Forced) -> Minding:
    signs = " ".join([*forced.typographic, *forced.others][:_SIGNS_NAMED])
    words = gettext("%(signs)s makes every part shorter: 70 letters instead of 160.", signs=signs)
    if forced.avoidable:
        cheaper = gettext("With plain signs it costs less.")
        words = f"{words} {cheaper}"
    return Minding("ucs2_forced", words, straighten=bool(forced.typographic))
