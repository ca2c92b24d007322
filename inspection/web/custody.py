"""Still out there (还在外面的记录): what tablets hold signed and have not delivered, by age."""

from flask import Blueprint, render_template

from inspection.accounts.policy import Permission
from inspection.edge import current_actor, reading, requires, wired
from inspection.submissions import custody

blueprint = Blueprint("custody", __name__)

MOST_ROWS = 200


@blueprint.get("/custody")
@requires(Permission.CUSTODY_READ)
def index() -> str:
    """List what is still out, oldest first, and the tablets that hold it."""
    scope = current_actor().scope(Permission.CUSTODY_READ)
    with reading() as session:
        rows = custody.outstanding(session, scope, limit=MOST_ROWS)
        total = custody.count(session, scope)
        tablets = custody.tablets(session, scope)
    now = wired().clock()
    return render_template(
        "web/custody/list.html",
        rows=[(row, row.days(now), row.is_overdue(now)) for row in rows],
        total=total,
        overdue=sum(row.is_overdue(now) for row in rows),
        tablets=tablets,
        most=MOST_ROWS,
    )
