"""Answers in texts: what a campaign takes from replies, and what people's texts told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.answer_words import (
    LABEL_MAX,
    RULES_MAX,
    TAG_MAX,
    TAGS_MAX,
    WORD_MAX,
    WORDS_MAX,
    AnswerWords,
)
from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.text_answers import AnswerRule, Doubt, Facts
from dialer.domain.texting import ANSWER_STATES
from dialer.services.messaging import answer_recording as deeds
from dialer.services.messaging.answer_recording import AnswerView, NewAnswer, ToldView
from dialer.services.messaging.answer_settings import answer_words, set_answer_words
from dialer.services.messaging.conversation_people import make_contact, say_who
from dialer.services.people.contact_fields import ContactFields
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

text_answers = Resource("text-answers", "What people's texts answer, and which words are taken as an answer")

DOUBTS: Final = tuple(doubt.value for doubt in Doubt)


class SaidSchema(Schema):
    """What an answer says of whoever gave it."""

    support = Whole(least=1, most=5, allow_none=True, load_default=None)
    voting_method = Choice(*VOTING_METHODS, allow_none=True, load_default=None)
    voted = Flag(load_default=False)
    needs_lift = Flag(load_default=False)


class FactsSchema(SaidSchema):
    """The same, with the tags that are put on them."""

    tags = fields.List(
        Text(blank=False, max_length=TAG_MAX), validate=validate.Length(max=TAGS_MAX), load_default=list
    )


class AnswerRuleSchema(FactsSchema):
    """An answer: what it is called, the words that people give it with, and what it says."""

    label = Text(required=True, blank=False, max_length=LABEL_MAX)
    words = fields.List(
        Text(blank=False, max_length=WORD_MAX), required=True, validate=validate.Length(min=1, max=WORDS_MAX)
    )


class AnswerWordsSchema(Schema):
    """The answers that a campaign takes from replies. With `usual` also that somebody has voted (“VOTED”) or
    needs a lift (“LIFT”, where the text named it), and a number from 1 to 5 as their support where the
    text asked for one.
    """

    usual = Flag(required=True)
    rules = fields.List(
        fields.Nested(AnswerRuleSchema), required=True, validate=validate.Length(max=RULES_MAX)
    )


class TextAnswerSchema(FactsSchema):
    """An answer in a text: `taken` as evidence of a person, `doubtful` with the reason, or `dropped`. `by` is
    who recorded it by hand.
    """

    id = Id(required=True)
    message_id = Id(required=True)
    contact_id = Id(allow_none=True, required=True)
    campaign_id = Id(allow_none=True, required=True)
    blast_id = Id(allow_none=True, required=True)
    label = Text(required=True)
    state = Choice(*ANSWER_STATES, required=True)
    doubt = Choice(*DOUBTS, allow_none=True, required=True)
    by = Id(allow_none=True, required=True)
    at = Instant(required=True)


class HolderSchema(Schema):
    """Somebody who has the number."""

    id = Id(required=True)
    name = Text(required=True)


class ToldSchema(Schema):
    """What a conversation told, and the people who have its number."""

    answers = fields.List(fields.Nested(TextAnswerSchema), required=True)
    people = fields.List(fields.Nested(HolderSchema), required=True)


class NewAnswerSchema(SaidSchema):
    """An answer that somebody read out of a text: one of the campaign's by its `label`, else what it says. Of
    a number that several people have, `contact_id` says who gave it. Without `message_id` it stands in the
    last text that came.
    """

    label = Text(max_length=LABEL_MAX, load_default="")
    contact_id = Id(allow_none=True, load_default=None)
    message_id = Id(allow_none=True, load_default=None)


class AnswerOfSchema(Schema):
    """Whose answer it is, where the conversation doesn't say that."""

    contact_id = Id(allow_none=True, load_default=None)


