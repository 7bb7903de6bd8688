"""How far a text has got, in words: a sentence, why it waits and what to do, and the figures of the tiles."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from dialer.domain.blast import ALL_PAUSED
from dialer.domain.deadline import last_moment
from dialer.domain.message import LETTER_LOST_AFTER
from dialer.services.calling.views import CampaignView
from dialer.services.messaging.views import BlastView, ProgressView
from dialer.web.coordinator.blast_bounces import bounced_words, not_given_up_words
from dialer.web.coordinator.blast_reason import Reason
from dialer.web.coordinator.blast_reasons import reason_of
from dialer.web.text_wording import left_out
from dialer.web.words import duration, figure, lowered, money, percent, time_of_day

_TAKEN = ("sent", "delivered", "undelivered")


@dataclass(frozen=True, slots=True)
class Going:
    """The inside of the progress page. The carrier took `done` of `aim` texts, and has answered `handled`."""

    state: str
    shown: str
    """The state that its tag names: `paused` while everything is."""
    sentence: str
    sentence_words: str
    """The sentence with {} for how many are on their way, so that it moves with them; empty without it."""
    news: str
    left_words: str
    facts: list[str]
    reason: Reason | None
    done: int
    handled: int
    aim: int
    counts: Mapping[str, int]
    failed: int
    share_words: str
    failed_words: str
    skipped_words: str
    review_words: str
    held_out: int
    late_words: str
    """How many were, or would be, too late for its deadline."""
    put_off_words: str = ""
    """Of how many emails a server said that it tries on."""
    bounced_words: tuple[str, ...] = ()
    not_given_up_words: str = ""
    hung_words: str = ""
    """How many emails are on the wire for so long that whoever sends them may be gone."""


def going(blast: BlastView, progress: ProgressView, campaign: CampaignView, now: dt.datetime) -> Going:
    """What the page shows of this moment."""
    counts = {state: progress.counts.get(state, 0) for state in ("delivered", "sent", "unknown", "skipped")}
    failed = progress.counts.get("failed", 0) + progress.counts.get("undelivered", 0)
    done, refused = progress.accepted, _refused(progress)
    is_planned = blast.launched_at is not None
    aim = max(progress.total - counts["skipped"] - progress.in_review, done + refused)
    return Going(
        state=progress.state,
        shown="paused" if progress.waiting_reason in ALL_PAUSED else progress.state,
        sentence=_done_words(blast, done, counts["unknown"], refused, failed - refused)
        if progress.state == "completed"
        else _sentence(progress, done, aim, is_planned=is_planned),
        sentence_words=_so_far(progress, "{}", aim, is_planned=is_planned),
        news=_news(progress, done, aim),
        left_words=_time_left(progress),
        facts=_facts(progress, is_letters=blast.is_letters),
        reason=reason_of(progress, campaign, now, is_letters=blast.is_letters),
        done=done,
        handled=done + refused,
        aim=aim,
        counts=counts,
        failed=failed,
        share_words=_share_words(blast, counts["delivered"], done),
        failed_words=(_bounced_words if blast.is_letters else _failed_words)(failed, refused),
        skipped_words=_left_out(progress.skipped_by, is_letters=blast.is_letters),
        review_words=_review_words(progress),
        held_out=progress.skipped_by.get("held_out", 0),
        late_words=_late_words(blast, progress, now),
        put_off_words=_put_off_words(progress.put_off),
        bounced_words=bounced_words(progress.bounced),
        not_given_up_words=not_given_up_words(progress.not_given_up),
        hung_words=_hung_words(progress, campaign.timezone),
    )


def _share_words(blast: BlastView, delivered: int, done: int) -> str:
    """What share of texts networks have delivered; few mail servers ever say so of an email."""
    if not done:
        return ""
    if blast.is_letters:
        return str(gettext("as far as servers say so; most never do"))
    return str(gettext("%(share)s so far", share=percent(delivered / done)))


def _put_off_words(count: int) -> str:
    if not count:
        return ""
    return str(
        ngettext(
            "Of one its server said that it comes later, such as while the mailbox is full.",
            "Of %(count)s their servers said that they come later, such as while the mailbox is full.",
            count,
            count=figure(count),
        )
    )


def _late_words(blast: BlastView, progress: ProgressView, now: dt.datetime) -> str:
    """How many were too late, skipped by us or dropped by the carrier; else how many would be."""
    late = progress.skipped_by.get("deadline", 0) + progress.expired
    if late:
        return str(ngettext("One was too late.", "%(count)s were too late.", late, count=figure(late)))
    would_be = _would_be_late(blast, progress, now)
    if not would_be:
        return ""
    return str(
        ngettext(
            "At this rate one would be too late for the deadline.",
            "At this rate %(count)s would be too late for the deadline.",
            would_be,
            count=figure(would_be),
        )
    )


def _would_be_late(blast: BlastView, progress: ProgressView, now: dt.datetime) -> int:
    if blast.deadline_at is None or progress.state != "running" or not progress.eta_s:
        return 0
    left_s = max(0.0, (last_moment(blast.deadline_at) - now).total_seconds())
    waiting = progress.counts.get("queued", 0)
    return max(0, waiting - int(waiting * left_s / progress.eta_s))


def _review_words(progress: ProgressView) -> str:
    """How many more may get it once somebody has read what they wrote; no estimate counted them."""
    if not progress.in_review or progress.state not in ("running", "paused"):
        return ""
    return str(
        ngettext(
            "One waits for your answer in the inbox",
            "%(count)s wait for your answer in the inbox",
            progress.in_review,
            count=figure(progress.in_review),
        )
    )


def _refused(progress: ProgressView) -> int:
    """How many the carrier never took: of those that failed, all but the ones it had accepted."""
    taken = sum(progress.counts.get(state, 0) for state in _TAKEN)
    return max(0, progress.counts.get("failed", 0) - (progress.accepted - taken))


def _failed_words(failed: int, refused: int) -> str:
    """Why texts failed: never taken by the carrier, or not landed on the phone."""
    if not failed:
        return ""
    if not refused:
        return str(gettext("phone off, or no such number"))
    if refused == failed:
        return str(gettext("refused by the carrier"))
    words = gettext("%(count)s refused by the carrier, the others: phone off", count=figure(refused))
    return str(words)


def _bounced_words(failed: int, refused: int) -> str:
    """Why emails failed: never taken by the mail server, or sent back by the one of its reader."""
    if not failed:
        return ""
    if not refused:
        return str(gettext("came back; why stands above"))
    if refused == failed:
        return str(gettext("refused by the mail server"))
    words = gettext("%(count)s refused by the mail server, the others came back", count=figure(refused))
    return str(words)


def _hung_words(progress: ProgressView, zone: str) -> str:
    if not progress.hung or progress.hung_since is None:
        return ""
    since = progress.hung_since
    told = {"since": time_of_day(since, zone), "until": time_of_day(since + LETTER_LOST_AFTER, zone)}
    return str(
        ngettext(
            "%(count)s has been on the wire since %(since)s: what sent it was stopped, or the mail server is"
            " slow. From about %(until)s on it counts as unknown, unless word of it comes.",
            "%(count)s have been on the wire, the first since %(since)s: what sent them was stopped, or the"
            " mail server is slow. From about %(until)s on they count as unknown, unless word of them comes.",
            progress.hung,
            count=figure(progress.hung),
            **told,
        )
    )


def _done_words(blast: BlastView, done: int, unknown: int, refused: int, came_back: int) -> str:
    """What is known to have gone, and beside it what isn't, and what failed."""
    return " ".join(
        words for words in (_gone_words(blast, done), *_beside(unknown, refused, came_back)) if words
    )


