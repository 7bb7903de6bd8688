"""The links of a text: how many people opened each, and what opening one says of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.services.context import Context
from dialer.services.messaging.link_figures import LinkView, blast_links
from dialer.services.messaging.link_support import set_link_support
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, go, said
from dialer.web.coordinator.wording import SUPPORT
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import figure, lowered, percent


@coordinator.post("/blasts/<uuid:blast_id>/links/<uuid:link_id>")
@allow(Permission.BLAST_MANAGE)
def save_link(blast_id: uuid.UUID, link_id: uuid.UUID) -> Answer:
    """Say what opening a link says of somebody's support."""
    written = said("support")
    support = int(written) if written.isascii() and written.isdigit() and len(written) == 1 else None
    try:
        link = set_link_support(context(), blast_id, link_id, support)
    except ValidationFailed:
        return go("coordinator.blast", gettext("Choose one of these."), "bad", blast_id=blast_id)
    words = gettext("Kept.") if not link.left else gettext("Kept. It is being written down of everybody.")
    return go("coordinator.blast", words, blast_id=blast_id)


def links_shown(ctx: Context, blast_id: uuid.UUID, accepted: int = 0) -> dict[str, Any]:
    """What the pages of a text tell of its links; `accepted` is how many texts the carrier took."""
    found = blast_links(ctx, blast_id)
    return {
        "text_links": [(one, _opened_words(one), _machine_words(one)) for one in found.links],
        "opened": found.people,
        "opened_words": _all_words(found.people, accepted, len(found.links)),
        "opening_choices": _choices(),
        "opening_said": ", ".join(dict.fromkeys(_said_by(one) for one in found.links)),
    }


def _said_by(one: LinkView) -> str:
    return str(gettext("says nothing of them")) if one.support is None else lowered(str(SUPPORT[one.support]))


def _choices() -> Sequence[tuple[str, str]]:
    told = [(str(value), str(SUPPORT[value])) for value in SUPPORT if value is not None]
    return [("", gettext("Says nothing of them")), *told]


def _all_words(people: int, accepted: int, links: int) -> str:
    if not people:
        return str(
            gettext("Nobody has opened it yet.") if links == 1 else gettext("Nobody has opened one yet.")
        )
    shown = figure(people)
    words = ngettext(
        "One person opened at least one of them.",
        "%(count)s people opened at least one of them.",
        people,
        count=shown,
    )
    if links == 1:
        words = ngettext("One person opened it.", "%(count)s people opened it.", people, count=shown)
    if accepted:
        share = gettext("That is %(share)s of the texts that went out.", share=percent(people / accepted, 1))
        words = f"{words} {share}"
    return str(words)


def _opened_words(one: LinkView) -> str:
    if not one.people:
        return str(gettext("Nobody has opened it yet."))
    words = ngettext(
        "One person opened it,", "%(count)s people opened it,", one.people, count=figure(one.people)
    )
    times = ngettext("once in all", "%(count)s times in all", one.clicks, count=figure(one.clicks))
    return f"{words} {times}"


def _machine_words(one: LinkView) -> str:
    looks = sum(one.machines.values())
    if not looks:
        return ""
    return str(
        ngettext(
            "Looked at by a machine once: a preview or a filter, which isn’t counted",
            "Looked at by machines %(count)s times: previews and filters, which aren’t counted",
            looks,
            count=figure(looks),
        )
    )
