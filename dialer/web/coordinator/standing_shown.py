"""What is known of somebody's vote, and why, in words for their page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext

from dialer.services.context import Context
from dialer.services.gotv.standing import VOTED, Piece, Standing, standing_of
from dialer.web.coordinator.script_plan import FLAG_WORDS
from dialer.web.coordinator.wording import SOURCE, SUPPORT, VOTING_METHOD
from dialer.web.rule_words import N_
from dialer.web.words import moment

FACT: Final = {
    "support": N_("Support"),
    "voting_method": N_("Way of voting"),
    "planned_at": N_("Plans to vote"),
    "needs_lift": N_("Lift"),
    "id_ready": N_("ID"),
    VOTED: N_("Voted"),
}


@dataclass(frozen=True, slots=True)
class FactShown:
    """A fact in words: what stands, where it is from, and what others said."""

    name: str
    what: str
    value: str
    source: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class PieceShown:
    """A piece of evidence in words."""

    id: uuid.UUID
    what: str
    source: str
    stands_for: str
    may_take_back: bool
    taken_back: str


def shown(ctx: Context, contact_id: uuid.UUID) -> dict[str, Any]:
    """What the page needs of it."""
    standing = standing_of(ctx, contact_id)
    as_it_is = ("", gettext("As it is"))
    yes_no = [as_it_is, ("yes", gettext("Yes")), ("no", gettext("No"))]
    return {
        "standing": standing,
        "standing_facts": [_fact(standing, name) for name in FACT if standing.behind(name)],
        "standing_pieces": [_piece(one, standing.timezone) for one in standing.evidence],
        "support_choices": [
            as_it_is,
            *((str(level), f"{level} · {words}") for level, words in SUPPORT.items() if level),
        ],
        "method_choices": [as_it_is, *((way, str(words)) for way, words in VOTING_METHOD.items())],
        "yes_no": yes_no,
    }


def _fact(standing: Standing, name: str) -> FactShown:
    piece = standing.behind(name)
    others = [
        f"{_value(one, name, standing.timezone)} ({_source(one, standing.timezone)})"
        for one in standing.otherwise(name)
    ]
    return FactShown(
        name=name,
        what=gettext(FACT[name]),
        value=_value(piece, name, standing.timezone) if piece else "",
        source=_source(piece, standing.timezone) if piece else "",
        otherwise="; ".join(others),
    )


def _value(piece: Piece, name: str, zone: str) -> str:
    if name == VOTED:
        return moment(piece.at, zone) if piece.dated else gettext("time not known")
    value = getattr(piece, name)
    if name == "support":
        return f"{value} · {SUPPORT[value]}"
    if name == "voting_method":
        return str(VOTING_METHOD[value])
    return moment(value, zone) if name == "planned_at" else str(gettext(FLAG_WORDS[name, value]))


def _source(piece: Piece, zone: str) -> str:
    told = [str(SOURCE[piece.source]), moment(piece.at, zone) if piece.dated else gettext("without a time")]
    return " · ".join([*told, *(one for one in (piece.by_name, piece.campaign) if one)])


def _piece(piece: Piece, zone: str) -> PieceShown:
    said_of = [name for name in FACT if getattr(piece, name) not in (None, False) or _is_no(piece, name)]
    back = gettext("taken back %(when)s", when=moment(piece.undone_at, zone)) if piece.undone_at else ""
    return PieceShown(
        id=piece.id,
        what=", ".join(
            [*([piece.party] if piece.party else []), *(_said(piece, name, zone) for name in said_of)]
        ),
        source=_source(piece, zone),
        stands_for=", ".join(gettext(FACT[name]) for name in piece.stands_for),
        may_take_back=piece.may_take_back,
        taken_back=": ".join(one for one in (back, piece.undone_reason) if one),
    )


def _said(piece: Piece, name: str, zone: str) -> str:
    return gettext("Voted") if name == VOTED else _value(piece, name, zone)


def _is_no(piece: Piece, name: str) -> bool:
    return name in ("needs_lift", "id_ready") and getattr(piece, name) is False