def _beside(unknown: int, refused: int, came_back: int) -> Iterator[str]:
    if came_back:
        yield str(
            ngettext(
                "One of them didn’t arrive.",
                "%(count)s of them didn’t arrive.",
                came_back,
                count=figure(came_back),
            )
        )
    if refused:
        yield str(
            ngettext(
                "One more was refused.",
                "%(count)s more were refused.",
                refused,
                count=figure(refused),
            )
        )
    if unknown:
        yield str(
            ngettext(
                "Of one more nobody knows whether it went.",
                "Of %(count)s more nobody knows whether they went.",
                unknown,
                count=figure(unknown),
            )
        )


def _gone_words(blast: BlastView, done: int) -> str:
    if blast.is_letters:
        words = ngettext(
            "Done. One email went out.", "Done. %(count)s emails went out.", done, count=figure(done)
        )
    else:
        words = ngettext(
            "Done. One text went out.", "Done. %(count)s texts went out.", done, count=figure(done)
        )
    return str(words)


def _sentence(progress: ProgressView, done: int, aim: int, *, is_planned: bool) -> str:
    if progress.state == "scheduled":
        return str(gettext("It goes out by itself at its time."))
    if so_far := _so_far(progress, figure(done), aim, is_planned=is_planned):
        return so_far
    return str(
        gettext("Paused before any of it went out.") if _is_paused(progress) else gettext("Getting ready.")
    )


