"""Who opened a short link: a person, or one of the machines that look at every link before people do.

Phones fetch a preview as a text arrives, networks and filters look where it leads, browsers fetch ahead. None
of them is a click. They are told apart by what they say of themselves, by this table, first match wins; what
they did is counted by kind. What sends all that a
person's phone sends can't be told from one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PERSON: Final = "person"
PREVIEW: Final = "preview"
PREFETCH: Final = "prefetch"
ROBOT: Final = "robot"
SCAN: Final = "scan"
MACHINES: Final = (PREVIEW, PREFETCH, ROBOT, SCAN)
VISITORS: Final = (PERSON, *MACHINES)

SOON_S: Final = 20.0
"""Seconds from handing a text to the carrier within which filters look at its links, and hardly anybody who
reads on a desktop has got to them.
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a short link: its method and headers, "" where one is missing. `after_s` is how many
    seconds ago the text was handed to the carrier; None where that isn't known.
    """

    method: str = "GET"
    agent: str = ""
    language: str = ""
    purpose: str = ""
    mode: str = ""
    dest: str = ""
    user: str = ""
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: by which name, what such a visitor is, why, and whether a visit is one."""

    name: str
    visitor: str
    why: str
    holds: Callable[[Visit], bool]


_AHEAD: Final = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_PREVIEW_AGENT: Final = re.compile(
    r"facebookexternalhit|facebot|meta-externalfetcher|whatsapp|telegrambot|twitterbot|slackbot|slack-imgproxy"
    r"|discordbot|linkedinbot|skypeuripreview|google-pagerenderer|googlemessages|microsoftpreview|bingpreview"
    r"|yahoo link preview|snap url preview|redditbot|pinterestbot|iframely|embedly|kakaotalk-scrap|linespider"
    r"|mastodon/|applebot|link ?preview",
    re.IGNORECASE,
)
"""iMessage looks as `facebookexternalhit … Facebot Twitterbot`; Google Messages' previews come from Google's
page renderer.
"""
_ROBOT_AGENT: Final = re.compile(
    r"(?<!cu)bot\b|(?<!cu)bot[/_-]|crawl|spider|slurp|scanner|headless|phantomjs|selenium|puppeteer|playwright"
    r"|\bcurl|wget|python|\bjava/|okhttp|go-http-client|axios|node-fetch|undici|libwww|httpclient|http_request"
    r"|ruby|\bperl|\bphp|postman|lighthouse|pingdom|uptime|proofpoint|mimecast|barracuda|safelinks|urlscan"
    r"|virustotal|zscaler|censysinspect|paloalto|palo alto|trendmicro|symantec|googleother|google-read-aloud",
    re.IGNORECASE,
)
"""Cubot makes phones."""
_HAND_HELD: Final = re.compile(r"mobile|android|iphone|ipad|tablet|kaios|opera mini|nokia", re.IGNORECASE)

RULES: Final = (
    Rule("no_get", PREVIEW, "asks for the heading only", lambda visit: visit.method != "GET"),
    Rule("ahead", PREFETCH, "fetches ahead", lambda visit: bool(_AHEAD.search(visit.purpose))),
    Rule("preview_agent", PREVIEW, "previews", lambda visit: bool(_PREVIEW_AGENT.search(visit.agent))),
    Rule("robot_agent", ROBOT, "names itself", lambda visit: bool(_ROBOT_AGENT.search(visit.agent))),
    Rule("no_agent", ROBOT, "doesn’t say what it is", lambda visit: not visit.agent.strip()),
    Rule(
        "no_language",
        ROBOT,
        "asks for no language, as every browser does",
        lambda visit: not visit.language.strip(),
    ),
    Rule(
        "no_page",
        ROBOT,
        "wants something for another page, and no page to show",
        lambda visit: visit.mode not in ("", "navigate") or visit.dest not in ("", "document"),
    ),
    Rule(
        "soon",
        SCAN,
        f"is no phone, and there within {SOON_S:g} seconds of the sending without a press (Sec-Fetch-User)",
        lambda visit: (
            visit.after_s is not None
            and visit.after_s < SOON_S
            and visit.user != "?1"
            and not _HAND_HELD.search(visit.agent)
        ),
    ),
)


def visitor_of(visit: Visit) -> str:
    """Who a visit is by."""
    return next((rule.visitor for rule in RULES if rule.holds(visit)), PERSON)
