"""What `/blasts` takes and gives (contract §7)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from dialer.domain.answer_words import LABEL_MAX, RULES_MAX
from dialer.domain.audience import NAMES_MOST, NOT_CONTACTED_MOST_S
from dialer.domain.bounces import MOST_AN_HOUR
from dialer.domain.email_address import LONGEST
from dialer.domain.first_texts import BATCH_MOST, BLAST_MODES, EACH_MOST
from dialer.domain.languages import SPOKEN
from dialer.domain.letter import BODY_LONGEST, SUBJECT_LONGEST
from dialer.domain.mail_report import BOUNCE_KINDS, WHY_BOUNCED
from dialer.domain.picture_message import PICTURE_WAYS
from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.texting import CHANNELS
from dialer.services.messaging.test_sends import MOST
from dialer.services.messaging.words import LONGEST_BODY
from dialer.web.api.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    Money,
    Number,
    Text,
    Whole,
)
from dialer.web.api.paging import PageQuery
from dialer.web.api.v1.first_waves import FirstWaveSchema, WantedWaveSchema, WaveProgressSchema


class AudienceSchema(Schema):
    """Whom it goes to: all that is named must hold."""

    support = fields.List(Whole(least=1, most=5), allow_none=True, metadata={"maxItems": 5})
    voted = Flag(allow_none=True)
    tags_any = fields.List(Text(blank=False, max_length=200), metadata={"maxItems": NAMES_MOST})
    tags_none = fields.List(Text(blank=False, max_length=200), metadata={"maxItems": NAMES_MOST})
    polling_districts = fields.List(Text(blank=False, max_length=100), metadata={"maxItems": NAMES_MOST})
    voting_methods = fields.List(Choice(*VOTING_METHODS))
    not_contacted_for_s = Whole(least=0, most=NOT_CONTACTED_MOST_S, allow_none=True)


class BlastFieldsSchema(Schema):
    """What may be said of a blast."""

    name = Text(blank=False, max_length=200)
    channel = Choice(
        *CHANNELS, metadata={"description": "email: letters to their addresses; said once, for good"}
    )
    subject = Text(
        max_length=SUBJECT_LONGEST, metadata={"description": "of letters, which need one; one line"}
    )
    subjects = fields.Dict(
        keys=Choice(*SPOKEN),
        values=Text(blank=False, max_length=SUBJECT_LONGEST),
        metadata={"description": "of letters, by language", "example": {"cy": "Mae’n bryd pleidleisio"}},
    )
    body = Text(
        blank=False,
        max_length=BODY_LONGEST,
        metadata={
            "description": f"of a text {LONGEST_BODY:,} characters at most; of a letter plain text with a few"
            " marks: `# ` heading, `- ` list, `[words](https://…)` link"
        },
    )
    bodies = fields.Dict(
        keys=Choice(*SPOKEN),
        values=Text(blank=False, max_length=BODY_LONGEST),
        metadata={
            "description": "what it says instead to people whose record names a language, by its code",
            "example": {"cy": "Helo {first_name|gyfaill}, mae’r gorsafoedd ar agor tan 10."},
        },
    )
    template_id = Id(
        allow_none=True,
        metadata={"description": "the template its words are from; without a `body` they are put in"},
    )
    picture_id = Id(
        allow_none=True,
        metadata={"description": "a picture: its address stands for {picture_url}, or at the end"},
    )
    picture_by = Choice(
        *PICTURE_WAYS,
        metadata={"description": "picture: it goes with the text where it can (MMS), which has no link then"},
    )
    list_ids = fields.List(Id(), metadata={"maxItems": 1000})
    audience = fields.Nested(AudienceSchema)
    audience_id = Id(
        allow_none=True,
        metadata={"description": "a saved audience: those whom it picks, among the lists if any are named"},
    )
    senders = fields.List(Text(max_length=LONGEST), metadata={"maxItems": 100})
    asks_for = fields.List(
        Text(blank=False, max_length=LABEL_MAX),
        validate=validate.Length(max=RULES_MAX),
        metadata={
            "description": "which of the campaign's own answers (`answer-words`) a reply may be, by their"
            " labels; may be set at any time, for replies from then on",
            "maxItems": RULES_MAX,
        },
    )
    send_at = Instant(allow_none=True)
    deadline_at = Instant(
        allow_none=True,
        metadata={"description": "nothing of it arrives later; may still be moved while it runs"},
    )
    mode = Choice(
        *BLAST_MODES, metadata={"description": "by_hand: a person presses once for each of its texts"}
    )
    batch_size = Whole(
        least=1, most=BATCH_MOST, metadata={"description": "by hand: how many texts one is given at once"}
    )
    volunteer_limit = Whole(
        least=1,
        most=EACH_MOST,
        allow_none=True,
        metadata={"description": "by hand: how many of it one volunteer may send"},
    )


class NewBlastSchema(BlastFieldsSchema):
    """A blast to be written down."""

    campaign_id = Id(required=True)
    name = Text(blank=False, max_length=200, required=True)
    list_ids = fields.List(Id(), required=True, metadata={"maxItems": 1000})


class BlastSchema(BlastFieldsSchema):
    """A blast."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    state = Text(required=True)
    needs_approval = Flag(
        metadata={"description": "you can’t send it before its words are approved in a template"}
    )
    waiting_reason = Text(allow_none=True)
    pause_reason = Text(allow_none=True)
    total = Whole()
    created_at = Instant()
    launched_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)
    first_wave = fields.Nested(FirstWaveSchema, allow_none=True)


