"""An example of every address of the app, filled with things of one unit.

A rule is filled by the names in it; where a name means another thing than usual, it is said here.
Whoever adds a route whose names are not known here is told by `test_matrix.py`; whoever adds one
that changes something also says what is sent.
"""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from werkzeug.routing import Rule

from inspection.domain.hazard import Step
from tests.builders.enrolment import PASSWORD
from tests.builders.stepping import SAID
from tests.paperwork.office import DELIVERED
from tests.paperwork.office import SAID as PROPOSED
from tests.tablet import JOSE, PIECE

FORM, JSON = "application/x-www-form-urlencoded", "application/json"

USUAL = {
    "hazard": "hazard",
    "record": "record",
    "report": "report",
    "person": "person",
    "unit": "unit",
    "sample": "sample",
    "export": "export",
    "issued": "issued",
    "assignment": "assignment",
    "draft": "draft",
    "token": "trial",
    "measure": "measure",
    "penalty": "penalty",
    "digest": "photo",
    "paper": "paper",
    "sheet": "sheet",
    "notice": "notice",
    "sending": "sending",
    "subject": "hazard",
    "browser": "browser",
    "tipoff": "tipoff",
    "incident": "incident",
    "call": "call",
    "order": "order",
    "campaign": "campaign",
    "revisit": "revisit",
    "selection": "selection",
    "conflict": "conflict",
    "entry": "entry",
    "number": "register number",
}
"""A name in a rule → the thing of the world that stands there."""

OTHERWISE = {
    ("quarantine.show", "record"): "refused",
    ("quarantine.show", "digest"): "refused digest",
    ("quarantine.download", "record"): "refused",
    ("quarantine.download", "digest"): "refused digest",
    ("audit_case.file", "digest"): "sha256",
    ("audit_case.picture", "digest"): "sha256",
    ("issuers.show", "unit"): "town",
    ("issuers.describe", "unit"): "town",
    ("authoring.show", "slug"): "own list",
    ("authoring_review.compare", "slug"): "own list",
    ("checklist_files.workbook", "slug"): "own list",
    ("checklist_files.xlsform", "slug"): "own list",
    ("authoring_review.retire", "slug"): "own list",
    ("authoring_review.try_published", "slug"): "own list",
    ("lists.export", "export"): "list",
    ("lists.download", "export"): "list",
    ("papers_shelf.confirm", "paper"): "proposal",
    ("bulletins.show", "bulletin"): "bulletin",
    ("bulletins.file", "bulletin"): "bulletin",
    ("papers_shelf.drop", "paper"): "proposal",
    ("step_photos.show", "digest"): "step photo",
    ("papers_shelf.photo", "digest"): "photo of the delivery",
    ("enforcement.photo", "digest"): "photo of the penalty",
    ("tipoffs.photo", "digest"): "photo of the tip-off",
    ("registers.photo", "digest"): "photo of the drill",
    ("orders.show_evidence", "digest"): "document of the order",
}
FIXED = {
    ("authoring_items.show", "code"): "A-01",
    ("authoring_items.save", "code"): "A-01",
    ("authoring_review.compare", "revision"): "1",
    ("checklist_files.workbook", "revision"): "1",
    ("checklist_files.xlsform", "revision"): "1",
    ("authoring_review.trial", "lang"): "zh",
    ("authoring_review.try_published", "revision"): "1",
    ("authoring_review.try_published", "lang"): "zh",
    ("api.answer", "asked"): "01a20416-627e-7565-ac40-3b6a26368ee6",
    ("authority.certificate", "name"): "root",
    ("authority.certificate_pem", "name"): "root",
    ("authority.revocation_list", "name"): "root",
    ("audit_case.picture", "number"): "1",
    ("reports.download_revision", "number"): "0",
    ("dispatch.behind", "month"): "2026-11",
    ("dispatch.behind", "code"): "2.1",
    ("dispatch.below", "month"): "2026-11",
    ("dispatch.remind", "month"): "2026-11",
    ("dispatch.send", "month"): "2026-11",
    ("dispatch.send_form", "month"): "2026-11",
    ("dispatch.show", "month"): "2026-11",
    ("dispatch.workbook", "month"): "2026-11",
    ("order_months.bulletin", "month"): "2026-11",
    ("order_months.file", "month"): "2026-11",
    ("order_months.show", "month"): "2026-11",
    ("order_months.sign", "month"): "2026-11",
    ("order_months.workbook", "month"): "2026-11",
    ("order_months.write", "month"): "2026-11",
    ("orders.take", "step"): "progress",
    ("lists.ask", "kind"): "problems",
    ("lists.printed", "kind"): "problems",
    ("lists.show", "kind"): "problems",
    ("lists.workbook", "kind"): "problems",
    ("papers.form", "kind"): "onsite_record",
    ("papers.preview", "kind"): "onsite_record",
    ("papers.propose", "kind"): "onsite_record",
    ("sheets.new", "kind"): "problem_list",
    ("sheets.new_figures", "kind"): "quarter",
    ("sheets.sign", "kind"): "problem_list",
    ("sheets.sign_figures", "kind"): "quarter",
    ("registers.index", "register"): "drill",
    ("registers.form", "register"): "drill",
    ("registers.enter", "register"): "drill",
    ("registers.template", "register"): "training",
    ("registers.bring_in", "register"): "training",
    ("steps.show", "step"): Step.CLAIM.value,
    ("steps.take", "step"): Step.CLAIM.value,
    ("tablet.built", "name"): "desk.css",
    ("tablet.shell", "page"): "queue",
    ("tablet.shell", "lang"): "zh",
    ("cards.show", "slug"): "hot-work",
    ("cards.download", "slug"): "hot-work",
    ("cards.download", "lang"): "zh",
    ("cards.form", "slug"): "hot-work",
    ("cards.send", "slug"): "hot-work",
    ("criteria.instrument", "key"): "AQF",
    ("criteria.provision", "key"): "AQF",
    ("criteria.provision", "clause"): "第四十三条",
    ("checklists.form", "slug"): "hot-work",
    ("checklists.form", "revision"): "1",
    ("checklists.form", "digest"): "0" * 64,
    ("checklists.form", "lang"): "zh",
    ("checklists.text", "slug"): "hot-work",
    ("checklists.text", "revision"): "1",
    ("checklists.text", "digest"): "0" * 64,
}
"""What is nobody's, or a number."""

