"""Rescue packages (救援包) at the desk: a colleague's unsent records, opened and handed in here.

The browser opens the file and hands every record in by `/api/v1`, as a tablet does: the same
intake judges it, by who signed and not by who carries.
"""

from flask import Blueprint, render_template

from inspection.accounts.policy import Permission
from inspection.edge import requires

blueprint = Blueprint("rescue", __name__)


@blueprint.get("/rescue")
@requires(Permission.RECORD_SUBMIT)
def show() -> str:
    """Ask for a package and what opens it; all else happens in the browser."""
    return render_template("web/rescue/show.html")
