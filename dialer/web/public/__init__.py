"""Pages that anybody may open."""

from flask import Blueprint, render_template

from dialer.domain.access import Permission
from dialer.web.guard import allow

public = Blueprint("public", __name__)


@public.get("/login")
@allow(Permission.SIGN_IN)
def login() -> str:
    """The form that takes a token."""
    return render_template("public/login.html")