ASKED = {
    "board.show": ("unit={unit}",),
    "bulletins.new": ("span=month&on=2026-10-01",),
    "rankings.show": ("unit={town}", "of=enterprise"),
    "rankings.tendency": ("unit={town}", "heat=list"),
    "dispatch.behind": ("unit={town}",),
    "dispatch.below": ("unit={town}",),
    "dispatch.entry_form": ("row=3.5",),
    "dispatch.index": ("unit={town}",),
    "dispatch.show": ("unit={town}",),
    "dispatch.workbook": ("unit={town}",),
    "lists.printed": ("unit={unit}", "text=只有本单位知道的话"),
    "lists.show": ("unit={unit}", "text=只有本单位知道的话"),
    "lists.workbook": ("unit={unit}", "text=只有本单位知道的话"),
    "order_months.file": ("office={district}",),
    "order_months.show": ("office={district}",),
    "order_months.workbook": ("office={district}",),
    "orders.index": ("text=只给本单位看的交办",),
    "orders.workbook": ("list={order}",),
    "papers_shelf.index": ("text={number}",),
    "sheets.new": ("text=只有本单位知道的话",),
    "upkeep.index": ("text=昆山", "duty=drill&state=overdue"),
    "statistics.show": ("unit={unit}", "span=year&unit={unit}"),
    "look_back.index": ("unit={unit}", "unit={unit}&item=hot-work:A-01&before=2026-11-30"),
    "hazards.index": ("unit={unit}", "text=只有本单位知道的话"),
    "records.index": ("text={record}",),
    "reports.index": ("text={report}",),
    "verification.by_digest": ("sha256={sha256}",),
}
"""Further questions that an address answers."""