def _so_far(progress: ProgressView, done: str, aim: int, *, is_planned: bool) -> str:
    """How many of how many, where that is what there is to say; `done` is written as it shall stand there."""
    so_far = {"done": done, "all": figure(aim)}
    if progress.state == "cancelled":
        return str(gettext("Stopped. %(done)s of %(all)s had gone out.", **so_far))
    if progress.state in ("scheduled", "completed") or not is_planned or not aim:
        return ""
    if _is_paused(progress):
        return str(gettext("Paused. %(done)s of %(all)s are on their way.", **so_far))
    return str(gettext("%(done)s of %(all)s are on their way.", **so_far))


def _is_paused(progress: ProgressView) -> bool:
    return progress.state == "paused" or progress.waiting_reason in ALL_PAUSED


def _news(progress: ProgressView, done: int, aim: int) -> str:
    """What screen readers hear: each tenth, and every change of state."""
    if progress.state != "running" or progress.waiting_reason:
        return _sentence(progress, done, aim, is_planned=True)
    tenth = done * 10 // aim if aim else 0
    return str(gettext("%(share)s are on their way.", share=percent(tenth / 10))) if tenth else ""


def _time_left(progress: ProgressView) -> str:
    if progress.state != "running" or progress.waiting_reason or not progress.eta_s:
        return ""
    return str(gettext("About %(span)s left", span=duration(max(1.0, progress.eta_s))))


def _facts(progress: ProgressView, *, is_letters: bool) -> list[str]:
    facts = [gettext("%(amount)s spent", amount=money(progress.spent, progress.currency))]
    if progress.state == "running" and progress.rate_per_s and not progress.waiting_reason:
        facts.insert(0, gettext("%(count)s a second", count=figure(round(progress.rate_per_s, 1))))
    if progress.state in ("running", "paused"):
        facts.append(
            gettext("Pausing stops within 2 seconds; emails already handed over can’t be called back.")
            if is_letters
            else gettext("Pausing stops within 2 seconds; texts already handed over can’t be called back.")
        )
    return [str(fact) for fact in facts]


def _left_out(skipped_by: Mapping[str, int], *, is_letters: bool) -> str:
    """All reasons, those that count most first, so that they add up: “58 already voted, 3 no mobile”."""
    by_words: Counter[str] = Counter()
    for reason, count in skipped_by.items():
        by_words[lowered(left_out(reason, is_letters=is_letters))] += count
    return ", ".join(f"{figure(count)} {words}" for words, count in by_words.most_common() if count)
