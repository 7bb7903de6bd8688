"""What a country's rules, and the carrier's, ask of who calls or texts there from a number or a name.

Each note says where it was read and when. It helps whoever chooses a number; it is no legal advice, and
rules change: a note that is old is to be looked up again at its source.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from dialer.domain.filters.terms import N_
from dialer.domain.texting import SENDER_KINDS

NUMBER_KINDS: Final = ("local", "mobile", "national", "toll_free")
"""What a carrier sells."""
CALLER_ID: Final = "caller_id"
"""What people see who are called."""
LOOK_UP: Final = "look_up"
"""Asking what kind of line a number is."""
KINDS: Final = tuple(dict.fromkeys((*NUMBER_KINDS, *SENDER_KINDS, CALLER_ID, LOOK_UP)))
"""What a note may be about."""

ELSEWHERE: Final = "*"
"""Stands for every country of which nothing else is known."""

_TEXTS: Final = frozenset(SENDER_KINDS)
_BOUGHT: Final = frozenset(NUMBER_KINDS)
_CALLS: Final = frozenset({CALLER_ID, *NUMBER_KINDS})
_NAMES: Final = frozenset({"alphanumeric"})
_CHECKED: Final = dt.date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Note:
    """One rule: its `name` within the table, what it is about, in words, where they were read and when."""

    name: str
    kinds: frozenset[str]
    words: str
    source: str
    checked: dt.date = _CHECKED


_BUNDLE: Final = Note(
    "bundle",
    _BOUGHT,
    N_(
        "The carrier sells most numbers outside the United States and Canada only with an approved bundle of "
        "documents about who uses them. Without one, buying fails (21649)."
    ),
    "https://twilio.com/en-us/changelog/regulated-number-bundle-provisioning-requirement",
)
_ADDRESS: Final = Note(
    "address",
    _BOUGHT,
    N_(
        "Some numbers want an address with the carrier: anywhere, in the number’s own country or area, or "
        "abroad. It is to be that of whoever uses the number."
    ),
    "https://support.twilio.com/hc/en-us/articles/223182868-Why-do-some-phone-numbers-have-an-address-requirement",
)
_NAME_RULES: Final = Note(
    "name_one_way",
    _NAMES,
    N_(
        "A name has at most 11 letters, digits and spaces, a letter among them. Nobody can answer it, so each"
        " text needs another way to say stop."
    ),
    "https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id.md",
)
_NO_NAMES: Final = Note(
    "no_names",
    _NAMES,
    N_("Texts to the United States and Canada can’t come from a name: use a number."),
    "https://developers.telnyx.com/docs/messaging/messages/alphanumeric-sender-id",
)
_TOLL_FREE: Final = Note(
    "toll_free_verified",
    frozenset({"toll_free"}),
    N_(
        "A toll-free number sends no text to the United States or Canada until the carrier has verified what "
        "it is used for."
    ),
    "https://static0.twilio.com/docs/messaging/compliance/toll-free/api-onboarding",
)

NOTES: Final[dict[str, tuple[Note, ...]]] = {
    "GB": (
        Note(
            "caller_id",
            _CALLS,
            N_("The number that people see must be valid, one that can be rung, and tell who calls."),
            "https://ofcom.org.uk/phones-and-broadband/phone-numbers/cli-guidance-consultation",
        ),
        Note(
            "caller_id_blocked",
            _CALLS,
            N_(
                "Networks must block calls whose number isn’t valid, can’t be rung, or isn’t the caller’s: "
                "one that was given to you, or that its owner lets you use."
            ),
            "https://transnexus.com/blog/2022/uk-new-spoofing-blocking-rules/",
        ),
        Note(
            "caller_id_abroad",
            _CALLS,
            N_(
                "Calls that come from abroad with a British number are to be blocked, unless the provider can"
                " show that a customer in the United Kingdom makes them. Since 29 January 2025: ask the "
                "carrier where its calls come from."
            ),
            "https://commscouncil.uk/press/ofcom-updated-cli-guidance-tackling-scam-calls",
        ),
        Note(
            "calls_pecr",
            _CALLS,
            N_(
                "Calls that promote anything must show a number on which you can be reached, and may not go "
                "to whoever has said no to you or has been on the register of the Telephone Preference "
                "Service for 28 days (PECR, regulation 21)."
            ),
            "https://caps-ltd.co.uk/?p=5789",
        ),
        Note(
            "abandoned_calls",
            frozenset({CALLER_ID}),
            N_(
                "No rate of abandoned calls is safe: Ofcom’s policy on persistent misuse of 1 March 2017 has "
                "no guideline any more, where it had one of 3 %."
            ),
            "https://callcentresoftware.co.uk/blog/2017/february/life-after-ofcoms-3-rule/",
        ),
        Note(
            "political_marketing",
            _TEXTS | _CALLS,
            N_(
                "Nearly every political message to a particular person is direct marketing, by whatever means"
                " it goes, and they may object at any time."
            ),
            "https://ico.org.uk/for-organisations/guide-to-data-protection/key-dp-themes/"
            "guidance-for-the-use-of-personal-data-in-political-campaigning-1/"
            "political-campaigning-opinion-research-and-direct-marketing/",
        ),
        Note(
            "texts_pecr",
            _TEXTS,
            N_(
                "Campaign texts go only to people who have said yes to them: specific, informed and given by "
                "something that they did (PECR)."
            ),
            "https://bateswells.co.uk/updates/election-24-data-protection-and-political-campaigning-part-one/",
        ),
        Note(
            "imprint",
            _TEXTS,
            N_("Digital campaign material says who is responsible for it (an imprint), since November 2023."),
            "https://www.electoralcommission.org.uk/full-guidance/statutory-guidance-digital-imprints",
        ),
        _NAME_RULES,
        Note(
            "name_protected",
            _NAMES,
            N_(
                "Names that a brand has protected in the registry of the Mobile Ecosystem Forum are blocked "
                "for others; for one of your own the carrier wants a letter of authorisation."
            ),
            "https://support.twilio.com/hc/en-us/articles/23737742623387-Documents-Required-and-Instructions-to-"
            "Register-Your-Alphanumeric-Sender-ID-in-United-Kingdom",
        ),
        Note(
            "landlines",
            _TEXTS,
            N_(
                "The carrier doesn’t refuse texts to landlines, and some networks read them out as a call: "
                "look up the kinds of lines before."
            ),
            "https://www.twilio.com/en/guidelines/gb/sms",
        ),
        Note(
            "pictures",
            _TEXTS,
            N_("Pictures go as a text with a link."),
            "https://www.twilio.com/en/guidelines/gb/sms",
        ),
        Note(
            "short_code",
            frozenset({"short_code"}),
            N_(
                "A short code takes 12 to 16 weeks, reaches British networks only, and wants a yes of "
                "everybody before the first text."
            ),
            "https://static0.twilio.com/en-us/guidelines/gb/short-code",
        ),
        Note(
            "bundle_gb",
            _BOUGHT,
            N_(
                "The carrier has one set of requirements for local and national numbers and one for mobile "
                "and toll-free ones, each for individuals and for organisations: make the bundle for the kind"
                " that you buy."
            ),
            "https://www.twilio.com/docs/phone-numbers/regulatory/reading-regulations-for-the-uk-bundle",
        ),
        _BUNDLE,
        _ADDRESS,
    ),
    "IE": (
        Note(
            "sender_registry",
            _NAMES,
            N_(
                "Names are to be registered with ComReg: since 3 July 2025 texts from others arrive from "
                "“Likely Scam”. Blocking them, announced for 3 October 2025, was put off."
            ),
            "https://commsrisk.com/how-a-sailing-club-hacked-irelands-sms-sender-id-registry/",
        ),
        Note(
            "unsolicited",
            _TEXTS | _CALLS,
            N_(
                "The rules on unsolicited calls and texts hold for political canvassing too (S.I. 336 of "
                "2011, regulation 13)."
            ),
            "https://www.kildarestreet.com/wrans/?id=2011-10-18.1359.0",
        ),
        Note(
            "texts_consent",
            _TEXTS,
            N_(
                "Electoral texts without the consent of those who get them may be prosecuted; addresses and "
                "numbers from clubs, schools or friends are no consent."
            ),
            "https://irishtimes.com/news/politics/election-candidates-warned-over-unsolicited-marketing-1.1745944",
        ),
        _NAME_RULES,
        _BUNDLE,
        _ADDRESS,
    ),
    "US": (
        Note(
            "registration_10dlc",
            frozenset({"long_code", "10dlc", "local", "messaging_service"}),
            N_(
                "Texts to the United States from an ordinary ten-digit number need a registered brand and a "
                "registered campaign (A2P 10DLC); the carrier counts all of ours as sent by a program."
            ),
            "https://www.twilio.com/docs/trust-hub/registrations/a2p-10dlc-brand.md",
        ),
        Note(
            "political_use",
            frozenset({"long_code", "10dlc", "local", "toll_free", "messaging_service"}),
            N_(
                "Political campaigns and 527 organisations register for the use “Political”, with a token of "
                "Campaign Verify; any other use is rejected (30542)."
            ),
            "https://www.twilio.com/docs/api/errors/30542",
        ),
        _TOLL_FREE,
        Note(
            "autodialled",
            _TEXTS | {CALLER_ID},
            N_(
                "Campaign calls and texts to mobiles by an autodialler, and recorded ones, need the person’s "
                "prior express consent; texts sent without an autodialler don’t. Recorded calls say first who"
                " calls, and give a number."
            ),
            "https://www.fcc.gov/fcc-rules-political-robocalls-and-robotexts-explained",
        ),
        Note(
            "revoking",
            _TEXTS | {CALLER_ID},
            N_(
                "People take a yes back in any reasonable way; it is to be obeyed within ten working days at "
                "most, and one text may confirm it."
            ),
            "https://www.govinfo.gov/content/pkg/FR-2024-03-05/html/2024-04587.htm",
        ),
        Note(
            "hours",
            frozenset({CALLER_ID}),
            N_(
                "No calls before 8 in the morning or after 9 in the evening by the clock of whoever is "
                "called."
            ),
            "https://docs.politicalcomms.com/compliance/tcpa",
        ),
        _NO_NAMES,
        Note(
            "no_bundle",
            _BOUGHT,
            N_(
                "American numbers are sold without a bundle of documents; to text from them is another "
                "matter."
            ),
            "https://www.twilio.com/docs/numbers-and-senders/phone-number-senders.md",
        ),
    ),
    "CA": (
        Note(
            "voter_contact_registry",
            frozenset({CALLER_ID}),
            N_(
                "In a federal election, whoever calls voters through a third party, or with recorded "
                "messages, registers with the CRTC within 48 hours of the first call. Parties and candidates "
                "whose own staff or volunteers speak don’t have to."
            ),
            "https://www.newswire.ca/news-releases/voter-contact-registry-now-open-874769574.html",
        ),
        Note(
            "soliciting",
            frozenset({CALLER_ID}),
            N_(
                "Parties and candidates are exempt from the National Do Not Call List, but keep one of their "
                "own. Calls that ask for money go from 9 am to 9:30 pm on weekdays, 10 am to 6 pm at "
                "weekends."
            ),
            "https://crtc.gc.ca/eng/phone/telemarketing/politi.htm",
        ),
        Note(
            "filtering",
            _TEXTS,
            N_(
                "Canadian networks filter texts that programs send; the carrier recommends short codes or "
                "verified toll-free numbers."
            ),
            "https://www.twilio.com/en/guidelines/ca/sms",
        ),
        _TOLL_FREE,
        _NO_NAMES,
        Note(
            "look_ups",
            frozenset({LOOK_UP}),
            N_(
                "The carrier tells the kind of a Canadian line only to accounts that it has approved; others "
                "get 60601."
            ),
            "https://twilio.com/docs/lookup/v2-api/line-type-intelligence",
        ),
    ),
    ELSEWHERE: (_BUNDLE, _ADDRESS, _NAME_RULES),
}


def notes_for(country: str, kind: str | None = None) -> tuple[Note, ...]:
    """What is known of a country (ISO 3166), or only what is about one kind of number, name or deed. Of a
    country that isn't in the table, what holds nearly everywhere.
    """
    of_country = NOTES.get(country.upper(), NOTES[ELSEWHERE])
    return tuple(note for note in of_country if kind is None or kind in note.kinds)