class BlastQuery(PageQuery):
    """Which blasts."""

    campaign_id = Id()


class NamedContactSchema(Schema):
    """Somebody, by what is known of their name."""

    id = Id(required=True)
    name = Text(required=True)


class BlastWarningSchema(Schema):
    """Something to know before launching; `count` is how many texts it is about. Where it is about a
    placeholder or an answer, `about` names it, and `contacts` the first people for whom it is empty.
    """

    code = Text(required=True)
    detail = Text(required=True)
    count = Whole(required=True)
    about = Text(required=True, allow_none=True)
    contacts = fields.List(fields.Nested(NamedContactSchema), required=True)
    language = Text(
        required=True,
        allow_none=True,
        metadata={"description": "of the words that it is about; null: the usual ones, or all"},
    )


class SpokenSchema(Schema):
    """How many get it in one language (null: in its usual words), and what that takes."""

    language = Text(required=True, allow_none=True)
    recipients = Whole(required=True)
    messages = fields.Dict(keys=Text(), values=Whole(), required=True)
    segments = Whole(required=True)
    samples = fields.List(Text(), required=True)
    made_up = Text(
        required=True,
        allow_none=True,
        metadata={"description": "as somebody invented would read it, where no sample is in this language"},
    )


class CapacitySchema(Schema):
    """What the numbers of a text that is sent by hand may send in 24 hours, and what it takes."""

    senders = Whole(required=True)
    a_day = Whole(required=True)
    days = Whole(
        required=True, allow_none=True, metadata={"description": "null where its numbers may send nothing"}
    )
    hours_of_work = Number(required=True, metadata={"description": "for one person, at three seconds a text"})


class PictureMeansSchema(Schema):
    """How many get a text's picture with it (MMS), how many a link to it, and what each costs."""

    with_text = Whole(required=True)
    with_text_cost = Money(required=True)
    by_link = Whole(required=True)
    by_link_cost = Money(required=True)
    is_about = Flag(
        required=True,
        metadata={"description": "some of its senders can send pictures and others can’t: about so many"},
    )


