"""Who is called next, in words and by a form."""

from __future__ import annotations

from dialer.domain.languages import LanguageMatch
from dialer.services.calling.call_policy import call_policy
from dialer.services.context import Context
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_the_order_is_said_and_changed(desk: Reader, ctx: Context, bank: PhoneBank) -> None:
    page = desk.open(f"/campaigns/{bank.campaign_id}")
    assert "First whoever asked to be called back" in page.words["order-words"]
    assert "in the order in which they came onto the lists" in page.words["order-words"]
    desk.open(f"/campaigns/{bank.campaign_id}/order")
    page = desk.press("save", points_pledged="5", points_against="-2", gap_busy="30", number_day_max="2")
    policy = call_policy(ctx, bank.campaign_id).policy
    assert policy.points == {"pledged": 5, "against": -2}
    assert (policy.gaps_s, policy.number_day_max) == ({"busy": 1800}, 2)
    words = page.words["order-words"]
    assert "Sooner where: somebody there promised us their vote, and hasn’t voted." in words
    assert "engaged: after 30 min" in words
    assert "No number is rung more than 2 times a day, by any campaign." in words
    page = desk.press("save", language_match="only", number_day_max="2", gap_busy="30")
    assert "Whoever speaks another language waits for a volunteer who speaks it." in page.words["order-words"]
    policy = call_policy(ctx, bank.campaign_id).policy
    assert policy.language_match is LanguageMatch.ONLY
    assert "Choose one of these." in desk.press("save", language_match="some").text
    assert "Choose one of these." in desk.press("save", home_language="tlh").text
    page = desk.press("save", language_match="only", home_language="cy", number_day_max="2", gap_busy="30")
    assert "language we don’t know is taken to speak Cymraeg" in page.words["order-words"]
    policy = call_policy(ctx, bank.campaign_id).policy
    assert policy.home_language == "cy"
    del desk.page.buttons["save"].form.fields["home_language"]
    desk.press("save")
    assert call_policy(ctx, bank.campaign_id).policy == policy, "an older page doesn’t name it: it stays"
    page = desk.press("save", gap_busy="soon", number_day_max="99")
    assert page.status == 422
    assert "Write this as a number" in page.text
    assert call_policy(ctx, bank.campaign_id).policy == policy
