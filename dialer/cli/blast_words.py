"""A blast at the command line: for programs as the API answers it (contract §7), for people in lines."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from dialer.domain.first_texts import Capacity
from dialer.domain.languages import SPOKEN
from dialer.domain.texting import EMAIL
from dialer.services.messaging.views import (
    BlastView,
    EstimateView,
    MessageView,
    ProgressView,
    SampleView,
    SpokenView,
    Warned,
)

MINUTE_S: Final = 60


def as_blast(view: BlastView) -> dict[str, object]:
    """A blast."""
    return {each.name: _plain(getattr(view, each.name)) for each in dataclasses.fields(view)}


def as_estimate(view: EstimateView) -> dict[str, object]:
    """Who would get it, who wouldn’t and why, and what it would take."""
    return {
        "recipients": view.recipients,
        "excluded": dict(view.excluded),
        "first_time": view.first_time,
        "held_out": view.held_out,
        "messages": dict(view.encodings),
        "segments": view.segments,
        "cost": _money(view.cost, view.currency),
        "duration_s": view.duration_s,
        "last_safe_start_at": _plain(view.last_safe_start_at),
        "warnings": [_warning(one) for one in view.warnings],
        "capacity": _capacity(view.capacity),
        "samples": [_read(sample) for sample in view.samples],
        "languages": [_language(view, one) for one in view.spoken],
        "picture": _picture(view),
    }


def _picture(view: EstimateView) -> dict[str, object] | None:
    if (one := view.picture) is None:
        return None
    return {
        "with_text": one.with_text,
        "with_text_cost": _money(one.with_text_cost, view.currency),
        "by_link": one.by_link,
        "by_link_cost": _money(one.by_link_cost, view.currency),
        "is_about": one.is_about,
    }


def _capacity(pool: Capacity | None) -> dict[str, object] | None:
    if pool is None:
        return None
    return {
        "senders": pool.senders,
        "a_day": pool.a_day,
        "days": pool.days,
        "hours_of_work": pool.hours_of_work,
    }


def _language(view: EstimateView, one: SpokenView) -> dict[str, object]:
    return {
        "language": one.language,
        "recipients": one.recipients,
        "messages": dict(one.encodings),
        "segments": one.segments,
        "samples": [_read(sample) for sample in view.samples if sample.language == one.language],
        "made_up": _read(one.made_up) if one.made_up is not None else None,
    }


def _read(sample: SampleView) -> str:
    return "".join(piece for piece, _ in sample.pieces)


def _warning(one: Warned) -> dict[str, object]:
    contacts = [{"id": str(contact.id), "name": contact.name} for contact in one.contacts]
    return {**dataclasses.asdict(one), "contacts": contacts}


def as_progress(view: ProgressView) -> dict[str, object]:
    """How far it is."""
    data = {each.name: _plain(getattr(view, each.name)) for each in dataclasses.fields(view)}
    del data["currency"]
    spent, in_doubt = _money(view.spent, view.currency), _money(view.in_doubt, view.currency)
    wave = _plain(view.first_wave.told()) if view.first_wave is not None else None
    return {**data, "spent": spent, "in_doubt": in_doubt, "first_wave": wave}


def as_message(view: MessageView) -> dict[str, object]:
    """A text that was tried: where it went, and why it didn’t."""
    return {
        "id": str(view.id),
        "from": view.sender,
        "to": view.number,
        "body": view.body,
        "state": view.state,
        "segments": view.segments,
        "skip_reason": view.skip_reason,
    }


def in_short(view: BlastView) -> str:
    """A blast in one line."""
    return f"{view.id}  {_state(view.state, view.pause_reason, view.waiting_reason)}  {view.name}"


def say_blast(view: BlastView) -> str:
    """A blast in a few lines."""
    facts = {
        "id": view.id,
        "campaign": view.campaign_id,
        "state": _state(view.state, view.pause_reason, view.waiting_reason),
        "to": f"{view.total:,} people" if view.total else None,
        "from": ", ".join(view.senders),
        "sent": f"by hand, {view.batch_size} at a time" if view.is_by_hand else None,
        "send at": _plain(view.send_at),
        "deadline": _plain(view.deadline_at),
        "replies mean": ", ".join(view.asks_for),
        "subject": view.subject,
        **{f"subject in {SPOKEN[language]}": said for language, said in view.subjects.items()},
        "says": view.body,
        **{f"says in {SPOKEN[language]}": body for language, body in view.bodies.items()},
    }
    return "\n".join([view.name, *(f"  {name}: {fact}" for name, fact in facts.items() if fact)])


def say_estimate(view: EstimateView) -> str:
    """An estimate in a few lines: first how many, since that is what a launch is given."""
    return "\n".join(_lines_of_estimate(view))


def _takes(view: EstimateView) -> str:
    if (pool := view.capacity) is None:
        return f"in {_span(view.duration_s)} at full rate"
    days = "never" if pool.days is None else f"in {pool.days:,} {'day' if pool.days == 1 else 'days'}"
    return f"by hand {days}, at {pool.a_day:,} a day from {pool.senders:,} senders"


def _lines_of_estimate(view: EstimateView) -> Iterator[str]:
    parts = f", in {view.segments:,} parts" if view.segments or not view.recipients else ""
    yield f"{view.recipients:,} people would get it{parts}"
    yield f"  for {view.cost:.2f} {view.currency}, {_takes(view)}"
    if (picture := view.picture) is not None:
        about = "about " if picture.is_about else ""
        yield f"  with the picture: {about}{picture.with_text:,}, with a link to it: {picture.by_link:,}"
    if view.last_safe_start_at is not None:
        yield f"  start it by {_plain(view.last_safe_start_at)}"
    for spoken in view.spoken if len(view.spoken) > 1 else ():
        in_words = f"in {SPOKEN[spoken.language]}" if spoken.language else "in the usual words"
        in_parts = f", in {spoken.segments:,} parts" if spoken.segments else ""
        yield f"  {in_words}: {spoken.recipients:,}{in_parts}"
    for reason, count in view.excluded.items():
        if count:
            yield f"  not to {count:,}: {reason}"
    for one in view.warnings:
        named = "".join(f"\n    {contact.id}  {contact.name}" for contact in one.contacts)
        where = f"{SPOKEN[one.language]}: " if one.language else ""
        yield f"  mind: {where}{one.detail} ({one.count:,}){named}"


def say_progress(view: ProgressView) -> str:
    """How far it is, in one line."""
    done = [f"{count:,} {state}" for state, count in view.counts.items() if count]
    words = [_state(view.state, view.pause_reason, view.waiting_reason), *done]
    if view.unpressed:
        words.append(f"{view.unpressed:,} wait for a press")
    words.append(f"{view.spent:.2f} {view.currency}")
    if view.eta_s is not None:
        words.append(f"{view.rate_per_s:g} a second, {_span(view.eta_s)} left")
    return " · ".join(words)


def say_message(view: MessageView) -> str:
    """A text that was tried, in one line."""
    parts = "a letter" if view.channel == EMAIL else f"{view.segments} parts"
    what = f"left out: {view.skip_reason}" if view.skip_reason else parts
    return f"{view.number}  {view.state}  {what}"


def _state(state: str, pause_reason: str | None, waiting_reason: str | None) -> str:
    if reason := pause_reason or waiting_reason:
        return f"{state} ({'waits: ' if waiting_reason else ''}{reason})"
    return state


def _span(seconds: float) -> str:
    if seconds < MINUTE_S:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / MINUTE_S), MINUTE_S)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:.4f}", "currency": currency}


def _plain(value: Any) -> Any:
    """Times in UTC, ids as text, sequences as lists: as JSON has them."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain({each.name: getattr(value, each.name) for each in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