@text_answers.route("/campaigns/<campaign_id>/answer-words")
class Words(MethodView):
    """The words of replies that a campaign takes as answers."""

    @allow(Permission.CAMPAIGN_READ)
    @text_answers.response(200, AnswerWordsSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """What it takes."""
        return _words_shown(answer_words(context(), path_id(campaign_id)))

    @allow(Permission.CAMPAIGN_MANAGE)
    @text_answers.arguments(AnswerWordsSchema)
    @text_answers.response(200, AnswerWordsSchema)
    def put(self, given: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """Take other words from now on. A word by which people say no, or may mean it, is refused."""
        wanted = AnswerWords(given["usual"], tuple(_rule(one) for one in given["rules"]))
        return _words_shown(set_answer_words(context(), path_id(campaign_id), wanted))


@text_answers.route("/conversations/<conversation_id>/answers")
class Answers(MethodView):
    """What a conversation told."""

    @allow(Permission.CONVERSATION_READ)
    @text_answers.response(200, ToldSchema)
    def get(self, conversation_id: str) -> dict[str, object]:
        """The answers that stand or are in doubt, and the people who have the number."""
        return show_told(deeds.conversation_answers(context(), path_id(conversation_id)))

    @allow(Permission.CONVERSATION_ANSWER)
    @text_answers.arguments(NewAnswerSchema)
    @text_answers.response(201, TextAnswerSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Record an answer that somebody reads out of a text, as evidence of when that was written. 409 where
        nobody is known to have the number, or several are and none is named.
        """
        facts = Facts(
            given["support"], given["voting_method"], given["voted"], needs_lift=given["needs_lift"]
        )
        wanted = NewAnswer(given["label"], facts, given["contact_id"], given["message_id"])
        return show_answer(deeds.record_answer(context(), path_id(conversation_id), wanted))


@text_answers.route("/conversations/<conversation_id>/answers/<answer_id>/take")
class Taking(MethodView):
    """An answer that was in doubt."""

    @allow(Permission.CONVERSATION_ANSWER)
    @text_answers.arguments(AnswerOfSchema)
    @text_answers.response(200, TextAnswerSchema)
    def post(self, given: dict[str, Any], conversation_id: str, answer_id: str) -> dict[str, object]:
        """Say that it is one; what else its text might have meant is passed over."""
        ids = path_id(conversation_id), path_id(answer_id)
        return show_answer(deeds.take_answer(context(), *ids, given["contact_id"]))


@text_answers.route("/conversations/<conversation_id>/answers/<answer_id>/drop")
class Dropping(MethodView):
    """An answer that is none."""

    @allow(Permission.CONVERSATION_ANSWER)
    @text_answers.response(200, TextAnswerSchema)
    def post(self, conversation_id: str, answer_id: str) -> dict[str, object]:
        """Take it back, or pass it over: what it told is as if it had never been."""
        return show_answer(deeds.drop_answer(context(), path_id(conversation_id), path_id(answer_id)))


class WriterIsSchema(Schema):
    """Which of those who have the number writes."""

    contact_id = Id(required=True)


class NewWriterSchema(Schema):
    """What is known of somebody whose number nobody had."""

    first_name = Text(max_length=200, allow_none=True, load_default=None)
    last_name = Text(max_length=200, allow_none=True, load_default=None)
    list_ids = fields.List(Id(), validate=validate.Length(max=50), load_default=list)


class MadeSchema(Schema):
    """The person that was made."""

    contact_id = Id(required=True)


@text_answers.route("/conversations/<conversation_id>/person")
class Person(MethodView):
    """Who writes, where several people have the number."""

    @allow(Permission.CONVERSATION_ANSWER)
    @text_answers.arguments(WriterIsSchema)
    @text_answers.response(200, ToldSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Say who it is. What they wrote since our last text, and its answers, are theirs; so is what comes,
        until we text somebody else who has the number.
        """
        say_who(context(), path_id(conversation_id), given["contact_id"])
        return show_told(deeds.conversation_answers(context(), path_id(conversation_id)))


@text_answers.route("/conversations/<conversation_id>/contact")
class NewPerson(MethodView):
    """Somebody whom nobody knew."""

    @allow(Permission.CONTACT_MANAGE)
    @text_answers.arguments(NewWriterSchema)
    @text_answers.response(201, MadeSchema)
    def post(
        self, given: dict[str, Any], conversation_id: str
    ) -> tuple[dict[str, object], int, dict[str, str]]:
        """Make a person of a number that nobody has; 409 where somebody has it already."""
        known: ContactFields = {
            "first_name": given["first_name"],
            "last_name": given["last_name"],
            "list_ids": given["list_ids"],
        }
        made = make_contact(context(), path_id(conversation_id), known)
        return {"contact_id": made}, 201, {"Location": url_for("contacts.Contact", contact_id=made)}


def show_told(told: ToldView) -> dict[str, object]:
    """The answers of a conversation as the API answers them."""
    return {"answers": [show_answer(one) for one in told.answers], "people": told.people}


def show_answer(view: AnswerView) -> dict[str, object]:
    """An answer as the API answers it."""
    return {
        "id": view.id,
        "message_id": view.message_id,
        "contact_id": view.contact_id,
        "campaign_id": view.campaign_id,
        "blast_id": view.blast_id,
        "label": view.label,
        **_facts_shown(view.facts),
        "state": view.state,
        "doubt": view.doubt,
        "by": view.by,
        "at": view.at,
    }


def _facts_shown(facts: Facts) -> dict[str, object]:
    return {
        "support": facts.support,
        "voting_method": facts.voting_method,
        "voted": facts.voted,
        "needs_lift": facts.needs_lift,
        "tags": list(facts.tags),
    }


def _words_shown(words: AnswerWords) -> dict[str, object]:
    rules = [{"label": one.label, "words": list(one.words), **_facts_shown(one.facts)} for one in words.own]
    return {"usual": words.usual, "rules": rules}


def _rule(given: Mapping[str, Any]) -> AnswerRule:
    said = given["support"], given["voting_method"], given["voted"]
    facts = Facts(*said, tuple(given["tags"]), given["needs_lift"])
    return AnswerRule(given["label"], tuple(given["words"]), facts)
