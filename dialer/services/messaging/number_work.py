"""What a worker does about our numbers: reads the carrier's list, searches, buys, puts right, gives back.

Each is claimed in its row and committed before the carrier is asked. What may have been done though no answer
came is looked for first, so that a lost answer never buys twice: a number that is on our list was bought.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.carrier.number_port import CarrierNumber, Numbers, NumbersWanted, Purchase, Webhooks
from dialer.carrier.port import Carrier, CarrierError
from dialer.domain.access import Permission, require
from dialer.domain.own_numbers import Aim, Fault, Home, aim_of, other_systems
from dialer.services.budget import stop_when_spent
from dialer.services.context import Context
from dialer.services.messaging import number_rent
from dialer.services.messaging.number_orders import in_use
from dialer.services.messaging.number_owners import foreign, may_change, may_give_back, surely_ours
from dialer.services.messaging.number_tasks import OPEN, enqueue_task
from dialer.services.messaging.own_numbers import home_of, is_there
from dialer.services.messaging.service_settings import read_services
from dialer.store.models import new_id
from dialer.store.models.own_numbers import NumberTask, OwnNumber
from dialer.store.queries import own_numbers as queries
from dialer.store.queries.message_leftovers import count_singles
from dialer.store.session import UnitOfWork

READ_EVERY: Final = dt.timedelta(minutes=15)
AT_WORK: Final = dt.timedelta(minutes=2)
"""After so long another looks what became of it."""
AGAIN_AFTER: Final = dt.timedelta(seconds=30)
TRIES: Final = 5
ASKED_BY_NAME: Final = 50
"""Numbers that we use and the list doesn't name are asked for by themselves, so many at most."""
AT_ONCE: Final = 500
TAKEN: Final = 21422
"""The carrier's code where a number is somebody's by now (twilio.com/docs/api/errors/21422)."""


@dataclass(frozen=True, slots=True)
class Work:
    """A task as it was claimed."""

    id: uuid.UUID
    kind: str
    number: str
    asked: dict[str, Any]
    tries: int


class NotDoneError(Exception):
    """It isn't done, and asking again would change nothing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def ask_if_due(ctx: Context) -> None:
    """Have workers do what waits, and the list read now and then."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        _plan_reading(ctx, unit)
        due = select(NumberTask.id).where(
            NumberTask.organisation_id == unit.organisation_id,
            NumberTask.state.in_(OPEN),
            NumberTask.due_at <= ctx.now,
        )
        waiting = unit.session.scalars(due).all()
    for task_id in waiting:
        enqueue_task(ctx, task_id)


def run_number_task(ctx: Context, carrier: Carrier, task_id: uuid.UUID) -> None:
    """Do one, if it is due and nobody else is at it. Twice is as good as once."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    if (work := _claim(ctx, task_id)) is None:
        return
    try:
        found = _do(ctx, carrier.numbers, work)
    except CarrierError as error:
        _failed(ctx, work, error)
    except NotDoneError as error:
        _end(ctx, work, state="failed", fault=error.fault)
    else:
        _end(ctx, work, state="done", found=found)


def _do(ctx: Context, numbers: Numbers, work: Work) -> dict[str, Any]:
    match work.kind:
        case "read":
            _write_all(ctx, numbers)
            read_services(ctx, numbers)
        case "search":
            return _search(numbers, work)
        case "buy":
            one = _bought(ctx, numbers, work)
            with ctx.unit() as unit:
                number_rent.begin_anew(unit, one.number)
                _write(ctx, unit, [one])
                price = (work.asked.get("price"), work.asked.get("currency"))
                number_rent.bought(ctx, unit, one.number, *price)
            _stop_when_spent(ctx)
        case "put_right":
            changed = _put_right(ctx, numbers, work)
            with ctx.unit() as unit:
                _write(ctx, unit, [changed])
        case _:
            _release(ctx, numbers, work)
    return {}


def _search(numbers: Numbers, work: Work) -> dict[str, Any]:
    """What can be had. A price that can't be read keeps nobody from looking: it is said to be unknown."""
    wanted = NumbersWanted(**work.asked)
    offers = [asdict(one) for one in numbers.offers(wanted)]
    try:
        price = numbers.price(wanted)
    except CarrierError:
        price = None
    told = (None, None) if price is None else (str(price.amount), price.currency)
    return {"offers": offers, "price": told[0], "currency": told[1]}


def _bought(ctx: Context, numbers: Numbers, work: Work) -> CarrierNumber:
    """The number, bought now or by a try whose answer was lost: also one that the carrier was still at as we
    looked, and that it therefore refuses now. A number that is taken after a try whose answer was lost may be
    taken by that one, though the list doesn't have it yet: nobody says that it is somebody else's.
    """
    with ctx.unit() as unit:
        home = home_of(ctx, unit)
    if (known := _listed(numbers, work)) is not None:
        return _as_we_buy(known, home)
    webhooks = Webhooks(home.sms[0], home.voice[0])
    given = {name: work.asked.get(name) or "" for name in ("address_sid", "bundle_sid")}
    try:
        return numbers.buy(Purchase(work.number, webhooks, **given))
    except CarrierError as error:
        if error.permanent and (made := _listed(numbers, work)) is not None:
            return _as_we_buy(made, home)
        if error.code == TAKEN and work.tries > 1:
            raise CarrierError(error.reason, permanent=False, code=TAKEN) from error
        raise


