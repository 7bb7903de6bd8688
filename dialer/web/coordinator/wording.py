"""The words of the glossary turned into plain speech, for every value that a coordinator's page shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _

Words = Mapping[str | int | None, str]

CAMPAIGN_STATE: Final[Words] = {
    "draft": _("Draft"),
    "active": _("Calling"),
    "paused": _("Paused"),
    "ended": _("Ended"),
}
CAMPAIGN_TONE: Final[Words] = {"draft": "", "active": "good", "paused": "warn", "ended": ""}
CAMPAIGN_KIND: Final[Words] = {
    "phone_bank": _("Phone bank"),
    "text_blast": _("Texts"),
    "gotv": _("Get out the vote"),
    "share": _("Sharing"),
}
DIALING_MODE: Final[Words] = {
    "preview": _("Volunteers see each person first, then ring"),
    "progressive": _("We ring one number for each volunteer who waits"),
    "predictive": _("We ring ahead, so that volunteers hardly wait"),
}
TEAM_KIND: Final[Words] = {
    "region": _("Region"),
    "local": _("Local group"),
    "circle": _("Circle"),
}
DOING: Final[Words] = {
    "calling": _("Calling now"),
    "not_back": _("Haven’t called for a week"),
    "waiting": _("Waiting for you"),
    "gone": _("Sent home"),
}
ROLE: Final[Words] = {
    "admin": _("Administrator"),
    "coordinator": _("Coordinator"),
    "organiser": _("Organiser"),
    "volunteer": _("Volunteer"),
    "teller": _("Teller"),
    "observer": _("Observer"),
}
ROLE_MAY: Final[Words] = {
    "admin": _("Does everything, and reads who did what."),
    "coordinator": _("Runs every campaign: lists, scripts, texts, money and people."),
    "organiser": _(
        "Runs the campaigns of their teams and looks after their volunteers. Sees no list of voters and no"
        " other team."
    ),
    "volunteer": _("Calls and answers texts, one person at a time. Sees no list."),
    "teller": _("Marks who has voted, and sees nothing else."),
    "observer": _("Reads figures, and nobody’s name."),
}
DISPOSITION: Final[Words] = {
    "contacted": _("We talked"),
    "callback": _("Call back later"),
    "already_voted": _("Already voted"),
    "refused": _("Didn’t want to talk"),
    "wrong_number": _("Wrong person"),
    "moved": _("Moved away"),
    "deceased": _("Has died"),
    "do_not_call": _("Asked us to stop"),
    "no_answer": _("No answer"),
    "busy": _("Engaged"),
    "answering_machine": _("Answering machine"),
    "left_message": _("Left a message"),
    "language_barrier": _("No common language"),
    "disconnected": _("Number doesn’t work"),
    "hung_up": _("Hung up at once"),
    "abandoned": _("Answered, nobody free"),
}
SUPPORT: Final[Words] = {
    1: _("Strong for us"),
    2: _("Leaning to us"),
    3: _("Undecided"),
    4: _("Leaning against"),
    5: _("Against"),
    None: _("Not known"),
}
VOTING_METHOD: Final[Words] = {
    "in_person": _("At the station"),
    "postal": _("By post"),
    "proxy": _("By proxy"),
}
SOURCE: Final[Words] = {
    "call": _("A call"),
    "text": _("A text"),
    "door": _("At the door"),
    "import": _("A list"),
    "web": _("A web page"),
    "manual": _("Entered by hand"),
    "teller": _("A teller"),
    "phone": _("A call"),
    "postal_list": _("The postal list"),
    "sms": _("A text"),
    "abuse": _("Abusive texts"),
    "coordinator": _("Entered by hand"),
    "volunteer": _("A call"),
    "link": _("The link in what we wrote"),
    "keypad": _("A key pressed on the phone"),
    "bounce": _("An email that came back"),
    "bounces": _("Emails that came back"),
    "complaint": _("A complaint about an email"),
}
MARK_WHY: Final[Words] = {
    "nobody": _("Nobody has this number"),
    "several": _("Several have this number"),
    "other_election": _("Another election than the teller’s"),
    "other_district": _("Another district than the teller’s"),
    "too_fast": _("Faster than people can vote"),
    "deceased": _("Has died, as far as we know"),
    "moved": _("Has moved away, as far as we know"),
}
MARK_STATE: Final[Words] = {
    "counted": _("Counts"),
    "unknown": _("Waits"),
    "held": _("Held"),
    "undone": _("Dropped"),
}
LINE_TYPE: Final[Words] = {
    "mobile": _("Mobile"),
    "landline": _("Landline"),
    "voip": _("Internet phone"),
    "unknown": _("kind of line unknown"),
}
CHANNEL: Final[Words] = {
    "voice": _("Calls"),
    "sms": _("Texts"),
    "email": _("Email"),
    "door": _("At the door"),
    "post": _("Post"),
    "all": _("Everything"),
}
LISTED: Final[Words] = {
    "tps": _("On the TPS register"),
    "ctps": _("On the CTPS register"),
    "opt_out": _("Asked not to be contacted"),
    "complaint": _("Complained"),
    "deceased": _("Has died"),
    "carrier": _("The carrier refuses it"),
    "manual": _("Barred by us"),
}
WHY_NOT: Final[Words] = {
    "deceased": _("Has died"),
    "moved": _("Moved away"),
    "dead_number": _("The number doesn’t work"),
    "country": _("We don’t contact numbers in this country"),
    "no_phone": _("No number that works"),
    "not_mobile": _("Not a mobile"),
    "in_review": _("Wrote what may mean stop: see the Inbox"),
    "no_email": _("No email address"),
}
CONTACT_STATUS: Final[Words] = {
    "active": _("On the list"),
    "moved": _("Moved away"),
    "deceased": _("Has died"),
}
IMPORT_STATE: Final[Words] = {
    "queued": _("Waiting its turn"),
    "needs_mapping": _("Columns to check"),
    "running": _("Being brought in"),
    "completed": _("Done"),
    "failed": _("Couldn’t be read"),
    "cancelled": _("Stopped"),
    "undoing": _("Being undone"),
    "undone": _("Undone"),
}
IMPORT_TONE: Final[Words] = {
    "queued": "",
    "needs_mapping": "warn",
    "running": "accent",
    "completed": "good",
    "failed": "bad",
    "cancelled": "",
    "undoing": "accent",
    "undone": "",
}
IMPORT_WHY: Final[Words] = {
    "external_id": _("the same ID"),
    "elector_number": _("the same elector number"),
    "name_and_address": _("the same name and address"),
    "phone_and_name": _("the same number and name"),
    "email_and_name": _("the same email and name"),
    "dialer_id": _("the id that we gave"),
}
IMPORT_TAKEN: Final[Words] = {
    "people": _("People taken away"),
    "memberships": _("Taken out of the list"),
    "changes": _("People put back as they were"),
    "numbers": _("Numbers taken away"),
    "evidence": _("Pledges and votes taken away"),
    "consents": _("Consents taken away"),
    "suppressions": _("Numbers and addresses no longer barred"),
    "lifts": _("Barred again, as before this list"),
}
IMPORT_STAYS: Final[Words] = {
    "contacted": _("They were called or texted, or wrote to us"),
    "other_imports": _("Another file names them too"),
    "other_lists": _("They are in another list"),
    "noes": _("They said no, and that stays"),
    "evidence": _("We know of a pledge or a vote from elsewhere"),
    "changed": _("They were changed by hand"),
    "fields": _("Something about them was changed since"),
    "elector_numbers": _("Their elector number is somebody else’s by now"),
    "suppressions": _("Another list, or somebody, bars it too"),
}
IMPORT_REASON: Final[Words] = {
    "no_phone": _("No phone, email or elector number"),
    "invalid_phone": _("Not a phone number"),
    "premium_rate": _("Costs extra to ring"),
    "damaged_number": _("Number damaged by a spreadsheet"),
    "invalid_email": _("Email can’t be right"),
    "short_row": _("Fewer cells than the header"),
    "long_row": _("More cells than the header"),
    "undecodable": _("Letters we couldn’t read, or a quote that isn’t closed"),
    "value_too_long": _("Too long for this field"),
    "renumbered": _("The register gave this number to somebody else"),
}
IMPORT_QUESTION: Final[Words] = {
    "header": _("The first row doesn’t name the columns. Say what each one is."),
    "no_phone": _(
        "Which column is the phone? None looks like one. Without it these people can’t be rung or texted"
        " until another list brings their numbers."
    ),
    "two_phones": _(
        "Which column is the phone? Two could be. Both are taken, unless you choose something else for one."
    ),
}
IMPORT_BASIS: Final[Words] = {
    "name": _("by its name"),
    "content": _("only by what it holds"),
    "second": _("another column is nearer"),
    "unlike": _("its cells hold something else"),
    "none": _("a name we don’t know"),
    "unnamed": _("it has no name"),
    "chosen": _("chosen by one of you"),
}
"""Why we take a column for what we do."""

IMPORT_FIELD: Final[Words] = {
    "phone": _("Phone"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "full_name": _("Full name"),
    "email": _("Email"),
    "address": _("Address"),
    "postcode": _("Postcode"),
    "elector_number": _("Elector number"),
    "elector_prefix": _("Elector number: district"),
    "elector_suffix": _("Elector number: suffix"),
    "elector_markers": _("Register marks"),
    "change": _("Added, changed or deleted"),
    "polling_district": _("Polling district"),
    "polling_station": _("Polling station"),
    "ward": _("Ward"),
    "constituency": _("Constituency"),
    "dialer_id": _("Id that we gave"),
    "external_id": _("Id in your system"),
    "date_of_birth": _("Date of birth"),
    "language": _("Language"),
    "support": _("Support, 1 to 5"),
    "pledge": _("Pledge (yes, maybe, no)"),
    "pledged_at": _("When they pledged"),
    "pledge_source": _("Where the pledge is from"),
    "voting_method": _("Way of voting"),
    "postal_vote": _("Votes by post"),
    "voted": _("Has voted"),
    "voted_at": _("When they voted"),
    "needs_lift": _("Needs a lift"),
    "tags": _("Tags"),
    "notes": _("Notes"),
    "do_not_call": _("Do not call"),
    "do_not_text": _("Do not text"),
    "do_not_email": _("Do not email"),
    "do_not_post": _("No post"),
    "do_not_knock": _("Do not knock"),
    "opt_out": _("Asked not to be contacted"),
    "opt_in": _("Agreed to be contacted"),
    "opt_in_text": _("Agreed to texts"),
    "opt_in_email": _("Agreed to emails"),
    "deceased": _("Has died"),
    "ignore": _("Leave out"),
}
EXPORT_KIND: Final[Words] = {
    "contacts": _("People"),
    "pledges": _("Pledges"),
    "turnout": _("Who has voted"),
    "results": _("Results of calls"),
    "door_results": _("Results at the door"),
    "messages": _("Texts"),
    "calls": _("Calls"),
}
EXPORT_FORMAT: Final[Words] = {
    "csv": _("CSV, for any spreadsheet"),
    "xlsx": _("Excel workbook"),
    "jsonl": _("JSON lines, for programs"),
}
EXPORT_STATE: Final[Words] = {
    "queued": _("Waiting its turn"),
    "running": _("Being written"),
    "completed": _("Done"),
    "failed": _("Couldn’t be written"),
    "expired": _("Over"),
}
EXPORT_TONE: Final[Words] = {
    "queued": "",
    "running": "accent",
    "completed": "good",
    "failed": "bad",
    "expired": "",
}
PAUSE_REASON: Final[Words] = {
    "cost_cap": _("Paused: the budget is used up."),
}
SHIFT_STATE: Final[Words] = {
    "ready": _("Waiting"),
    "assigned": _("Looking at a person"),
    "in_call": _("Speaking"),
    "wrap_up": _("Finishing up"),
    "paused": _("Paused"),
    "ended": _("Gone home"),
}
NODE_KIND: Final[Words] = {
    "say": _("Something to say"),
    "question": _("A question"),
    "transfer": _("Put them through"),
    "end": _("The end"),
}

IMPORT_KEPT: Final[Words] = {
    "phone": _("Kept without the phone"),
    "email": _("Kept without the email"),
}
"""What was done with a row that kept all but one value; other fields are named after “without”."""

SAY: Final[Mapping[str, Words]] = {
    "campaign_state": CAMPAIGN_STATE,
    "campaign_tone": CAMPAIGN_TONE,
    "campaign_kind": CAMPAIGN_KIND,
    "team_kind": TEAM_KIND,
    "role": ROLE,
    "role_may": ROLE_MAY,
    "disposition": DISPOSITION,
    "support": SUPPORT,
    "voting_method": VOTING_METHOD,
    "source": SOURCE,
    "mark_state": MARK_STATE,
    "mark_why": MARK_WHY,
    "channel": CHANNEL,
    "line_type": LINE_TYPE,
    "contact_status": CONTACT_STATUS,
    "listed": LISTED,
    "why_not": WHY_NOT,
    "import_state": IMPORT_STATE,
    "import_tone": IMPORT_TONE,
    "import_why": IMPORT_WHY,
    "import_taken": IMPORT_TAKEN,
    "import_stays": IMPORT_STAYS,
    "import_reason": IMPORT_REASON,
    "import_field": IMPORT_FIELD,
    "import_kept": IMPORT_KEPT,
    "export_kind": EXPORT_KIND,
    "export_format": EXPORT_FORMAT,
    "export_state": EXPORT_STATE,
    "export_tone": EXPORT_TONE,
    "pause_reason": PAUSE_REASON,
    "shift_state": SHIFT_STATE,
    "node_kind": NODE_KIND,
}
"""Every table of words, as templates find it: `say.support[record.support]`."""
