"""Where the lines of the live board's charts go: figures in, coordinates out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from dialer.services.calling.live_board import Hours, LiveBoard

_LEFT, _RIGHT = 2.0, 398.0
_FLOOR, _GOAL = 92.0, 18.0
_FARTHEST: Final = dt.timedelta(hours=4)
_NEAREST: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DayPart:
    """A stretch of the day, on the wall and in hours from midnight."""

    start: dt.time
    end: dt.time
    from_hour: float
    to_hour: float
    quiet: bool


@dataclass(frozen=True, slots=True)
class Day:
    """Today's stretches, and where now is among them."""

    parts: Sequence[DayPart]
    now_hour: float


@dataclass(frozen=True, slots=True)
class Point:
    """How many calls had been made by a moment."""

    at: dt.datetime
    done: int


@dataclass(frozen=True, slots=True)
class Way:
    """The calls made so far and the way to all of them. Paths are SVG; `dot` is now; `ticks` are moments
    with their place.
    """

    now: int
    all: int
    points: Sequence[Point]
    line: str
    dot: tuple[float, float]
    cone: str
    ticks: Sequence[tuple[float, dt.datetime]]


def day_of(hours: Hours, now: dt.datetime) -> Day:
    """Today's hours: where they cross midnight, quiet stands at both ends."""
    wall = now.astimezone(ZoneInfo(hours.zone)).time()
    edges = [0.0, *sorted({_hour(hours.quiet.start), _hour(hours.quiet.end)} - {0.0}), 24.0]
    if hours.off:
        edges = [0.0, 24.0]
    parts = [
        DayPart(_wall(start), _wall(end), start, end, hours.quiet.cover(_wall((start + end) / 2)))
        for start, end in pairwise(edges)
    ]
    return Day(parts, _hour(wall))


def way_of(board: LiveBoard, attempts: int) -> Way:
    """The way to all numbers that are due; `attempts` are all calls so far."""
    points = _points(board, attempts)
    frame = _Frame(points[0].at, board.at, _horizon(board), attempts + board.due)
    line = "M" + "L".join(frame.place(point.at, point.done) for point in points)
    middle = board.at if board.at - frame.start > dt.timedelta(minutes=20) else None
    ticks = [(frame.x(at), at) for at in (frame.start, middle, frame.end) if at is not None]
    return Way(
        now=attempts,
        all=frame.all,
        points=points,
        line=line,
        dot=(round(frame.x(board.at), 1), round(frame.y(attempts), 1)),
        cone=_cone(board, frame, attempts),
        ticks=ticks,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    start: dt.datetime
    now: dt.datetime
    end: dt.datetime
    all: int

    def x(self, at: dt.datetime) -> float:
        return _LEFT + (_RIGHT - _LEFT) * ((at - self.start) / (self.end - self.start))

    def y(self, done: float) -> float:
        return _FLOOR - (_FLOOR - _GOAL) * (done / (self.all or 1))

    def place(self, at: dt.datetime, done: float) -> str:
        return f"{self.x(at):.1f} {self.y(done):.1f}"


def _points(board: LiveBoard, attempts: int) -> list[Point]:
    done = attempts - sum(spell.attempts for spell in board.spells)
    points = []
    for spell in board.spells:
        points.append(Point(spell.at, max(done, 0)))
        done += spell.attempts
    return [*points, Point(board.at, attempts)]


def _horizon(board: LiveBoard) -> dt.datetime:
    """How far ahead is drawn: to the end of today's hours, within reason."""
    end = board.hours.end or board.at + 2 * _NEAREST
    return min(max(end, board.at + _NEAREST), board.at + _FARTHEST)


def _cone(board: LiveBoard, frame: _Frame, attempts: int) -> str:
    """Between the fastest and the slowest way to go on; empty without a forecast."""
    first, last = board.outlook.first, board.outlook.last
    if first is None or last is None:
        return ""
    upper = _edge(frame, attempts, first)
    lower = _edge(frame, attempts, last)
    corner = [(frame.end, float(frame.all))] if first < frame.end < last else []
    outline = [(frame.now, float(attempts)), upper, *corner, lower]
    return "M" + "L".join(frame.place(at, done) for at, done in outline) + "Z"


def _edge(frame: _Frame, attempts: int, finish: dt.datetime) -> tuple[dt.datetime, float]:
    """Where one way to go on reaches all, or leaves the picture."""
    if finish <= frame.end:
        return finish, float(frame.all)
    share = (frame.end - frame.now) / (finish - frame.now)
    return frame.end, attempts + (frame.all - attempts) * share


def _hour(wall: dt.time) -> float:
    return wall.hour + wall.minute / 60 + wall.second / 3600


def _wall(hour: float) -> dt.time:
    minutes = round(hour * 60) % (24 * 60)
    return dt.time(minutes // 60, minutes % 60)
