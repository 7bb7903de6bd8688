"""The pages for people, one blueprint an audience."""

from __future__ import annotations

from flask import Flask

from dialer.domain.access import Permission
from dialer.web.assets import install_assets
from dialer.web.coordinator import coordinator
from dialer.web.coordinator.desk_phone import desk_stand_in
from dialer.web.desk import desk_of
from dialer.web.guard import allow
from dialer.web.house import install_house
from dialer.web.letters_shown import install_letters
from dialer.web.public.event_page import private_events
from dialer.web.public.health import health
from dialer.web.public.imprint import imprints
from dialer.web.public.join import joining
from dialer.web.public.opt_out import opting_out
from dialer.web.public.picture import shown
from dialer.web.public.preferences import preferences
from dialer.web.public.short_link import short_links
from dialer.web.public.sign_in import public
from dialer.web.public.sound import played
from dialer.web.public.teller_join import teller_joining
from dialer.web.teller import teller
from dialer.web.volunteer.first_texts import first_texts
from dialer.web.volunteer.going_on import going_on, install_going_on
from dialer.web.volunteer.helping import helping, install_helping
from dialer.web.volunteer.in_call import in_call
from dialer.web.volunteer.knocking_up import knocking_up
from dialer.web.volunteer.line_join import line_join
from dialer.web.volunteer.on_line import on_line
from dialer.web.volunteer.own_phone import own_phone
from dialer.web.volunteer.practice import practice
from dialer.web.volunteer.putting_through import putting_through
from dialer.web.volunteer.sessions import install_phone_sessions, phone_sessions
from dialer.web.volunteer.shift import shift
from dialer.web.volunteer.softphone import install_softphone, softphone
from dialer.web.volunteer.stand_in import stand_in
from dialer.web.volunteer.taken import taken
from dialer.web.volunteer.talk import talk
from dialer.web.volunteer.texts import texts
from dialer.web.volunteer.texts_deeds import text_deeds
from dialer.web.words import install_words


def install_pages(app: Flask) -> None:
    """Give the templates their words and register every audience's blueprints."""
    install_assets(app)
    install_house(app)
    install_words(app)
    install_letters(app)
    install_helping(app)
    install_going_on(app)
    install_phone_sessions(app)
    install_softphone(app)
    calling = (going_on, helping, in_call, line_join, on_line, own_phone, practice, putting_through)
    texting = (first_texts, text_deeds, texts)
    volunteers = (*calling, *texting, knocking_up, phone_sessions, shift, softphone, taken, talk)
    visitors = (
        health,
        imprints,
        joining,
        opting_out,
        played,
        preferences,
        private_events,
        public,
        short_links,
        shown,
        teller_joining,
    )
    for blueprint in (coordinator, teller, *visitors, *volunteers):
        app.register_blueprint(blueprint)
    if desk_of(app).stand_in is not None:
        app.register_blueprint(stand_in)
        app.register_blueprint(desk_stand_in)
    app.view_functions["static"] = allow(Permission.PUBLIC_READ)(app.view_functions["static"])
