"""The practice call: somebody who isn't real, kind and a bit chatty, and a script of four steps.

Nothing of it touches the database: the talk lives in the reader's own cookie.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from flask_babel import gettext

from dialer.domain.script import Answer, Node, Script
from dialer.domain.talk import Talk
from dialer.services.calling.views import AssignmentView, CalledContact, ScriptView
from dialer.web.look import current_look

NOBODY = uuid.UUID(int=0)
_FICTIONAL = "+441632960111"


def practice_call(caller: str, draft: Mapping[str, object], now: dt.datetime) -> tuple[AssignmentView, Talk]:
    """Mrs Pritchard in hand, as far as the talk has come."""
    contact = CalledContact(NOBODY, None, "Mrs Pritchard", _FICTIONAL, "MV3 4QT", (), ())
    script = ScriptView(NOBODY, "Practice", 1, current_look().lang, _script(caller), now)
    view = AssignmentView(
        id=NOBODY,
        session_id=NOBODY,
        campaign_id=NOBODY,
        state="open",
        contact=contact,
        household=(),
        script=script,
        attempt=1,
        created_at=now,
        expires_at=now,
        closed_at=None,
        late=False,
        draft=draft,
    )
    return view, Talk.of(draft, str(NOBODY))


def _script(caller: str) -> Script:
    return Script(
        "hello",
        (
            Node(
                "hello",
                "question",
                gettext(
                    "Hello, is that Mrs Pritchard? I’m %(name)s, a volunteer. Is now an all right time?",
                    name=caller,
                ),
                answers=(
                    Answer("yes", gettext("Yes"), "vote"),
                    Answer("later", gettext("Not just now"), "bye"),
                ),
            ),
            Node(
                "vote",
                "question",
                gettext("Can we count on your vote in May?"),
                answers=(
                    Answer("yes", gettext("Yes, definitely"), "how", support=1),
                    Answer("probably", gettext("Probably"), "how", support=2),
                    Answer("undecided", gettext("Hasn’t decided"), "bye", support=3),
                    Answer("no", gettext("No"), "bye", support=5),
                ),
            ),
            Node(
                "how",
                "question",
                gettext("Will you vote in person, or by post?"),
                answers=(
                    Answer("in_person", gettext("In person"), "bye"),
                    Answer("postal", gettext("By post"), "bye"),
                ),
            ),
            Node("bye", "end", gettext("Thank you for your time, Mrs Pritchard. Goodbye.")),
        ),
    )


def she_says(step: str | None) -> str:
    """What Mrs Pritchard says while this step is on the screen."""
    lines = {
        "hello": gettext("“Hello? Who’s there?”"),
        "vote": gettext("“Oh, do go on, dear. The kettle’s only just on.”"),
        "how": gettext("“Yes, I should think so. My sister always votes as well, you know.”"),
        "bye": gettext("“I’ll walk down to the hall with Megan, about six.”"),
    }
    return str(lines.get(step or "", gettext("She has put the phone down, and is smiling.")))


def hint_at(step: str | None) -> str:
    """What to do at this step, told as one comes to it; without a step, how to finish up."""
    lines = {
        "hello": gettext("Say the words aloud, or your own. Then press the answer that you hear."),
        "vote": gettext("She sounds sure. Pressed the wrong one? “Change last answer” takes you back."),
        "how": gettext("Her sister can wait: press what she says for herself."),
        "bye": gettext("Say goodbye, hang up, and press “Finish up”."),
    }
    return str(lines.get(step or "", gettext("Say what came of it, and save")))
