"""What was carried away (导出记录), for administrators: who, what, under which conditions."""

from flask import Blueprint, render_template, request, url_for
from flask_babel import lazy_gettext as _

from inspection.accounts.policy import Permission
from inspection.audits import carried
from inspection.edge import reading, requires

blueprint = Blueprint("exports", __name__)

WHAT = {
    "problems": _("问题隐患清单"),
    "duties": _("隐患整治责任清单"),
    "reports": _("检查报告"),
    "upkeep": _("应做事项"),
    "case": _("一份报告和它的全部材料"),
}
_NEWEST = 2**31 - 1


@blueprint.get("/exports")
@requires(Permission.ADMINISTER)
def index() -> str:
    """List what was carried away, newest first."""
    before = request.args.get("before", _NEWEST, type=int)
    with reading() as session:
        rows = carried.newest(session, before=max(0, min(before, _NEWEST)))
    is_full = len(rows) == carried.ROWS_A_PAGE
    return render_template(
        "web/exports/list.html",
        rows=rows,
        what=WHAT,
        earlier=url_for("exports.index", before=rows[-1].seq) if is_full else "",
        is_newest=before >= _NEWEST,
    )