def _as_we_buy(one: CarrierNumber, home: Home) -> CarrierNumber:
    """One that is there leads where a purchase of ours has it lead, or somebody else's made it: in the
    carrier's console, or another organisation.
    """
    if one.texts_to not in home.sms or one.calls_to not in home.voice:
        raise NotDoneError(Fault.ELSEWHERE)
    return one


def _release(ctx: Context, numbers: Numbers, work: Work) -> None:
    """Give it back, unless something has begun to use it since that was asked. Nothing goes out from it from
    before the carrier hears of that, no campaign takes it up any more (`going`), and then nobody is answered
    from it.
    """
    found = _listed(numbers, work)
    with ctx.unit() as unit:
        unit.session.get(OwnNumber, (unit.organisation_id, work.number), with_for_update=True)
        if in_use(unit, work.number) or count_singles(unit, work.number):
            raise NotDoneError(Fault.IN_USE)
        if found is not None and not may_give_back(unit, found, home_of(ctx, unit)):
            raise NotDoneError(Fault.ELSEWHERE)
        _mark(unit, work.number, ctx.now)
    if found is not None:
        try:
            numbers.release(found.sid)
        except CarrierError as error:
            if error.permanent:
                with ctx.unit() as unit:
                    _mark(unit, work.number, None)
            raise
    with ctx.unit() as unit:
        _mark(unit, work.number, ctx.now)
        number_rent.given_back(ctx, unit, work.number)
        queries.forget_sender(unit, [work.number])


def _mark(unit: UnitOfWork, number: str, gone_at: dt.datetime | None) -> None:
    row = unit.session.get(OwnNumber, (unit.organisation_id, number), with_for_update=True)
    if row is not None:
        row.gone_at = gone_at


def _put_right(ctx: Context, numbers: Numbers, work: Work) -> CarrierNumber:
    """Have it come here. What the carrier says now counts, not what its list said a while ago: nothing is
    taken from another system but what somebody saw and said so.
    """
    now = _as_it_is(numbers, work)
    with ctx.unit() as unit:
        home = home_of(ctx, unit)
        if not may_change(unit, now, home):
            raise NotDoneError(Fault.ELSEWHERE)
    pairs = ((now.texts_to, home.sms, "texts_to"), (now.calls_to, home.voice, "calls_to"))
    others = other_systems(now.told_too, home)
    if all(where in right for where, right, _ in pairs) and not others:
        return now
    if not set(others) <= set(work.asked.get("told_too", ())):
        raise NotDoneError(Fault.ELSEWHERE)
    for where, right, name in pairs:
        if aim_of(where, home, right) is Aim.OTHER and work.asked.get(name) != where:
            raise NotDoneError(Fault.ELSEWHERE)
    changed = numbers.put_right(now.sid, Webhooks(home.sms[0], home.voice[0]))
    if changed is None:
        raise NotDoneError(Fault.NOT_OURS)
    return changed


def _as_it_is(numbers: Numbers, work: Work) -> CarrierNumber:
    found = _listed(numbers, work)
    if found is None:
        raise NotDoneError(Fault.NOT_OURS)
    return found


def _listed(numbers: Numbers, work: Work) -> CarrierNumber | None:
    return next(iter(numbers.ours(work.number)), None)


def _plan_reading(ctx: Context, unit: UnitOfWork) -> None:
    """Have the list read, where nobody has for a while; what was read before that is forgotten."""
    of_reading = (NumberTask.organisation_id == unit.organisation_id, NumberTask.kind == "read")
    recent = select(NumberTask.id).where(*of_reading, NumberTask.created_at > ctx.now - READ_EVERY)
    if unit.session.scalar(recent.limit(1)) is not None:
        return
    old = (NumberTask.created_at < ctx.now - 4 * READ_EVERY, NumberTask.state == "failed")
    unit.session.execute(delete(NumberTask).where(*of_reading, *old))
    last = select(NumberTask.id).where(*of_reading, NumberTask.state == "done").order_by(NumberTask.id.desc())
    if (keep := unit.session.scalar(last.limit(1))) is not None:
        done = (NumberTask.state == "done", NumberTask.id != keep)
        unit.session.execute(delete(NumberTask).where(*of_reading, *done))
    task = {"kind": "read", "state": "queued", "tries": 0, "due_at": ctx.now, "created_at": ctx.now}
    unit.session.add(
        NumberTask(organisation_id=unit.organisation_id, id=new_id(), asked={}, found={}, **task)
    )
    unit.session.flush()


