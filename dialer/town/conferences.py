"""The carrier's API for conferences and those in them (2010-04-01, version 2.6.7).

Twilio passes over parameters that it doesn't know; the town refuses them, so that nothing unread goes to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from dialer.town.api import VERSION, RefusedError, answer, create, customers, not_found
from dialer.town.control import local
from dialer.town.listing import page_of
from dialer.town.town import Town
from dialer.town.voice.exchange import Exchange
from dialer.town.voice.joining import read_joining
from dialer.town.voice.leg import Leg
from dialer.town.voice.orders import BAD_VALUE, CallForm, Order, read_call_form, refusal
from dialer.town.voice.register import MOST_ON_A_PAGE, USUAL_PAGE, within
from dialer.town.voice.room import Member, Room
from dialer.town.voice.room_showing import room_record, shown_expected, shown_member, shown_room
from dialer.town.voice.rooms import LABEL_TAKEN, NotAdmittedError, Rooms

STATUSES: Final = ("init", "in-progress", "completed")
TRUTHS: Final = ("true", "false")
OTHERS: Final = ("EndConferenceOnExit", "BeepOnExit", "Coaching")
CHANGES: Final = frozenset({"Muted", "Hold", "HoldUrl", "HoldMethod", "CallSidToCoach", *OTHERS})
ENDING: Final = frozenset({"Status"})
IN_API: Final = {LABEL_TAKEN: 16026}
"""What isn't possible has another code where the API asks for it."""


class Conferences:
    """What may be asked of the rooms of an exchange, which is another one when the town begins anew."""

    def __init__(self, town: Town, exchange: Callable[[], Exchange], place: Callable[[Order], Leg]) -> None:
        self._town = town
        self._exchange = exchange
        self._place = place

    @property
    def rooms(self) -> Rooms:
        """All conferences."""
        return self._exchange().rooms

    def routes(self) -> Iterable[web.RouteDef]:
        """The carrier's API, and the ledger."""
        guard = customers(self._town.account)
        base = f"/{VERSION}/Accounts/{{account}}/Conferences"
        people = f"{base}/{{sid}}/Participants"
        return [
            web.get(f"{base}.json", guard(self._list)),
            web.get(f"{base}/{{sid}}.json", guard(self._fetch)),
            web.post(f"{base}/{{sid}}.json", guard(self._update)),
            web.get(f"{people}.json", guard(self._list_members)),
            web.post(f"{people}.json", guard(self._add)),
            web.get(f"{people}/{{who}}.json", guard(self._fetch_member)),
            web.post(f"{people}/{{who}}.json", guard(self._update_member)),
            web.delete(f"{people}/{{who}}.json", guard(self._kick)),
            web.get("/ledger/conferences", local(self._ledger)),
        ]

    # --- conferences ---

    async def _list(self, request: web.Request) -> web.Response:
        self._may_fail("list_error")
        query = request.query
        if (status := query.get("Status", STATUSES[0])) not in STATUSES:
            raise refusal(BAD_VALUE, "Invalid value for Status")
        wanted = [*_times(query)]
        if "Status" in query:
            wanted.append(lambda room: room.status == status)
        if name := query.get("FriendlyName"):
            wanted.append(lambda room: room.name == name)
        found = [room for room in self.rooms.newest_first() if all(wants(room) for wants in wanted)]
        return self._page(request, "conferences", [shown_room(room, self._account) for room in found])

    async def _fetch(self, request: web.Request) -> web.Response:
        self._may_fail("fetch_error")
        return answer(shown_room(self._room(request), self._account))

    async def _update(self, request: web.Request) -> web.Response:
        """End a conference; ending one that is over changes nothing."""
        room, form = self._room(request), await _read(request, ENDING)
        form.choice("Status", ("completed",))
        self.rooms.end(room)
        await self._exchange().settled()
        return answer(shown_room(room, self._account))

    # --- those in them ---

    async def _list_members(self, request: web.Request) -> web.Response:
        self._may_fail("list_error")
        room, query = self._room(request), request.query
        filters = {"Muted": "muted", "Hold": "hold", "Coaching": "coaching"}
        shown = [shown_member(member, self._account) for member in room.members.values()]
        shown += [shown_expected(room, each, self._account) for each in room.expected.values()]
        for name, field in filters.items():
            if name in query:
                shown = [each for each in shown if each[field] == (query[name] == "true")]
        return self._page(request, "participants", shown, key="call_sid")

    async def _add(self, request: web.Request) -> web.StreamResponse:
        """Ring somebody for a conference, known by its SID or, also before there is one, by its name."""
        form, which = await read_call_form(request), request.match_info["sid"]
        known = self.rooms.by_sid.get(which)
        if (known is not None and known.status == STATUSES[-1]) or (known is None and is_conference(which)):
            raise not_found(request)
        name = known.name if known else which

        def accept() -> Mapping[str, Any]:
            order, terms = read_joining(form, name, self._town.terms)
            try:
                self.rooms.check(terms)
            except NotAdmittedError as error:
                raise refusal(IN_API.get(error.code, error.code), str(error)) from None
            room, expected = self.rooms.expect(self._place(order), terms)
            return shown_expected(room, expected, self._account)

        return await create(request, self._town.dice, accept)

    async def _fetch_member(self, request: web.Request) -> web.Response:
        self._may_fail("fetch_error")
        room = self._room(request)
        if expected := room.expected.get(request.match_info["who"]):
            return answer(shown_expected(room, expected, self._account))
        return answer(shown_member(self._member(request), self._account))

    async def _update_member(self, request: web.Request) -> web.Response:
        """Change how somebody takes part; everything that is asked for is checked before anything changes."""
        member, form = self._member(request), await _read(request, CHANGES)
        coach = _coached(member, form)
        form.choice("HoldMethod", ("GET", "POST"))
        hold_url = form.address("HoldUrl", BAD_VALUE)
        asked = {name: form.choice(name, ("", *TRUTHS)) for name in ("Muted", "Hold", *OTHERS)}
        events = [*_muted(member, asked["Muted"]), *_held(member, asked["Hold"], hold_url)]
        if _otherwise(member, asked, coach):
            events.append("participant-modify")
        self.rooms.changed(member, *events)
        await self._exchange().settled()
        return answer(shown_member(member, self._account))

    async def _kick(self, request: web.Request) -> web.Response:
        """Take somebody out of the room; their call goes on with what follows. Who is still rung isn't."""
        if request.match_info["who"] in self._room(request).expected:
            self._exchange().end(request.match_info["who"])
        else:
            self.rooms.kick(self._member(request))
        await self._exchange().settled()
        return web.Response(status=204)

    # --- the ledger ---

    async def _ledger(self, request: web.Request) -> web.Response:
        """All conferences, oldest first, with who was in them from when to when; `?name=` for one room's."""
        name = request.query.get("name")
        rooms = [room for room in self.rooms.by_sid.values() if name in {None, room.name}]
        return web.json_response({"conferences": [room_record(room) for room in rooms]})

    # --- what they share ---

    @property
    def _account(self) -> str:
        return self._town.config.account_sid

    def _may_fail(self, fault: str) -> None:
        if self._town.dice.happens(fault):
            raise RefusedError(20500, 500)

    def _room(self, request: web.Request) -> Room:
        room = self.rooms.by_sid.get(request.match_info["sid"])
        if room is None:
            raise not_found(request)
        return room

    def _member(self, request: web.Request) -> Member:
        member = self.rooms.find(self._room(request), request.match_info["who"])
        if member is None:
            raise not_found(request)
        return member

    def _page(
        self, request: web.Request, name: str, shown: list[dict[str, Any]], *, key: str = "sid"
    ) -> web.Response:
        try:
            size, number = int(request.query.get("PageSize", USUAL_PAGE)), int(request.query.get("Page", 0))
        except ValueError:
            raise RefusedError(20001) from None
        size, after = min(max(size, 1), MOST_ON_A_PAGE), request.query.get("PageToken", "").removeprefix("PA")
        keys = [each[key] for each in shown]
        shown = shown[keys.index(after) + 1 :] if after in keys else shown
        return answer(page_of(request, name, shown[: size + 1], size=size, number=max(number, 0), key=key))


