"""What follows when the carrier says no, whatever number it gives its reason."""

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What a refusal, or an error reported later, asks of us."""

    STOP_ALL = "stop_all"
    """The account is closed to us: stop everything and alert. The message goes back."""
    CONFIGURATION = "configuration"
    """Our set-up is wrong: pause the sender or the blast, say why. The message goes back."""
    BACK_OFF = "back_off"
    """Too much at once: later, with jitter. The message goes back."""
    REST_SENDER = "rest_sender"
    """The sender's queue is full: rest that sender. The message goes back."""
    OTHER_SENDER_ONCE = "other_sender_once"
    """This sender doesn't reach the number: try one other, then it is final."""
    NO_PICTURE = "no_picture"
    """This sender carries no pictures: the text goes again, with a link to its picture."""
    SUPPRESS = "suppress"
    """The person opted out at the carrier: record it, final for the message."""
    RETIRE_NUMBER = "retire_number"
    """Nobody has this number: mark it dead, final for the message."""
    NEVER_TEXT = "never_text"
    """The line takes no texts, calls perhaps: mark it a landline, final for the message."""
    NOT_REACHED = "not_reached"
    """Not reached this time, maybe later; final for this message."""
    NEVER_AGAIN = "never_again"
    """Blocked, and would be again; many of them pause the campaign. Final for this message."""
    FINAL = "final"
    """Final for this message, and says nothing about anything else."""


PUTS_BACK: Final = frozenset(
    {
        Action.STOP_ALL,
        Action.CONFIGURATION,
        Action.BACK_OFF,
        Action.REST_SENDER,
        Action.OTHER_SENDER_ONCE,
        Action.NO_PICTURE,
    }
)
"""After these, as the answer to a send, the message isn't lost: it was about us, or a further try is due."""

PAUSES: Final = frozenset({Action.STOP_ALL, Action.CONFIGURATION})
"""After these nothing more is sent that way until a person has looked."""
