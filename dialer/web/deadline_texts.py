"""The words of audiences and texts that follow from an election's timetable, in both languages at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext, lazy_gettext

from dialer.domain.deadline_audiences import Ready
from dialer.domain.sender import lacks_opt_out_route
from dialer.domain.timetable import ENGLAND, NORTHERN_IRELAND, Milestone
from dialer.services.calling.views import CampaignView
from dialer.services.gotv.deadline_audiences import Occasion, TextWords
from dialer.services.gotv.elections import ElectionView
from dialer.web.look import LANGUAGES, speaking
from dialer.web.timetable_words import WHAT, day_and_time
from dialer.web.words import clock, long_day, lowered

_ = lazy_gettext

READY_NAMES: Final[Mapping[str, str]] = {
    Ready.UNREGISTERED: _("Supporters without an elector number"),
    Ready.TO_VOTE_BY_POST: _("Supporters who vote by post and haven’t yet"),
    Ready.WAY_UNKNOWN: _("Supporters of whom we don’t know how they vote"),
    Ready.TO_VOTE_BY_PROXY: _("Supporters who vote by proxy and haven’t yet"),
    Ready.TO_VOTE_IN_PERSON: _("Supporters who vote in person and haven’t yet"),
    Ready.WITHOUT_ID: _("Supporters who vote in person, photo ID not known to be ready"),
}


def N_(words: str) -> str:  # noqa: N802 - gettext's own name for “to be translated later”
    """Mark words for the catalogue."""
    return words


_BODIES: Final[Mapping[tuple[str, str], str]] = {
    (Milestone.REGISTRATION, Ready.UNREGISTERED): N_(
        "{first_name|Hello}, to vote on %(polling_day)s you must be on the register. Register by %(when)s, it"
        " takes five minutes: %(where)s"
    ),
    (Milestone.POSTAL_APPLICATION, Ready.TO_VOTE_BY_POST): N_(
        "{first_name|Hello}, you said that you vote by post. Have you applied? It must be in by %(when)s:"
        " %(where)s"
    ),
    (Milestone.POSTAL_APPLICATION, Ready.WAY_UNKNOWN): N_(
        "{first_name|Hello}, away or busy on %(polling_day)s? Vote by post: apply by %(when)s: %(where)s"
    ),
    (Milestone.PROXY_APPLICATION, Ready.TO_VOTE_BY_PROXY): N_(
        "{first_name|Hello}, you said that somebody votes for you. Have you applied? It must be in by"
        " %(when)s: %(where)s"
    ),
    (Milestone.PROXY_APPLICATION, Ready.WAY_UNKNOWN): N_(
        "{first_name|Hello}, can't get to the polling station on %(polling_day)s? Somebody you trust can vote"
        " for you: apply by %(when)s: %(where)s"
    ),
    (Milestone.VOTER_CERTIFICATE, Ready.WITHOUT_ID): N_(
        "{first_name|Hello}, you need photo ID to vote on %(polling_day)s: passport, driving licence, bus"
        " pass. None? Get a free certificate by %(when)s: %(where)s"
    ),
    (Milestone.POSTAL_DESPATCH, Ready.TO_VOTE_BY_POST): N_(
        "{first_name|Hello}, has your postal vote come? Please fill it in and post it today. If it hasn't"
        " come, ring your council."
    ),
    (Milestone.POSTAL_LAST_POST, Ready.TO_VOTE_BY_POST): N_(
        "{first_name|Hello}, have you sent your postal vote back? Post it by %(when)s to be safe. After that,"
        " hand it in yourself %(place)s, by %(closes)s on %(polling_day)s."
    ),
    (Milestone.POLLING, Ready.TO_VOTE_BY_POST): N_(
        "{first_name|Hello}, still got your postal vote? It's too late to post it. Hand it in yourself"
        " %(place)s, today by %(closes)s."
    ),
    (Milestone.POLLING, Ready.TO_VOTE_IN_PERSON): N_(
        "{first_name|Hello}, it's polling day. Your polling station is open until %(closes)s. Every vote"
        " counts."
    ),
}
_ONLINE: Final[Mapping[str, str]] = {
    Milestone.REGISTRATION: "gov.uk/register-to-vote",
    Milestone.POSTAL_APPLICATION: "gov.uk/apply-postal-vote",
    Milestone.PROXY_APPLICATION: "gov.uk/apply-proxy-vote",
    Milestone.VOTER_CERTIFICATE: "gov.uk/apply-for-photo-id-voter-authority-certificate",
}
"""The government's own pages. Those for postal and proxy votes serve elections to the UK Parliament in Great
Britain and those in England; elsewhere voters ask their council."""


def ready_name(ready: Ready) -> str:
    """What an audience that stands ready is called, in the reader's language."""
    return str(READY_NAMES[ready])


def text_words(about: Occasion, campaign: CampaignView) -> TextWords:
    """The draft in both languages; the usual one is the campaign's own, or English."""
    bodies = {language: _body(about, campaign, language) for language in LANGUAGES}
    usual = bodies.pop(campaign.home_language, None) or bodies.pop("en")
    return TextWords(f"{_title(about)} · {ready_name(about.ready)}"[:200], usual, bodies)


def _title(about: Occasion) -> str:
    return str(WHAT[about.milestone])


def _body(about: Occasion, campaign: CampaignView, language: str) -> str:
    """The words in one language, with the way out that its sender allows."""
    election, zone = about.timetable.election, about.timetable.election.timezone
    within = lowered if language == "cy" else str  # days have small letters in Welsh, but for a beginning
    with speaking(language):
        polling_on = election.polling_on or about.due.on
        said = gettext(
            _BODIES[about.milestone, about.ready],
            polling_day=within(long_day(polling_on, zone)),
            when=within(day_and_time(about.due, zone)),
            where=_where(about.milestone, election),
            place=_place(election),
            closes=clock(election.closes_at),
        )
        way_out = gettext("Reply STOP to opt out.")
        if lacks_opt_out_route(said, campaign.senders):
            way_out = gettext("To opt out: {opt_out_url}")
    return f"{said}\n{way_out}"


def _where(milestone: Milestone, election: ElectionView) -> str:
    """Where voters apply: the government's page where it serves this election, else their council."""
    is_english = election.nation == ENGLAND or (
        election.kind == "uk_parliament" and election.nation != NORTHERN_IRELAND
    )
    serves_all = milestone in (Milestone.REGISTRATION, Milestone.VOTER_CERTIFICATE)
    if election.kind and milestone in _ONLINE and (serves_all or is_english):
        return _ONLINE[milestone]
    return str(gettext("ask your council"))


def _place(election: ElectionView) -> str:
    """Where voters hand in a postal vote that is too late for the post."""
    if election.nation == NORTHERN_IRELAND:
        return str(gettext("at the Electoral Office"))
    if election.kind:
        return str(gettext("at a polling station in your area"))
    return str(gettext("where your council takes it"))
