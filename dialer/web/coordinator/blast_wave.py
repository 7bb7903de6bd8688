"""The first wave of a text to many: the choice before it is sent, and what the page says once it has gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from flask_babel import gettext, ngettext

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.first_wave import ASKED_OVER, MOST, USUAL, Wanted, WaveState
from dialer.domain.texting import EMAIL
from dialer.services.calling.views import CampaignView
from dialer.services.messaging.views import BlastView
from dialer.services.messaging.wave_views import WaveFigures, WaveProgressView
from dialer.web.coordinator.blast_check import in_time
from dialer.web.coordinator.forms import said
from dialer.web.coordinator.sender_health import code_words
from dialer.web.text_wording import INBOUND_CLASS
from dialer.web.words import duration, figure, moment

FIELD_AT: Final = {
    "/first_wave": "first_wave",
    "/first_wave/size": "first_wave_size",
    "/first_wave/goes_on_after_s": "first_wave_goes_on",
}
_GOES_ON_AFTER_S: Final = (900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Wave:
    """What the progress page says of a first wave that the rest still waits for."""

    state: str
    sentence: str
    lines: list[tuple[str, int, str]]
    """What came back: in words, how often, and by which name it is found."""
    quiet_words: str
    """That nobody has answered yet."""
    then_words: str
    """What comes next, and when."""
    go_on_by: str
    go_on_words: str
    """What the button says that lets the rest follow; empty while there is nothing to let."""


def choices_of(recipients: int) -> Mapping[str, Any]:
    """What the composer shows of it: what was sent with a form, else a wave where it goes to many."""
    is_sent = request.method == "POST" and "first_wave_size" in request.form
    wave = {
        "is_on": said("first_wave") == "yes" if is_sent else recipients > ASKED_OVER,
        "size": said("first_wave_size") if is_sent else str(USUAL),
        "goes_on": said("first_wave_goes_on"),
    }
    after = [
        (
            str(seconds),
            gettext(
                "It goes on after %(span)s, if at most one in ten failed or said no", span=duration(seconds)
            ),
        )
        for seconds in _GOES_ON_AFTER_S
    ]
    return {"wave": wave, "wave_choices": [("", gettext("It waits until I say so")), *after]}


def wave_said() -> Wanted | None:
    """The wave that the form asks for; None without one. ValidationFailed where it says no such number."""
    if said("first_wave") != "yes":
        return None
    written, after = said("first_wave_size"), said("first_wave_goes_on")
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= MOST):
        words = gettext("Write how many first: 1 to %(most)s.", most=figure(MOST))
        raise ValidationFailed(errors=[FieldError("/first_wave/size", words)])
    seconds = int(after) if after in {str(each) for each in _GOES_ON_AFTER_S} else None
    return Wanted(int(written), seconds)


def wave_shown(
    blast: BlastView, found: WaveProgressView | None, campaign: CampaignView, now: dt.datetime
) -> Wave | None:
    """What the page says of a first wave; None where there is none, or nothing waits for it any more."""
    if found is None or found.has_passed or blast.state not in ("scheduled", "running", "paused"):
        return None
    is_held = found.is_held and blast.state == "paused"
    lines = list(_lines(found.figures, blast.channel)) if found.figures.went else []
    return Wave(
        state=found.wave.state,
        sentence=_held_words(found.figures) if is_held else _going_words(blast, found),
        lines=lines,
        quiet_words=gettext("Nobody has answered yet.") if is_held and not _answers(found.figures) else "",
        then_words=_then_words(found, campaign) if is_held else "",
        go_on_by=in_time(
            found.last_safe_start_at,
            found.must_end_at,
            now,
            campaign.timezone,
            has_deadline=blast.deadline_at is not None,
        ),
        go_on_words=_go_on_words(found.left) if is_held else "",
    )


def _going_words(blast: BlastView, found: WaveProgressView) -> str:
    size, after = figure(found.wave.size), found.wave.goes_on_after_s
    if after is None:
        then = gettext("Then it waits for you.")
    else:
        then = gettext("Then it waits %(span)s, and goes on if all is well.", span=duration(after))
    if found.wave.state is WaveState.DRAWING and blast.state == "running":
        first = gettext("First wave of %(count)s: they are being drawn by lot from everybody.", count=size)
    else:
        first = gettext("First wave of %(count)s, drawn by lot from everybody.", count=size)
    return f"{first} {then}"


def _held_words(figures: WaveFigures) -> str:
    went = figures.went
    return str(
        ngettext(
            "It went to %(count)s person: %(outcomes)s.",
            "It went to %(count)s people: %(outcomes)s.",
            went,
            count=figure(went),
            outcomes=", ".join(_outcomes(figures.counts)),
        )
    )


def _outcomes(counts: Mapping[str, int]) -> Iterator[str]:
    """By what is known of them, without what is none."""
    failed = counts.get("failed", 0) + counts.get("undelivered", 0)
    if delivered := counts.get("delivered", 0):
        yield str(gettext("%(count)s delivered", count=figure(delivered)))
    if sent := counts.get("sent", 0):
        yield str(gettext("%(count)s without word yet", count=figure(sent)))
    if unknown := counts.get("unknown", 0):
        yield str(gettext("%(count)s being checked", count=figure(unknown)))
    if failed:
        yield str(gettext("%(count)s failed", count=figure(failed)))


def _lines(figures: WaveFigures, channel: str) -> Iterator[tuple[str, int, str]]:
    """Why some failed, and what people answered."""
    for code, count in figures.codes.items():
        yield code_words(code, is_letters=channel == EMAIL), count, f"failed-{code}"
    if figures.opt_outs:
        yield str(INBOUND_CLASS["opt_out"]), figures.opt_outs, "opt_out"
    for name in ("review", "opt_in", "other"):
        if count := figures.replies.get(name, 0):
            yield str(INBOUND_CLASS[name]), count, name


def _answers(figures: WaveFigures) -> int:
    return figures.opt_outs + sum(figures.replies.values())


def _then_words(found: WaveProgressView, campaign: CampaignView) -> str:
    if found.goes_on_at is not None:
        when = moment(found.goes_on_at, campaign.timezone)
        if found.awaits_delivery:
            return str(
                gettext(
                    "It goes on by itself: %(when)s, and not before at least half are known to have arrived.",
                    when=when,
                )
            )
        return str(gettext("It goes on by itself: %(when)s.", when=when))
    if found.stays:
        words = gettext("It doesn’t go on by itself: more than one in ten failed, are in doubt or said no.")
        return str(words)
    return ""


def _go_on_words(left: int) -> str:
    return str(ngettext("Send to the other one", "Send to the other %(count)s", left, count=figure(left)))