class EstimateSchema(Schema):
    """Who would get it, who wouldn't and why, and what it would take."""

    recipients = Whole(required=True)
    excluded = fields.Dict(keys=Text(), values=Whole(), required=True)
    first_time = Whole(
        required=True, metadata={"description": "how many of them this organisation has never texted"}
    )
    held_out = Whole(
        required=True,
        metadata={"description": "how many more if the saved audience drew nobody out by chance"},
    )
    messages = fields.Dict(keys=Text(), values=Whole(), required=True)
    segments = Whole(required=True)
    cost = Money(required=True)
    duration_s = Number(required=True)
    last_safe_start_at = Instant(
        allow_none=True,
        required=True,
        metadata={"description": "later, it may not be done before its deadline, or else before quiet hours"},
    )
    warnings = fields.List(fields.Nested(BlastWarningSchema), required=True)
    samples = fields.List(Text(), required=True)
    languages = fields.List(fields.Nested(SpokenSchema), required=True)
    capacity = fields.Nested(
        CapacitySchema,
        allow_none=True,
        required=True,
        metadata={"description": "only of one that is sent by hand"},
    )
    picture = fields.Nested(
        PictureMeansSchema,
        allow_none=True,
        required=True,
        metadata={"description": "only of a text that has one"},
    )


class ComparedSchema(Schema):
    """So many people; how many of them voted as far as we know, pledged (support 1 or 2), were talked to on
    the phone since the launch, wrote back since then.
    """

    people = Whole(required=True)
    voted = Whole(required=True)
    pledged = Whole(required=True)
    contacted = Whole(required=True)
    replied = Whole(required=True)


class ComparisonSchema(Schema):
    """Who got it beside who would have, had chance not held them out."""

    texted = fields.Nested(ComparedSchema, required=True)
    held_out = fields.Nested(ComparedSchema, required=True)


class LaunchSchema(Schema):
    """How many people whoever launches it means to reach, and whether a few of them get it first."""

    expected_recipients = Whole(least=0, most=2**31, allow_none=True, load_default=None)
    first_wave = fields.Nested(WantedWaveSchema, allow_none=True, load_default=None)


class SentAgainSchema(Schema):
    """What was put back into the line."""

    messages = Whole(required=True, metadata={"description": "how many emails go again"})


class TestSendSchema(Schema):
    """The phones that its text is tried on; of letters the addresses."""

    to = fields.List(Text(blank=False, max_length=LONGEST), required=True, validate=validate.Length(1, MOST))
    languages = fields.List(
        Choice(*SPOKEN, allow_none=True),
        load_default=list,
        validate=validate.Length(max=len(SPOKEN) + 1),
        metadata={
            "description": "one text in each of these to each phone; null: the usual words, as without"
        },
    )


class ProgressSchema(Schema):
    """How far it is."""

    blast_id = Id(required=True)
    state = Text(required=True)
    waiting_reason = Text(allow_none=True, required=True)
    pause_reason = Text(allow_none=True, required=True)
    total = Whole(required=True)
    counts = fields.Dict(keys=Text(), values=Whole(), required=True)
    accepted = Whole(required=True)
    expired = Whole(
        required=True,
        metadata={"description": "failed ones that the carrier dropped: too late to arrive in time"},
    )
    put_off = Whole(
        required=True,
        metadata={"description": "emails that a server put off for a while (4.x.x), whatever came of them"},
    )
    bounced = fields.Dict(
        keys=Choice(*BOUNCE_KINDS),
        values=Whole(),
        required=True,
        metadata={
            "description": f"emails that did not arrive, some `failed`, others `undelivered`: {WHY_BOUNCED}"
        },
    )
    not_given_up = Whole(
        required=True,
        metadata={
            "description": "addresses that look abandoned and get email on, since more than"
            f" {MOST_AN_HOUR} looked so within an hour"
        },
    )
    hung = Whole(
        required=True,
        metadata={"description": "emails on the wire without an answer for longer than servers mostly take"},
    )
    hung_since = Instant(allow_none=True, required=True)
    in_review = Whole(required=True)
    skipped_by = fields.Dict(keys=Text(), values=Whole(), required=True)
    spent = Money(required=True)
    in_doubt = Money(
        required=True,
        metadata={"description": "what emails of unknown outcome cost if they went; caps hold it back"},
    )
    rate_per_s = Number(required=True)
    eta_s = Number(allow_none=True, required=True)
    mode = Choice(*BLAST_MODES, required=True)
    unpressed = Whole(
        required=True,
        metadata={
            "description": "by hand: how many, of those queued and not in review, wait for somebody to press"
        },
    )
    first_wave = fields.Nested(WaveProgressSchema, allow_none=True, required=True)
