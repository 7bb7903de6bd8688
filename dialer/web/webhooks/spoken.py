"""TwiML: what the carrier says and does on a call of ours, in English and Welsh."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from flask_babel import force_locale, gettext

from dialer.domain import supervision
from dialer.domain.line import LINE_MOVED, SHIFT_OVER, WENT_ON
from dialer.web.rule_words import N_

_VOICES: Final = {"en": ("Polly.Amy", "en-GB"), "cy": ("Polly.Gwyneth", "cy-GB")}
"""Welsh is spoken by one voice alone (twilio.com/docs/voice/twiml/say/text-speech)."""

HELLO: Final = N_(
    "Hello, this is the campaign line of %(organisation)s. One of our volunteers may have called you about "
    "the election."
)
HOW_TO_STOP: Final = N_("To stop our calls to this number, press 9.")
HELLO_ONE_MOMENT: Final = N_("Hello! Just a moment.")
"""It lasts a second and a half: by its end a volunteer may be free (`abandonment.GREETED_FOR`)."""
NOBODY_FREE: Final = N_(
    "This is a call from %(organisation)s. All our volunteers are talking to somebody just now. We are "
    "sorry. To ring us back, call %(number)s."
)
AWAY: Final = N_(
    "This is a campaign call. Something on our side doesn’t work just now, so nobody can speak with you. "
    "We are sorry. To ring us back, call %(number)s. Goodbye."
)
SUPERVISION_OVER: Final = "supervision_over"
LINE_LOST: Final = N_("Sorry, the line to our volunteer was lost. Goodbye.")
STOPPED: Final = N_("Thank you. We won’t call this number again. Goodbye.")
FAREWELL: Final = N_("Thank you for calling. Goodbye.")
WE_HUNG_UP: Final = N_("We have hung up on our side. Thank you for talking with us. Goodbye.")
ONE_MOMENT: Final = N_("One moment, please.")
ON_HOLD: Final = N_("Please stay on the line. We’ll be back with you in a moment.")
PUT_THROUGH_OVER: Final = N_("The other side isn’t on the line any more. Goodbye.")
RING_AGAIN: Final = N_("Sorry, we can’t note anything just now. Please ring again in a few minutes. Goodbye.")
NUMBER_HIDDEN: Final = N_(
    "Your number is hidden, so we can’t take it off our list from here. Ring again with your number shown, "
    "or tell the volunteer who calls you."
)
RECORDED: Final = N_("This call is recorded.")
"""It lasts a second and a half: nobody waits longer for a volunteer who is there."""
ON_THE_LINE: Final = N_(
    "You’re on the line. Stay on it: when somebody answers you hear a tone, and then you’re talking to them. "
    "A coordinator may listen in to help."
)
FOR_VOLUNTEERS: Final = N_("If you’re one of our volunteers, press star.")
TYPE_PIN: Final = N_("Type the six digits of your PIN. They’re on your screen.")
WRONG_PIN: Final = N_("That isn’t the PIN of anybody who is calling just now.")
NO_MORE_PINS: Final = N_("We can’t take another PIN now. Have us ring you, or ask your coordinator.")
_STOPPED_JUST_NOW: Final = N_("Calling is stopped just now. Look at your screen.")
_NO_MORE: Final = N_("This person is not to be called any more. Go on to the next one.")
_NOT_PUT_THROUGH: Final = N_("The call could not be put through. Look at your screen.")
_WHY: Final = {
    "completed": N_("Thank you. Note what came of it."),
    "no_answer": N_("Nobody answered. Note it and go on."),
    "busy": N_("The line is busy. Note it and go on."),
    SHIFT_OVER: N_("Your shift is over. Thank you for calling."),
    supervision.LINE_LOST: N_("The volunteer’s line was lost. Goodbye."),
    SUPERVISION_OVER: N_("That’s over. Goodbye."),
    WENT_ON: N_("Where you call now nobody waits on the line. Look at your screen. Goodbye."),
    LINE_MOVED: N_("You’re on the line with another phone now. Goodbye."),
    "quiet_hours": N_("It is too early or too late to call them now."),
    **dict.fromkeys(("all_paused", "campaign_paused", "cost_cap"), _STOPPED_JUST_NOW),
    **dict.fromkeys(
        ("suppressed", "opted_out", "deceased", "moved", "voted", "over", "not_in_hand"), _NO_MORE
    ),
}


def document(*verbs: str) -> str:
    """A whole document."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(verbs)}</Response>'


def element(name: str, inside: str = "", **attributes: object) -> str:
    """One element; `inside` is TwiML already."""
    given = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{given}>{inside}</{name}>"


def say(words: str, language: str = "en", **fields: str) -> str:
    """Speak a sentence of the catalogue in one language."""
    spoken = language if language in _VOICES else "en"
    voice, locale = _VOICES[spoken]
    with force_locale(spoken):
        return element("Say", escape(str(gettext(words, **fields))), voice=voice, language=locale)


def say_in_both(words: str, **fields: str) -> str:
    """Speak in English, then in Welsh."""
    return say(words, "en", **fields) + say(words, "cy", **fields)


def own_first(language: str) -> tuple[str, ...]:
    """Both languages, theirs first."""
    return ("cy", "en") if language == "cy" else ("en", "cy")


def spelled(number: str) -> str:
    """A number digit by digit, as a voice should say it."""
    return " ".join(each for each in number if each.isdigit())


def words(text: str) -> str:
    """Text as it may stand in TwiML."""
    return escape(text)


def redirect(address: str) -> str:
    """Ask there what is to happen next."""
    return element("Redirect", escape(address))


def hang_up() -> str:
    """End the call."""
    return element("Hangup")


def why_not(reason: str) -> str:
    """What a volunteer hears who can't be put through, or whose talk is over."""
    return _WHY.get(reason, _NOT_PUT_THROUGH)
