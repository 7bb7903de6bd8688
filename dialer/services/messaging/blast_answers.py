"""Which of a campaign's answers a text to many asks for: “Reply YES” alone doesn't tell what YES means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dialer.domain.answer_words import read_words
from dialer.domain.bodies import Bodies
from dialer.domain.errors import ValidationFailed
from dialer.domain.text_answers import compared, names_word_of
from dialer.services.messaging.views import Warned
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast


def ask_for(blast: Blast, campaign: Campaign, labels: Sequence[str]) -> None:
    """Have replies to a text taken for these answers of its campaign, and for no other of them.

    `ValidationFailed` where the campaign has none of a name, or two of them have a word in common.
    """
    wanted = list(dict.fromkeys(labels))
    if faults := read_words(campaign.text_answers).faults_of_asking(wanted):
        raise ValidationFailed(errors=faults)
    blast.asks_for = wanted


def warnings_of_answers(blast: Blast, campaign: Campaign, bodies: Bodies, count: int) -> Iterator[Warned]:
    """Answers whose word a text names without asking for them, or for another with that word, and those that
    it asks for without one.
    """
    texts = [body for _, body in bodies.each()]
    own = read_words(campaign.text_answers).own
    meant = {compared(word) for rule in own if rule.label in blast.asks_for for word in rule.words}
    for rule in own:
        named = any(names_word_of(rule, body) for body in texts)
        asked = rule.label in blast.asks_for
        others = replace(rule, words=tuple(word for word in rule.words if compared(word) not in meant))
        if not asked and any(names_word_of(others, body) for body in texts):
            detail = (
                f"It names a word that the campaign takes for “{rule.label}”, and doesn’t say that it asks"
                " for that (`asks_for`): somebody has to read each reply with it."
            )
            yield Warned("answer_not_asked", detail, count, rule.label)
        if asked and not (named or any(word.strip().isdigit() for word in rule.words)):
            detail = f"It asks for “{rule.label}”, and names none of the words that people answer so with."
            yield Warned("answer_not_named", detail, count, rule.label)
