"""A coordinator records a sound in a real browser; the server gets WAV that telephones play."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dialer.services.calling.sounds import list_sounds
from dialer.services.context import Context
from dialer.services.paging import Page
from tests.browser.conftest import PHONE, Open, axe_faults, sign_in
from tests.people import Person

pytestmark = pytest.mark.slow

TONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  return out.stream;
};
"""
"""A microphone that hears a tone: the rest is the browser's own."""


def test_a_message_is_recorded_heard_and_kept(open_browser: Open, carys: Person, ctx: Context) -> None:
    page = open_browser(PHONE)
    page.add_init_script(TONE)
    sign_in(page, carys)
    page.goto("/sounds")
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.fill("#name", "Thursday")
    page.click("[data-test=record]")
    expect(page.locator("[data-test=record-stop]")).to_be_focused()
    page.wait_for_timeout(1500)
    page.click("[data-test=record-stop]")
    expect(page.locator("[data-heard]")).to_be_visible()
    page.click("[data-test=sound-keep]")
    expect(page.locator("[data-test=sounds]")).to_contain_text("Thursday")
    assert axe_faults(page) == []
    (kept,) = list_sounds(ctx, Page()).items
    assert (kept.name, kept.content_type) == ("Thursday", "audio/wav")
    assert 1.0 < kept.seconds < 4.0
    assert kept.size == 44 + round(kept.seconds * 8000) * 2
