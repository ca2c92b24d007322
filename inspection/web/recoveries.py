"""The recovery key (恢复密钥) at the administrator's desk: made and used in the browser.

Pages show what is public and carry what is closed; keys are opened by static/js/desk/recoveries.js
and nowhere else.
"""

from flask import Blueprint, render_template

from inspection.accounts import recovery
from inspection.accounts.policy import Permission
from inspection.edge import reading, requires

blueprint = Blueprint("recoveries", __name__)


@blueprint.get("/recoveries")
@requires(Permission.ADMINISTER)
def index() -> str:
    """Show the key in force, earlier ones, and who asked for the drafts of a lost PIN."""
    with reading() as session:
        keys = recovery.keys(session)
        asked = recovery.requests(session)
    return render_template(
        "web/recoveries/show.html",
        in_force=next((key for key in keys if key.replaced_at is None), None),
        former=[key for key in keys if key.replaced_at is not None],
        open_requests=[each for each in asked if each.answered_at is None],
        answered=[each for each in asked if each.answered_at is not None],
    )
