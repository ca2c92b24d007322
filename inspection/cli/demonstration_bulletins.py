"""A bulletin of the demonstration: the district's of last month, with words and no figures yet."""

from inspection.accounts.policy import Permission
from inspection.analysis import bulletins, drafts, periods, weights
from inspection.analysis.bulletins import Draft
from inspection.analysis.drafts import Said
from inspection.analysis.periods import Span, View
from inspection.cli import demonstration_names as names
from inspection.domain.workdays import day_of
from inspection.edge import reading, wired, writing
from inspection.organisations import directory
from inspection.reports import sheets

_SAID = Said(
    opening="本月起启用“真查”登记隐患，请各镇、各部门把检查和企业自查的隐患全部录入。",
    demands="各镇、各部门月底前完成一次企业自查动员。\n发现重大隐患当天登记，落实五项要求后再整改。",
)


def load() -> None:
    """Issue the bulletin."""
    wiring = wired()
    today = day_of(wiring.clock())
    last = periods.before(Span.MONTH, periods.month(today))
    view = View(Span.MONTH, last, today)
    with reading() as session:
        actor = names.actor(session, "anban")
        office = directory.unit(session, actor.unit_uuid)
        made = drafts.composed(
            session,
            office,
            view,
            _SAID,
            within=actor.scope(Permission.BULLETIN_ISSUE),
            weights=weights.GIVEN,
            catalog=wiring.catalog,
        )
    content = wiring.blobs.keep(sheets.frozen(made))
    with writing() as session:
        draft = Draft(office, view, (), "", to_enterprises=True)
        bulletins.issue(session, actor, draft, content_sha256=content, at=wiring.clock())
