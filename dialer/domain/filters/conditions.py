"""The conditions of a filter, each with the reader of what is written behind its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, cast, get_args

from dialer.domain.disposition import DISPOSITIONS
from dialer.domain.filters import tree
from dialer.domain.filters.keys import read_area, text_key
from dialer.domain.filters.values import (
    TEXT_MOST,
    Place,
    or_unknown,
    read_flag,
    read_id,
    read_moment,
    read_object,
    read_share,
    read_some,
    read_span,
    read_text,
    read_word,
    refuse,
)
from dialer.domain.people import CONTACT_STATUSES, OPT_OUT_CHANNELS
from dialer.domain.pledge import SUPPORTS, VOTING_METHODS

Reader = Callable[[Place], tree.Filter]

_COMPARING: Final = get_args(tree.Comparing)
_CONSENT_CHANNELS: Final = ("sms", "email")


def _audience(place: Place) -> tree.Filter:
    return tree.InAudience(read_id(place))


def _lists(place: Place) -> tree.Filter:
    return tree.OnLists(read_some(place, read_id))


def _tags(place: Place) -> tree.Filter:
    return tree.Tagged(read_some(place, read_text))


def _field(place: Place) -> tree.Filter:
    """`{"name": "ward", "is": ["Bryn"]}`: a name, and one of the ways to look at it."""
    given = read_object(place, ("name", *_COMPARING, "filled"))
    ways = [way for way in given if way != "name"]
    if "name" not in given or len(ways) != 1:
        refuse(place, f"Send a name, and one of {', '.join((*_COMPARING, 'filled'))}.")
    name, way = _field_name(given["name"]), ways[0]
    if way == "filled":
        return tree.FieldFilled(name, read_flag(given[way]))
    values = read_some(given[way], lambda value: _comparable(name, value))
    return tree.FieldLike(name, cast("tree.Comparing", way), values)


def _field_name(place: Place) -> str:
    name = read_text(place)
    own = name.removeprefix(tree.CUSTOM) if name.startswith(tree.CUSTOM) else ""
    if name not in tree.TEXT_FIELDS and not own:
        refuse(place, f"Choose from {', '.join(tree.TEXT_FIELDS)}, or custom.NAME.")
    return name


def _comparable(name: str, place: Place) -> str:
    value = read_text(place)
    if not text_key(name, value):
        refuse(place, "Write something with a letter or a figure here.")
    return value


def _postcodes(place: Place) -> tree.Filter:
    return tree.Postcodes(read_some(place, _area))


def _area(place: Place) -> str:
    area = read_area(read_text(place))
    if area is None:
        refuse(place, "Write a postcode or its beginning, such as CF, CF10 or CF10 1.")
    return area


def _status(place: Place) -> tree.Filter:
    return tree.Chosen("status", read_some(place, read_word(CONTACT_STATUSES)))


def _support(place: Place) -> tree.Filter:
    return tree.Chosen("support", read_some(place, or_unknown(_one_support)))


def _one_support(place: Place) -> int:
    value = place.value
    if isinstance(value, bool) or not isinstance(value, int) or value not in SUPPORTS:
        refuse(place, f"Choose from {', '.join(map(str, SUPPORTS))}, or null for not known.")
    return value


def _voting_methods(place: Place) -> tree.Filter:
    return tree.Chosen("voting_methods", read_some(place, or_unknown(read_word(VOTING_METHODS))))


def _last_result(place: Place) -> tree.Filter:
    return tree.Chosen("last_result", read_some(place, or_unknown(read_word(DISPOSITIONS))))


def _flag(fact: tree.Flag) -> Reader:
    return lambda place: tree.Flagged(fact, read_flag(place))


def _touch(touch: tree.Touch) -> Reader:
    """`{}` for ever, `{"within_s": …}` or `{"since": …}`."""

    def read(place: Place) -> tree.Filter:
        given = read_object(place, ("within_s", "since"))
        if len(given) > 1:
            refuse(place, "Send within_s or since, not both.")
        if "within_s" in given:
            return tree.Touched(touch, within_s=read_span(given["within_s"]))
        return tree.Touched(touch, since=read_moment(given["since"]) if given else None)

    return read


def _got(place: Place) -> tree.Filter:
    return tree.Got(read_some(place, read_id))


def _clicked(place: Place) -> tree.Filter:
    """`{}` for any link at any time; `{"blasts": […]}`, and `within_s` or `since`, narrow it."""
    given = read_object(place, ("blasts", "within_s", "since"))
    if "within_s" in given and "since" in given:
        refuse(place, "Send within_s or since, not both.")
    return tree.Clicked(
        read_some(given["blasts"], read_id) if "blasts" in given else (),
        within_s=read_span(given["within_s"]) if "within_s" in given else None,
        since=read_moment(given["since"]) if "since" in given else None,
    )


def _has(place: Place) -> tree.Filter:
    word = read_word(get_args(tree.Reach))(place)
    return tree.Has(cast("tree.Reach", word))


def _opted_out(place: Place) -> tree.Filter:
    return tree.OptedOut(read_some(place, read_word(OPT_OUT_CHANNELS)))


def _consented(place: Place) -> tree.Filter:
    return tree.Consented(read_some(place, read_word(_CONSENT_CHANNELS)))


def _random(place: Place) -> tree.Filter:
    given = read_object(place, ("share", "seed"))
    if set(given) != {"share", "seed"}:
        refuse(place, f"Send a share from 0 to 1, and a seed: any text up to {TEXT_MOST} characters.")
    return tree.RandomShare(read_share(given["share"]), read_text(given["seed"]))


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "audience": _audience,
        "lists": _lists,
        "tags": _tags,
        "field": _field,
        "postcodes": _postcodes,
        "status": _status,
        "support": _support,
        "pledged": _flag("pledged"),
        "voting_methods": _voting_methods,
        "voted": _flag("voted"),
        "needs_lift": _flag("needs_lift"),
        "id_ready": _flag("id_ready"),
        "called": _touch("called"),
        "texted": _touch("texted"),
        "contacted": _touch("contacted"),
        "replied": _touch("replied"),
        "got": _got,
        "clicked": _clicked,
        "last_result": _last_result,
        "has": _has,
        "opted_out": _opted_out,
        "consented": _consented,
        "random": _random,
    }
)
"""By the name of each condition in a filter."""
