"""Whether a text made a difference: who got it beside who was held out by chance, in words and in figures."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.difference import Difference, difference
from dialer.services.calling.campaigns import get_campaign
from dialer.services.messaging.blasts import get_blast
from dialer.services.messaging.comparing import Comparison, compare
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import figure, percent


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that may have become of people, on both sides."""

    id: str
    words: str
    texted: int
    held_out: int
    texted_share: str
    held_out_share: str
    range_words: str


@coordinator.get("/blasts/<uuid:blast_id>/comparison")
@allow(Permission.BLAST_READ)
def blast_comparison(blast_id: uuid.UUID) -> str:
    """What became of both sides up to now."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    compared = compare(ctx, blast_id)
    return render_template(
        "coordinator/blast_comparison.html",
        blast=found,
        campaign=get_campaign(ctx, found.campaign_id),
        compared=compared,
        verdict=_verdict(compared),
        lines=_lines(compared),
    )


def _lines(found: Comparison) -> list[Line]:
    said = {
        "voted": gettext("Have voted, as far as we know"),
        "pledged": gettext("For us, or leaning to us"),
        "contacted": gettext("Talked to on the phone since"),
        "replied": gettext("Wrote back since"),
    }
    return [_line(found, name, str(words)) for name, words in said.items()]


def _line(found: Comparison, name: str, words: str) -> Line:
    texted, held_out = getattr(found.texted, name), getattr(found.held_out, name)
    apart = difference((texted, found.texted.people), (held_out, found.held_out.people))
    return Line(
        id=name,
        words=words,
        texted=texted,
        held_out=held_out,
        texted_share=_share(texted, found.texted.people),
        held_out_share=_share(held_out, found.held_out.people),
        range_words=_range(apart) if apart else "",
    )


def _share(count: int, of: int) -> str:
    return percent(count / of, 1) if of else ""


def _range(apart: Difference) -> str:
    told = {"low": _points(apart.low), "high": _points(apart.high)}
    return str(gettext("%(low)s to %(high)s", **told))


def _points(apart: float) -> str:
    """Points of a hundred, with their sign: “+1.5”, “−0.4”."""
    rounded = round(apart * 100, 1)
    sign = "+" if rounded > 0 else "\N{MINUS SIGN}" if rounded < 0 else ""
    return f"{sign}{figure(abs(rounded))}"


def _verdict(found: Comparison) -> str:
    """The one sentence: whether more of those who got it have voted than chance would explain."""
    sides = (found.texted.voted, found.texted.people), (found.held_out.voted, found.held_out.people)
    apart = difference(*sides)
    if apart is None:
        return str(
            gettext("There is nothing to compare yet: it takes people who got it, and people held out.")
        )
    fewer, more = (figure(abs(round(bound * 100, 1))) for bound in (apart.low, apart.high))
    if apart.low > 0:
        words = gettext(
            "More of those who got it have voted: of 100 people between %(low)s and %(high)s.",
            low=fewer,
            high=more,
        )
    elif apart.high < 0:
        words = gettext(
            "Fewer of those who got it have voted: of 100 people between %(low)s and %(high)s.",
            low=more,
            high=fewer,
        )
    else:
        words = gettext(
            "It can’t be told from chance whether it made a difference to who voted: of 100 people it may be"
            " %(fewer)s fewer or %(more)s more.",
            fewer=fewer,
            more=more,
        )
    return str(words)
