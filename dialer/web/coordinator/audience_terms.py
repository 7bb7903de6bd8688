"""What conditions and their values are called in the composer of audiences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext

from dialer.domain.filters import terms
from dialer.domain.filters.terms import N_
from dialer.web.coordinator.audience_rows import KINDS, TICKED, word_of

KIND_NAMES: Final = {
    "lists": N_("On a list"),
    "tags": N_("Tags"),
    "support": N_("Support"),
    "pledged": N_("Pledged us their vote"),
    "voted": N_("Has voted"),
    "contacted": N_("Called or texted by us"),
    "called": N_("Called by us"),
    "texted": N_("Texted by us"),
    "replied": N_("Texted us"),
    "got": N_("Got a text to many"),
    "clicked": N_("Opened a link in a text"),
    "last_result": N_("Last result of a call"),
    "postcodes": N_("Postcode"),
    "field": N_("A field"),
    "custom": N_("A column of your list"),
    "has": N_("Can be reached"),
    "opted_out": N_("Said no"),
    "consented": N_("Said yes"),
    "voting_methods": N_("Way of voting"),
    "needs_lift": N_("Needs a lift"),
    "id_ready": N_("Photo ID is ready"),
    "status": N_("State of the record"),
    "audience": N_("In another audience"),
    "random": N_("A random share"),
}
_TERMS: Final[Mapping[str, Mapping[Any, str]]] = {
    "support": terms.SUPPORTS,
    "voting_methods": terms.WAYS,
    "last_result": terms.RESULTS,
    "status": terms.STATUSES,
    "opted_out": terms.CHANNELS,
    "consented": terms.CHANNELS,
}
_REACHES: Final = {
    "mobile": N_("by text"),
    "phone": N_("by phone"),
    "email": N_("by email"),
}
_WAYS: Final = {
    "is": N_("is"),
    "starts": N_("starts with"),
    "contains": N_("contains"),
    "filled": N_("has something in it"),
}


def field_name(name: str) -> str:
    """What a field is called."""
    return str(gettext(terms.FIELDS[name]))


def of_page() -> dict[str, Any]:
    """All of it in the reader's language, as options of fields."""
    ticked = {
        kind: [(word_of(value), gettext(_TERMS[kind][value])) for value in values]
        for kind, values in TICKED.items()
    }
    return {
        "kinds": [(kind, gettext(KIND_NAMES[kind])) for kind in KINDS],
        "kind": {kind: gettext(words) for kind, words in KIND_NAMES.items()},
        "ticked": ticked,
        "reaches": [(name, gettext(words)) for name, words in _REACHES.items()],
        "ways": [(name, gettext(words)) for name, words in _WAYS.items()],
        "joins": [("all", gettext("all of these hold")), ("any", gettext("at least one of these holds"))],
        "holds": [("yes", gettext("it is so")), ("no", gettext("it is not so"))],
    }