def is_conference(which: str) -> bool:
    """Whether it is written as the SID of a conference, and not a name."""
    return re.fullmatch(r"CF[0-9a-f]{32}", which) is not None


async def _read(request: web.Request, known: frozenset[str]) -> CallForm:
    """The form; raises RefusedError where something in it is unknown or it is empty."""
    form = await read_call_form(request)
    unknown = sorted(form.names() - known)
    if unknown:
        raise refusal(BAD_VALUE, f"The town doesn't know {', '.join(unknown)}")
    if not form.names():
        raise refusal(BAD_VALUE, f"One of {', '.join(sorted(known))} is required")
    return form


def _coached(member: Member, form: CallForm) -> str:
    """Whom they are to coach. Raises RefusedError where that is nobody in the room, or not said."""
    sid = form.one("CallSidToCoach")
    if form.one("Coaching") == "true" and not sid:
        raise refusal(BAD_VALUE, "CallSidToCoach is required when Coaching is true")
    if sid and (sid == member.sid or sid not in member.room.members):
        raise refusal(BAD_VALUE, "CallSidToCoach is no other participant's call")
    return sid


def _muted(member: Member, asked: str) -> Iterator[str]:
    """Mute, or let speak; the event of it, if it is news."""
    if asked and member.muted != (asked == "true"):
        member.muted = asked == "true"
        yield "participant-mute" if member.muted else "participant-unmute"


def _held(member: Member, asked: str, hold_url: str) -> Iterator[str]:
    """Hold, or let back in; the event of it, if it is news."""
    member.hold_url = hold_url or member.hold_url
    if asked and member.held != (asked == "true"):
        member.held = asked == "true"
        yield "participant-hold" if member.held else "participant-unhold"


def _otherwise(member: Member, asked: Mapping[str, str], coach: str) -> bool:
    """Change what else can be; whether anything did."""
    before = (member.ends, member.beeps_on_exit, member.coach)
    if asked["EndConferenceOnExit"]:
        member.ends = asked["EndConferenceOnExit"] == "true"
    if asked["BeepOnExit"]:
        member.beeps_on_exit = asked["BeepOnExit"] == "true"
    if asked["Coaching"] == "false":
        member.coach = ""
    elif coach:
        member.coach = coach
    return before != (member.ends, member.beeps_on_exit, member.coach)


def _times(query: Mapping[str, str]) -> Iterator[Callable[[Room], bool]]:
    """Keep rooms by when they were made or changed. Raises RefusedError."""
    for key, name in {"DateCreated": "created_at", "DateUpdated": "updated_at"}.items():
        for sign in ("", "<", ">"):
            if given := query.get(key + sign):
                yield _at(name, sign, given)


def _at(name: str, sign: str, given: str) -> Callable[[Room], bool]:
    try:
        wants = within(sign, given)
    except ValueError:
        raise RefusedError(20001) from None

    def kept(room: Room) -> bool:
        at: datetime = getattr(room, name)
        return wants(at)

    return kept
