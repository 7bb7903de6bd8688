"""Sentences that rules and deeds say and that pages pass on, named here so that they are translated too.

A test keeps the list in step with what is said.
"""

from __future__ import annotations

from typing import Final


def N_(words: str) -> str:  # noqa: N802 - gettext's own name for “to be translated later”
    """Mark a sentence for the catalogue."""
    return words


SAID_BY_RULES: Final = (
    N_("Nobody has taken over this talk."),
    N_("Nobody is on the line with them now."),
    N_("Somebody else has it already."),
    N_("Somebody else is with them already."),
    N_("The volunteer has left this talk. Stay until it is over."),
    N_("They are being put through to somebody."),
    N_("They aren’t on a line of their own, so nobody can come into their room."),
    N_("This shift is your own."),
    N_("You are in a talk that you have taken over. Finish it first."),
    N_("A landline can’t get a text. Give a mobile, or ask a coordinator to enter this number for you."),
    N_("All calling is stopped just now."),
    N_("This campaign leaves no message."),
    N_("It is too early or too late to leave a message."),
    N_("This number has had the message already."),
    N_("This number has had a message from another campaign of ours a short while ago."),
    N_("The call is over, so nothing can be left on it."),
    N_("Confirm first that everybody on the lists has agreed to recorded calls from you."),
    N_("There is no such sound, or it isn’t offered any more."),
    N_("It is too early or too late to call them."),
    N_("Only whoever has this contact in hand can be put through to them."),
    N_("Nobody is on the line with you now."),
    N_("On your own phone you mute and hold with its own buttons."),
    N_("You can put people through to the numbers that your coordinators have listed."),
    N_("They can’t be rung: they don’t run the campaign, or no phone of theirs is confirmed."),
    N_("This number can’t be rung from here."),
    N_("Somebody else is being rung for them already. Call that off first."),
    N_("They haven’t answered yet. Wait for them, or call it off."),
    N_("This is over already."),
    N_("You can put people through from your own line only. Give them the number instead."),
    N_("This script puts nobody through at that step."),
    N_("Numbers in this country can’t be rung from here."),
    N_("Phones in this country can’t be rung from here."),
    N_("Give the number of your phone."),
    N_("Show first that a phone is yours, by a code that we send to it."),
    N_("That isn’t the code, or it is too old. Have another one sent."),
    N_("The campaign has no number yet to ring from. Ask your coordinator."),
    N_("The campaign has spent what it may."),
    N_("They were called a short while ago."),
    N_("This number was tried as often as the campaign tries one."),
    N_("This number was tried as often today as one is in a day."),
    N_("This contact isn’t in your hands any more."),
    N_("This number is out of use."),
    N_("This number must not be called."),
    N_("This person doesn’t want to be called."),
    N_("This person has died."),
    N_("This person has moved."),
    N_("This person has voted."),
    N_("This person is done with in this campaign."),
    N_("This person is to be called on another number."),
    N_("This phone isn’t confirmed yet. Have a code sent to it, and type the code in."),
    N_("Three codes a day is the most for one phone. Try again tomorrow, or ask a coordinator."),
    N_("The call before this one isn’t over yet. Try again in a moment."),
    N_("You can’t ring yourself."),
    N_("Give a name that others will recognise."),
    N_("Give a phone number or an email, to send your link again."),
    N_("Many people in a row came back without a call. Ask your coordinator to let you go on."),
    N_("Calling in the browser isn’t set up here. We can ring your phone instead."),
    N_("Nobody is called in that campaign just now."),
    N_("They don’t call for that campaign. Let them in first."),
    N_("They have gone on already."),
    N_("Nobody is on such a shift here."),
    N_("Choose another campaign."),
    N_("In this campaign nobody waits on the line. Take the next person instead."),
    N_("Nobody is called in this campaign just now."),
    N_("This can’t be a phone number. Correct it or leave it out."),
    N_("This can’t be an email address. Correct it or leave it out."),
    N_("This shift is over. Start another one."),
    N_("This token doesn’t open anything. Check it, or ask for a new one."),
    N_("This time is over. Give a later one, or none to send it as soon as it is launched."),
    N_("Nothing sent now could arrive by then. Give a later time."),
    N_("It would start too late for anything to arrive before its deadline."),
    N_("Tick this so that people can trust us with what they say."),
)
