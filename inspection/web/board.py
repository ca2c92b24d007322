"""The wall chart (挂图作战): every hazard in scope by how far it is, to be read from afar."""

from flask import Blueprint, render_template, request

from inspection.accounts.policy import Permission
from inspection.edge import current_actor, reading, requires, wired
from inspection.hazards import board
from inspection.web.hazards import LEVELS, SECTORS, RegisterForm, address, wanted_of
from inspection.web.moments import today

blueprint = Blueprint("board", __name__)


@blueprint.get("/board")
@requires(Permission.HAZARD_READ)
def show() -> str:
    """Show the board, narrowed by unit, sector or level like the register."""
    form = RegisterForm(request.args)
    wanted = wanted_of(form)
    scope = current_actor().scope(Permission.HAZARD_READ)
    with reading() as session:
        columns = board.columns(session, scope, wanted, today=today())
    return render_template(
        "web/board/show.html",
        form=form,
        filter=wanted,
        columns=columns,
        levels=LEVELS,
        sectors=SECTORS,
        at=wired().clock(),
        address=address,
        asked={name: value for name, value in request.args.items() if value},
    )
