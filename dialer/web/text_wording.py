"""The words of texts to and from people, as any page says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _

Words = Mapping[str | int | None, str]

LEFT_OUT: Final[Words] = {
    "voted": _("Already voted"),
    "opted_out": _("Asked us to stop"),
    "suppressed": _("On a do-not-contact list"),
    "no_email": _("No email address"),
    "no_phone": _("No mobile"),
    "not_mobile": _("No mobile"),
    "recently_contacted": _("Heard from us a short while ago"),
    "in_review": _("Waiting for an answer from you"),
    "duplicate_number": _("Same mobile as someone above"),
    "country": _("A country we don’t text"),
    "no_consent": _("Hasn’t said yes to texts"),
    "audience": _("Not one of those it is for"),
    "held_out": _("Held out by chance"),
    "deadline": _("Too late to land in time"),
    "deceased": _("Has died"),
    "moved": _("Moved away"),
    "picture_withdrawn": _("Its picture was taken away"),
}

_LEFT_OUT_OF_EMAILS: Final[Words] = {
    "duplicate_number": _("Same address as someone above"),
    "no_consent": _("Hasn’t said yes to emails"),
}


def left_out(reason: str | None, *, is_letters: bool = False) -> str:
    """Why somebody gets no text, or no email, in words; the reason itself where there are none for it."""
    words = _LEFT_OUT_OF_EMAILS if is_letters and reason in _LEFT_OUT_OF_EMAILS else LEFT_OUT
    return str(words.get(reason, reason or ""))


MESSAGE_STATE: Final[Words] = {
    "queued": _("Waiting its turn"),
    "sending": _("On its way out"),
    "unknown": _("Being checked"),
    "sent": _("Sent"),
    "delivered": _("Delivered"),
    "undelivered": _("Didn’t arrive"),
    "failed": _("Failed"),
    "skipped": _("Left out"),
    "cancelled": _("Stopped before it was sent"),
    "received": _("Received"),
}

INBOUND_CLASS: Final[Words] = {
    "opt_out": _("Asked us to stop"),
    "opt_in": _("Asked to hear from us again"),
    "review": _("May mean stop"),
    "other": _("A reply"),
}

INBOUND_TONE: Final[Words] = {"opt_out": "bad", "opt_in": "good", "review": "warn", "other": ""}

LETTER_DOUBT: Final[Words] = {
    "other_sender": _(
        "Written from another address than the one we wrote to: it may be somebody else’s words."
    ),
    "other_reply_to": _("Wants its answer to go elsewhere. Yours goes to the address that we wrote to."),
    "unproven": _("It answers none of our emails, so nobody can tell who wrote it."),
}
INBOUND_RULE: Final[Words] = {
    "keyword": _("the whole text is a keyword"),
    "keyword_signed": _("a keyword with a signature"),
    "keyword_stressed": _("a keyword, drawn out or said again"),
    "footer_keyword": _("the word that our own text names"),
    "footer_echo": _("repeats our own words about stopping"),
    "answers_no": _("says no to what our last text asked"),
    "footer_in_text": _("repeats our own words about stopping, among others"),
    "damaged_keyword": _("close to a keyword"),
    "stop_sign": _("a stop sign"),
    "yes_after_opt_out": _("says yes after a no by text"),
    "help": _("asks for help"),
    "no_words": _("no words in it"),
    "attachment": _("a picture or a file, and no words"),
    "quoted": _("only quotes our text"),
    "our_words_back": _("only our own words"),
    "nothing": _("nothing in it says stop"),
    "carrier_stop": _("the carrier took it for a no"),
    "automatic": _("a machine answered by itself, as while somebody is away"),
    "unproven": _("asks for no more, and somebody else may have written it"),
    "carrier_start": _("the carrier took it for a yes"),
    "asks_to_go_on": _("says not to stop"),
    "asked_before": _("says that they asked before"),
    "asks_how_to_stop": _("asks how to get no more texts"),
    "stop_texting": _("asks to stop the texts"),
    "a_place_or_way": _("means a stop on a way"),
    "of_oneself": _("tells what they themselves stop"),
    "please_stop": _("asks to stop, and nothing else can be meant"),
    "unsubscribe": _("asks to be unsubscribed"),
    "take_me_off": _("asks to be taken off the list"),
    "unclear_who_should_not": _("speaks of not texting, and who is meant isn’t clear"),
    "do_not_text": _("asks not to be texted"),
    "no_more": _("wants no more texts"),
    "does_not_want_texts": _("doesn’t want to be written to"),
    "withdraws_consent": _("takes back their consent, or objects"),
    "leave_me_alone": _("asks to be left alone"),
    "wrong_person": _("seems not to be the person meant"),
    "bereaved": _("tells of a death"),
    "no_interest": _("isn’t interested, in this or in texts"),
    "complaint": _("complains of the texts"),
    "go_away": _("tells us to go away"),
    "another_opt_out": _("opts out of something else"),
    "word_in_doubt": _("has a word by which people say no, and it isn’t clear what is meant"),
}
"""Why a text was read as it was; the rules are those of `domain/inbound_text`."""
_RULE_OF_EMAILS: Final[Words] = {
    "keyword": _("the whole email is a keyword"),
    "footer_keyword": _("the word that our own email names"),
    "yes_after_opt_out": _("says yes after a no by email"),
    "quoted": _("only quotes our email"),
    "asks_how_to_stop": _("asks how to get no more emails"),
    "stop_texting": _("asks to stop the emails"),
    "unclear_who_should_not": _("speaks of not writing, and who is meant isn’t clear"),
    "do_not_text": _("asks not to be written to"),
    "no_more": _("wants no more emails"),
    "no_interest": _("isn’t interested, in this or in emails"),
    "complaint": _("complains of the emails"),
}


def inbound_rule(rule: str | None, *, is_letter: bool = False) -> str:
    """Why a text, or an email, was read as it was, in words."""
    words = _RULE_OF_EMAILS if is_letter and rule in _RULE_OF_EMAILS else INBOUND_RULE
    return str(words.get(rule, rule or ""))


HANDOVER: Final[Words] = {
    "frightened": _("This person frightened me"),
    "question": _("I don’t know the answer"),
    "complaint": _("They complain"),
    "distress": _("They need help themselves"),
    "press": _("A journalist or an official"),
    "other": _("Something else"),
}
