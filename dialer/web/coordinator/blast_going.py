"""How far a text has got, in words: a sentence, why it waits and what to do, and the figures of the tiles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from dialer.services.calling.views import CampaignView
from dialer.services.messaging.views import BlastView, ProgressView
from dialer.web.coordinator.blast_reasons import Reason, reason_of
from dialer.web.coordinator.text_wording import LEFT_OUT
from dialer.web.words import duration, figure, lowered, money, percent

_HANDED_OVER = ("sent", "delivered", "undelivered", "failed")
_REASONS_NAMED = 2


@dataclass(frozen=True, slots=True)
class Going:
    """The inside of the progress page. `done` of `aim` texts have been handed over or refused."""

    state: str
    sentence: str
    news: str
    left_words: str
    facts: list[str]
    reason: Reason | None
    done: int
    aim: int
    counts: Mapping[str, int]
    failed: int
    share_words: str
    failed_words: str
    skipped_words: str


def going(blast: BlastView, progress: ProgressView, campaign: CampaignView, now: dt.datetime) -> Going:
    """What the page shows of this moment."""
    counts = {state: progress.counts.get(state, 0) for state in ("delivered", "sent", "unknown", "skipped")}
    failed = progress.counts.get("failed", 0) + progress.counts.get("undelivered", 0)
    done = sum(progress.counts.get(state, 0) for state in _HANDED_OVER)
    aim = max(progress.total - counts["skipped"], done)
    return Going(
        state=progress.state,
        sentence=_sentence(progress, done, aim, is_planned=blast.launched_at is not None),
        news=_news(progress, done, aim),
        left_words=_time_left(progress),
        facts=_facts(progress),
        reason=reason_of(progress, campaign, now),
        done=done,
        aim=aim,
        counts=counts,
        failed=failed,
        share_words=gettext("%(share)s so far", share=percent(counts["delivered"] / done)) if done else "",
        failed_words=gettext("phone off, or no such number") if failed else "",
        skipped_words=_left_out(progress.skipped_by),
    )


def _sentence(progress: ProgressView, done: int, aim: int, *, is_planned: bool) -> str:
    so_far = {"done": figure(done), "all": figure(aim)}
    if progress.state == "scheduled":
        return str(gettext("It goes out by itself at its time."))
    if progress.state == "cancelled":
        return str(gettext("Stopped. %(done)s of %(all)s had gone out.", **so_far))
    if progress.state == "completed":
        return str(
            ngettext("Done. One text went out.", "Done. %(count)s texts went out.", done, count=figure(done))
        )
    if not is_planned or not aim:
        return str(gettext("Getting ready."))
    if progress.state == "paused":
        return str(gettext("Paused. %(done)s of %(all)s are on their way.", **so_far))
    return str(gettext("%(done)s of %(all)s are on their way.", **so_far))


def _news(progress: ProgressView, done: int, aim: int) -> str:
    """What screen readers hear: each tenth, and every change of state."""
    if progress.state != "running":
        return _sentence(progress, done, aim, is_planned=True)
    tenth = done * 10 // aim if aim else 0
    return str(gettext("%(share)s are on their way.", share=percent(tenth / 10))) if tenth else ""


def _time_left(progress: ProgressView) -> str:
    if progress.state != "running" or progress.waiting_reason or not progress.eta_s:
        return ""
    return str(gettext("About %(span)s left", span=duration(max(1.0, progress.eta_s))))


def _facts(progress: ProgressView) -> list[str]:
    facts = [gettext("%(amount)s spent", amount=money(progress.spent, progress.currency))]
    if progress.state == "running" and progress.rate_per_s:
        facts.insert(0, gettext("%(count)s a second", count=figure(round(progress.rate_per_s, 1))))
    if progress.state in ("running", "paused"):
        facts.append(
            gettext("Pausing stops within 2 seconds; texts already handed over can’t be called back.")
        )
    return [str(fact) for fact in facts]


def _left_out(skipped_by: Mapping[str, int]) -> str:
    """The reasons that count most: “58 already voted, 3 asked us to stop”."""
    most = sorted((item for item in skipped_by.items() if item[1]), key=lambda item: -item[1])
    words = (f"{figure(count)} {lowered(str(LEFT_OUT.get(reason, reason)))}" for reason, count in most)
    return ", ".join(list(words)[:_REASONS_NAMED])