def _claim(ctx: Context, task_id: uuid.UUID) -> Work | None:
    with ctx.unit() as unit:
        row = unit.session.get(NumberTask, (unit.organisation_id, task_id), with_for_update=True)
        if row is None or row.state not in OPEN or row.due_at > ctx.now:
            return None
        row.state, row.tries, row.due_at = "running", row.tries + 1, ctx.now + AT_WORK
        return Work(row.id, row.kind, row.number or "", dict(row.asked), row.tries)


def _failed(ctx: Context, work: Work, error: CarrierError) -> None:
    """Try again where that may help."""
    if error.permanent:
        _end(ctx, work, state="failed", fault=Fault.REFUSED, error_code=error.code)
    elif work.tries >= TRIES:
        _end(ctx, work, state="failed", fault=Fault.UNREACHABLE, error_code=error.code)
    else:
        with ctx.unit() as unit:
            row = unit.session.get_one(NumberTask, (unit.organisation_id, work.id), with_for_update=True)
            if row.tries == work.tries:
                row.due_at = ctx.now + AGAIN_AFTER


def _end(ctx: Context, work: Work, **values: Any) -> None:
    with ctx.unit() as unit:
        row = unit.session.get_one(NumberTask, (unit.organisation_id, work.id), with_for_update=True)
        if row.state == "running":
            for name, value in values.items():
                setattr(row, name, value)
            row.finished_at = ctx.now


def _write_all(ctx: Context, numbers: Numbers) -> None:
    """Keep what the list says, and what isn't on it any more; what was bought, put right or given back while
    it was asked for is known better than by it.
    """
    with ctx.unit() as unit:
        before = queries.seen(unit)
    listed = numbers.ours()
    known = {one.number for one in listed}
    with ctx.unit() as unit:
        missing = [number for number in _in_use(unit) if number not in known][:ASKED_BY_NAME]
    found = [*listed, *(one for number in missing for one in numbers.ours(number))]
    prices = number_rent.prices_of(ctx, numbers, {one.number for one in found})
    with ctx.unit() as unit:
        home, looked_at = home_of(ctx, unit), queries.read_at(unit)
        hidden = foreign(unit, found, home)
        ours = [one for one in found if one.number not in hidden]
        present = {one.number for one in ours}
        rows, changed = queries.held_as(unit, before)
        gone = {row.number: row.gone_at for row in rows if row.gone_at is not None}
        read = [one for one in ours if one.number not in changed]
        _write(ctx, unit, read)
        lost = []
        for row in rows:
            if row.number in hidden:
                row.sid = None
            elif is_there(row) and row.number not in present:
                row.gone_at = ctx.now
                lost.append(row.number)
        queries.forget_sender(unit, lost)
        _found_after_all(ctx, unit, present)
        about = {row.number for row in rows} | {one.number for one in read}
        reading = number_rent.Reading(about, gone, surely_ours(unit, read, home), prices, looked_at)
        number_rent.listed(ctx, unit, reading)
    _stop_when_spent(ctx)


def _stop_when_spent(ctx: Context) -> None:
    """In a unit of its own: what was spent counts once that is committed. Also where nothing was charged now:
    a worker may have been killed between the two.
    """
    with ctx.unit() as unit:
        stop_when_spent(ctx, unit)


def _found_after_all(ctx: Context, unit: UnitOfWork, present: set[str]) -> None:
    """A purchase that was given up, as the carrier couldn't be reached, was made if its number is there."""
    given_up = update(NumberTask).where(
        NumberTask.organisation_id == unit.organisation_id,
        NumberTask.kind == "buy",
        NumberTask.state == "failed",
        NumberTask.fault == Fault.UNREACHABLE,
        NumberTask.number.in_(present),
    )
    unit.session.execute(given_up.values(state="done", fault=None, finished_at=ctx.now))


def _write(ctx: Context, unit: UnitOfWork, found: Sequence[CarrierNumber]) -> None:
    rows = [
        {
            "organisation_id": unit.organisation_id,
            "number": one.number,
            "sid": one.sid,
            "name": one.name,
            "sms": one.sms,
            "mms": one.mms,
            "voice": one.voice,
            "texts_to": one.texts_to,
            "calls_to": one.calls_to,
            "told_too": list(one.told_too),
            "seen_at": ctx.now,
            "gone_at": None,
        }
        for one in {each.number: each for each in sorted(found, key=lambda each: each.number)}.values()
    ]
    for start in range(0, len(rows), AT_ONCE):
        statement = insert(OwnNumber).values(rows[start : start + AT_ONCE])
        changed = {name: statement.excluded[name] for name in rows[0].keys() - {"organisation_id", "number"}}
        unit.session.execute(
            statement.on_conflict_do_update(index_elements=["organisation_id", "number"], set_=changed)
        )


def _in_use(unit: UnitOfWork) -> list[str]:
    """The numbers that we text from and show."""
    senders = {address for address in queries.senders_known(unit) if address.startswith("+")}
    return sorted(senders | {number for number in queries.uses(unit) if number.startswith("+")})