SENT: dict[str, dict[str, str] | None] = {
    "accounts.sign_in": {"username": "nobody", "password": "x"},
    "accounts.sign_out": {},
    "assignments.give": {
        "person": "{person}:expert",
        "unit": "昆山测试机械有限公司",
        "from_on": "2026-11-22",
        "until_on": "2027-11-22",
        "purpose": "x",
    },
    "assignments.end": {"reason": "x"},
    "audit_case.examine_again": {},
    "audit_case.give": {
        "conclusion": "agreed",
        "text": "x",
        "read_sha256": "{sha256}",
        "password": PASSWORD,
    },
    "audit_exports.case": {},
    "audit_exports.prepare": {"what": "picked", "report": "{report}"},
    "audit_samples.draw": {"size": "200", "seed": "strangers-seed"},
    "authoring.begin": {"how": "next", "slug": "{own list}", "revision": "1"},
    "authoring.arrange": {"act": "section_add", "zh": "x"},
    "authoring.discard": {},
    "authoring_items.save": {"title-zh": "x"},
    "authoring_items.save_head": {"title-zh": "x"},
    "authoring_review.send": {"version": "1"},
    "authoring_review.send_back": {"remarks": "x"},
    "authoring_review.publish": {"version": "1", "password": PASSWORD},
    "authoring_review.retire": {"reason": "x", "password": PASSWORD},
    "bulletins.issue": {"preview": "1", "opening": "x"},
    "cards.remind": {},
    "cards.send": {"sector": "fishery", "note": "x"},
    "channels.allow": {},
    "channels.confirm": {},
    "channels.keep": {},
    "channels.stop": {},
    "dispatch.note": {
        "row": "3.2",
        "happened_on": "2026-11-22",
        "about": "昆山测试机械有限公司",
        "words": "x",
    },
    "dispatch.remind": {"office": "{town}"},
    "dispatch.send": {"content_sha256": "x", "password": PASSWORD},
    "dispatch.settle": {"start_on": "2026-01-01", "lock_day": "0", "due_day": "0"},
    "rankings.weigh": dict.fromkeys(
        ("closed", "on_time", "self_found", "speed", "not_overdue", "found"), "1"
    ),
    "dispatch.withdraw": {"words": "x"},
    "enforcement.take_measure": {
        "kind": "suspend",
        "case_number": "x",
        "ground": "x",
        "decided_on": "2026-11-22",
        "words": "x",
    },
    "enforcement.impose": {
        "case_number": "x",
        "decided_on": "2026-11-22",
        "words": "x",
        "unit_kinds": "warning",
        "unit_ground": "x",
    },
    "enforcement.lift": {"lifted_on": "2026-11-22", "words": "x"},
    "home.choose_language": {"language": "zh", "next": "/"},
    "inbox.open_all": {},
    "inbox.open_notice": {},
    "issuers.describe": {"mark": "x", "government": "x", "court": "x"},
    "ladder.inherit": {},
    "ladder.save": {},
    "premises.describe": {"sector": "machinery", "venues": "gas", "staff": "3"},
    "ledger.take": {},
    "lists.ask": {},
    "lists.workbook": {},
    "order_issuing.issue": {"title": "x", "lead_other": "昆山测试机械有限公司", "term": "standing"},
    "order_issuing.issue_five": {"occasion": "x", "units": "{unit}"},
    "order_months.sign": {"content_sha256": "x", "password": PASSWORD},
    "order_months.write": {"done": "x"},
    "orders.take": {"words": "x"},
    "papers.propose": {"receiver": PROPOSED["receiver"], "password": PASSWORD, "act": "propose"},
    "papers_shelf.annul": {"reason": "x", "password": PASSWORD},
    "papers_shelf.confirm": {"content_sha256": "{content of the proposal}", "password": PASSWORD},
    "papers_shelf.deliver": DELIVERED,
    "papers_shelf.drop": {"reason": "x"},
    "people.dismiss": {"what": "account", "reason": "x"},
    "people.invite": {},
    "people.revoke_key": {"what": "{kid}", "reason": "x"},
    "people.revoke_tablet": {"what": "{device}", "reason": "x"},
    "registers.bring_in": {},
    "registers.enter": {
        "kind": "disposal",
        "plan": "x",
        "held_on": "2026-11-22",
        "people": "1",
        "assessment": "x",
    },
    "registers.withdraw": {"words": "x"},
    "reports.sign_with_own": {},
    "sheets.annul": {"reason": "x", "password": PASSWORD},
    "sheets.sign": {"content_sha256": "x", "password": PASSWORD},
    "sheets.sign_figures": {"content_sha256": "x", "password": PASSWORD},
    "step_photos.keep": {},
    "upkeep.hand_on": {"body": "{town}"},
    "upkeep.workbook": {},
    "steps.take": {**SAID[Step.CLAIM], "seen_seq": "{seen seq}"},
    "units.change": {"name": "x", "parent": "", "reason": "x"},
    "checklist_files.begin": {},
    "calls.make": {
        "occasion": "x",
        "words": "x",
        "due_at": "2026-11-30T12:00",
        "sector": "fishery",
    },
    "campaigns.begin": {"name": "x"},
    "campaigns.change": {
        "name": "x",
        "basis": "x",
        "stage0_name": "x",
        "stage0_since": "2026-11-01",
        "stage0_until": "2026-11-30",
    },
    "campaigns.close": {"words": "x"},
    "campaigns.tag": {
        "campaign": "{campaign}",
        "subject": "{record}",
        "act": "tag",
        "words": "x",
        "back": "/",
    },
    "conflicts.declare": {"person": "{person}", "unit": "昆山测试机械有限公司", "words": "x"},
    "conflicts.end": {"words": "x"},
    "revisits.draw": {"size": "200", "seed": "strangers-seed"},
    "revisits.hand": {"hazards": "{hazard}", "office": "{town}", "due_on": "2026-12-30"},
    "revisits.hold": {"words": "x"},
    "selections.announce": {"title": "x"},
    "selections.assign": {},
    "selections.draw": {"value": "x"},
    "selections.withdraw": {"words": "x"},
    "calls.answer": {},
    "calls.note_answer": {"by": "x"},
    "duty.put": {
        "unit": "{town}",
        "since": "2026-11-22",
        "until": "2026-11-22",
        "leader": "x",
        "staff": "x",
    },
    "incidents.enter": {
        "unit": "昆山测试机械有限公司",
        "title": "x",
        "happened_at": "2026-11-22T08:00",
    },
    "incidents.report": {"stage": "follow_up", "reported_at": "2026-11-22T12:00", "words": "x"},
    "tip_line.file": {"what": ""},
    "tip_line.file_through": {"what": ""},
    "tip_line.status": {"code": "{code of the tip-off}", "passphrase": "x"},
    "tipoffs.accept": {"unit": "昆山测试机械有限公司"},
    "tipoffs.set_aside": {},
    "tipoffs.say": {"message": "x"},
    "tipoffs.link_record": {"record": "{record}"},
    "tipoffs.link_hazard": {"hazard": "x"},
    "tipoffs.close": {"outcome": "untrue", "found": "x"},
    "tipoffs.grant": {"fine": "1"},
    "tipoffs.pay": {"code": "{code of the tip-off}", "passphrase": "x"},
    "work_lists.confirm": {"packed": "x", "act": "issue"},
    "work_lists.look_through": {"example": "1"},
    "verification.examine": {},
    # JSON and bytes, below.
    "api.receive": None,
    "api.note": None,
    "api.redeem": None,
    "api.enrol": None,
    "api.put": None,
    "api.ask": None,
    "api.answer": None,
    "api.put_in_force": None,
}
"""Endpoint → the form that is sent, for every route that changes something."""


