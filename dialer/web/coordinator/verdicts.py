"""The live board's answers in words: one sentence each, said as it is seen."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext, ngettext

from dialer.domain.live_board import Finish, Lawful, Need, Sign, Working
from dialer.services.calling.live_board import LiveBoard
from dialer.web.words import duration, figure, percent, time_of_day


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence, and whether it is good news (no tone), a warning or bad."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The four answers."""

    lawful: Verdict
    working: Verdict
    finish: Verdict
    help: Verdict


def verdicts(board: LiveBoard, tried: int, *, registers_fit: bool = True, silent: str = "") -> Verdicts:
    """Answer the four questions; `tried` are all calls so far, `registers_fit` where TPS and CTPS are in
    date, or aren't needed; `silent` are the numbers, as they are read, at which no call back is answered.
    """
    lawful = _lawful(board)
    if board.lawful is Lawful.YES and (silent or not registers_fit):
        lawful = Verdict(_but(silent, registers_fit=registers_fit), "warn")
    return Verdicts(lawful, _working(board), _finish(board, tried), _help(board))


def _but(silent: str, *, registers_fit: bool) -> str:
    """All that is wrong although it is no night."""
    if registers_fit:
        words = gettext("By the hour yes, but nobody answers a call back to %(numbers)s.", numbers=silent)
        return str(words)
    words = str(gettext("By the hour yes, but TPS or CTPS is missing or too old."))
    if not silent:
        return words
    more = gettext("And nobody answers a call back to %(numbers)s.", numbers=silent)
    return f"{words} {more}"


def need_words(need: Need) -> str:
    """What is seen of somebody, and for how long."""
    return str(_need_words(need))


def _need_words(need: Need) -> object:
    span = duration(need.span.total_seconds())
    if need.sign is Sign.ASKED:
        return _asked_words(need, span)
    if need.sign is Sign.HELD_UP:
        return gettext("Passed over many people; waits for your word, %(span)s", span=span)
    if need.sign is Sign.SILENT:
        return gettext("Not heard from for %(span)s", span=span)
    if need.sign is Sign.LONG_LOOK:
        return gettext("With one person for %(span)s", span=span)
    if need.caller.first_shift:
        return gettext("First shift, %(count)s refusals in a row", count=need.caller.refusals)
    return gettext("%(count)s refusals in a row", count=need.caller.refusals)


def _asked_words(need: Need, span: str) -> object:
    if need.caller.help_by:
        return gettext("Asked for help %(span)s ago; %(name)s is coming", span=span, name=need.caller.help_by)
    return gettext("Asked for help %(span)s ago", span=span)


def _lawful(board: LiveBoard) -> Verdict:
    zone, hours = board.hours.zone, board.hours
    if board.lawful is Lawful.QUIET and hours.quiet_until is not None:
        start = time_of_day(hours.quiet_until, zone)
        return Verdict(gettext("Quiet hours. Calls start at %(time)s.", time=start), "warn")
    if board.lawful is Lawful.YES and hours.end is not None:
        return Verdict(gettext("Yes. Ring until %(time)s.", time=time_of_day(hours.end, zone)))
    sentences = {
        Lawful.YES: Verdict(gettext("Yes.")),
        Lawful.QUIET: Verdict(gettext("Quiet hours."), "warn"),
        Lawful.REHEARSAL: Verdict(gettext("Yes. Everybody here is made up.")),
        Lawful.HOURS_OFF: Verdict(gettext("We can’t say: no quiet hours are set."), "bad"),
        Lawful.PAUSED: Verdict(gettext("Paused. Nobody new is rung in this campaign."), "warn"),
        Lawful.ALL_PAUSED: Verdict(gettext("Everything is paused. Nobody new is rung."), "warn"),
        Lawful.DRAFT: Verdict(gettext("Not started yet."), "warn"),
        Lawful.ENDED: Verdict(gettext("The campaign has ended."), "warn"),
    }
    return sentences[board.lawful]


def _working(board: LiveBoard) -> Verdict:
    if board.working is Working.NOBODY_CALLING:
        return Verdict(gettext("Nobody is calling just now. Share the link."), "warn")
    if board.working is Working.STARTING:
        return Verdict(gettext("Just starting."))
    if board.working is Working.NO_TALKS:
        words = gettext("No. %(count)s calls, and nobody has answered.", count=figure(board.lately.attempts))
        return Verdict(words, "bad")
    if board.working is Working.SLOW:
        now, then = percent(board.lately.answer_share or 0), percent(board.before.answer_share or 0)
        words = gettext("Slow. %(now)s answer; it was %(then)s an hour ago.", now=now, then=then)
        return Verdict(words, "warn")
    if not board.talk_every:
        return Verdict(gettext("Yes."))
    span = duration(board.talk_every.total_seconds())
    return Verdict(gettext("Yes. A talk every %(span)s for each caller.", span=span))


def _finish(board: LiveBoard, tried: int) -> Verdict:
    outlook, zone = board.outlook, board.hours.zone
    if outlook.finish is Finish.DONE and not tried and not board.resting:
        words = gettext("Nobody to call yet: nobody is on its lists, or nobody there may be rung.")
        return Verdict(words, "warn")
    if outlook.finish is Finish.DONE:
        return Verdict(gettext("Done. Everyone was tried."))
    if outlook.first is None or outlook.last is None:
        return Verdict(gettext("Too early to say."))
    if outlook.finish is Finish.YES:
        first, last = time_of_day(outlook.first, zone), time_of_day(outlook.last, zone)
        return Verdict(gettext("Yes, between %(first)s and %(last)s.", first=first, last=last))
    left = figure(outlook.left_over)
    if outlook.finish is Finish.CLOSE:
        return Verdict(gettext("It will be close: up to %(count)s may be left.", count=left), "warn")
    words = gettext("Not today: about %(count)s would be left.", count=left)
    if outlook.more_callers:
        more = ngettext(
            "One more caller would do it.",
            "%(num)s more callers would do it.",
            outlook.more_callers,
        )
        words = f"{words} {more}"
    return Verdict(words, "warn")


def _help(board: LiveBoard) -> Verdict:
    if not board.needs:
        return Verdict(gettext("Nobody just now."))
    first = board.needs[0].caller.name
    words = ngettext("One person: %(name)s.", "%(num)s people. %(name)s first.", len(board.needs), name=first)
    return Verdict(words, "warn")