class NoExample(LookupError):
    """A route that nobody gave an example of."""


@dataclass(frozen=True)
class Asking:
    """One request that a stranger makes."""

    endpoint: str
    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def of_rule(rule: Rule, things: dict[str, str], token: str) -> list[Asking]:
    """Every request that is an example of this rule. Raises NoExample."""
    path = _path(rule, things)
    methods = sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}) or ["HEAD"]
    found = []
    for method in methods:
        if method in ("GET", "HEAD"):
            asked = ASKED.get(rule.endpoint, ())
            queries = ["", *(f"?{each.format_map(things)}" for each in asked)]
            found += [Asking(rule.endpoint, method, path + query) for query in queries]
        else:
            found.append(_sending(rule, method, path, things, token))
    return found


def _path(rule: Rule, things: dict[str, str]) -> str:
    values = {}
    for name in rule.arguments:
        key = (rule.endpoint, name)
        if key in FIXED:
            values[name] = FIXED[key]
        elif key in OTHERWISE or name in USUAL:
            values[name] = things[OTHERWISE.get(key) or USUAL[name]]
        else:
            raise NoExample(f"{rule.rule}: what is <{name}>?")
    path = ""
    for dynamic, part in rule._trace:  # the parts of the rule as werkzeug reads them
        path += values.get(part, str((rule.defaults or {}).get(part, ""))) if dynamic else part
    return path.replace("|", "")


def _sending(rule: Rule, method: str, path: str, things: dict[str, str], token: str) -> Asking:
    if rule.endpoint not in SENT:
        raise NoExample(f"{method} {rule.rule}: what is sent?")
    fields = SENT[rule.endpoint]
    if fields is not None:
        said = {name: text.format_map(things) for name, text in fields.items()}
        body = urlencode({"csrf_token": token, **said}).encode()
        return Asking(rule.endpoint, method, path, body, (("Content-Type", FORM),))
    if rule.endpoint == "api.receive":
        headers = (("Content-Type", PIECE), ("Upload-Offset", "0"), ("Upload-Length", "1"))
        return Asking(rule.endpoint, method, path, b"x", headers)
    if rule.endpoint == "api.put":
        return Asking(rule.endpoint, method, path, b"{}", (("Content-Type", JOSE),))
    body = json.dumps({"device": things["device"], "person": things["person"]}).encode()
    return Asking(rule.endpoint, method, path, body, (("Content-Type", JSON),))


def of_app(app: Flask, things: dict[str, str], token: str) -> list[Asking]:
    """An example of every rule; signing out comes last, because nothing can be asked after it."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    found = [each for rule in rules for each in of_rule(rule, things, token)]
    return sorted(found, key=lambda each: each.endpoint == "accounts.sign_out")
