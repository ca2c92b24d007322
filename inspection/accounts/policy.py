"""One table: which permission is held by which roles, and how far it reaches.

Every route names its permission; whatever is not in this table is denied.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from inspection.domain.hazard import Side
from inspection.organisations.scope import Scope


class Role(StrEnum):
    """Roles that a membership carries."""

    INSPECTOR = "inspector"
    EXPERT = "expert"
    """Reads and inspects what it is assigned to (指派), and nothing by its post alone."""
    ENTERPRISE = "enterprise"
    HEAD = "head"
    """The enterprise's principal person in charge (主要负责人)."""
    OFFICE = "office"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(Enum):
    """What can be asked for."""

    PUBLIC = "public"
    """Anyone, signed in or not; said aloud so that no route is public by oversight."""
    SIGNED_IN = "signed_in"
    """Whoever is signed in, about themselves."""
    RECORD_SUBMIT = "record:submit"
    """Hand in records: one's own, those of colleagues on the tablet or in a rescue package."""
    INSPECT = "record:inspect"
    """Sign an inspection or re-inspection, as the departments' inspectors do."""
    ASSIST = "record:assist"
    """Sign an inspection beside its officers, as experts do; the officers are needed as well."""
    SELF_INSPECT = "record:self_inspect"
    """Sign a self-inspection (企业自查) of one's own enterprise."""
    RECORD_READ = "record:read"
    HAZARD_READ = "hazard:read"
    HAZARD_HANDLE = "hazard:handle"
    """Take steps in the life of a hazard; which ones follows from the sides one stands on."""
    HAZARD_RECTIFY = "hazard:rectify"
    """Stand on the side of the enterprise that rectifies."""
    HAZARD_HEAD = "hazard:head"
    """Decide for the enterprise as its head (主要负责人)."""
    HAZARD_SUPERVISE = "hazard:supervise"
    """Grade, decide on plans, extensions and doubts, transfer, open again."""
    HAZARD_LIST = "hazard:list"
    """List for supervision (挂牌督办), lift, strike off what is listed."""
    LADDER_KEEP = "ladder:keep"
    """Say when and whom the rungs of the escalation ladder tell in one's own part of the tree."""
    ENFORCE = "enforce"
    """Record measures and penalties, as departments do; towns may order, not penalise."""
    ENFORCEMENT_READ = "enforcement:read"
    REPORT_READ = "report:read"
    REPORT_SIGN = "report:sign"
    """Add a signature by an own certificate to a report of a record one has signed."""
    UNIT_READ = "unit:read"
    UNIT_CHANGE = "unit:change"
    """Give a unit another name, place in the tree or supervisor."""
    UNIT_DESCRIBE = "unit:describe"
    """Say what is on a unit's premises, which decides the lists that are offered there."""
    KEY_ENROL = "key:enrol"
    """Enrol a signing key of one's own."""
    DEVICE_MANAGE = "device:manage"
    """Invite people to enrol a tablet, revoke their keys, dismiss them."""
    ASSIGN = "assign"
    """Give experts and auditors units to look at for a time, and take them back."""
    AUDIT = "audit"
    """Read issued reports at the auditor's desk: list, side by side, samples, downloads."""
    OPINION_GIVE = "opinion:give"
    """Give an opinion (审核意见) on a report; auditors write nothing else."""
    PAPER_READ = "paper:read"
    PAPER_ISSUE = "paper:issue"
    """Propose and confirm papers (执法文书) on inspections of one's own; see them before that."""
    PAPER_HANDLE = "paper:handle"
    """Record a paper's delivery, take a proposal back, annul."""
    SHEET_SIGN = "sheet:sign"
    """Freeze and sign the two lists and the half month of one's office."""
    FIGURES_SIGN = "figures:sign"
    """Sign one's enterprise's figures of a quarter or a year (总局令16号 art. 14)."""
    DISPATCH_READ = "dispatch:read"
    """Read the monthly dispatch tables (调度表) of offices, and what lies behind their values."""
    DISPATCH_KEEP = "dispatch:keep"
    """Enter values by hand, send and correct the table of one's office, press those below."""
    RANKING_READ = "ranking:read"
    """Read rankings, trends and top findings of what is below an office."""
    RANKING_KEEP = "ranking:keep"
    """Set the weights by which one's office ranks."""
    BULLETIN_READ = "bulletin:read"
    """Read bulletins (通报) of offices in scope, and of those above one's own unit."""
    BULLETIN_ISSUE = "bulletin:issue"
    """Write, sign and send the bulletins of one's office."""
    ISSUER_DESCRIBE = "issuer:describe"
    """Say which mark a unit's papers bear, and where their addressees may turn."""
    CHECKLIST_AUTHOR = "checklist:author"
    """Draft lists of one's own office (自编检查表), copy and extend others."""
    CHECKLIST_PUBLISH = "checklist:publish"
    """Publish what somebody else drafted, and retire lists."""
    CARD_SEND = "card:send"
    """Send hint cards (提示卡) to enterprises in scope, see who opened them, remind the others."""
    TIPOFF_READ = "tipoff:read"
    """Open the desk of tip-offs; what lies there follows from the two below."""
    TIPOFF_HANDLE = "tipoff:handle"
    """Deal with tip-offs that were sent to offices; read no other."""
    TIPOFF_HEAR = "tipoff:hear"
    """Read what was sent to oneself as the head of an enterprise (企业内部举报); nothing else."""
    INCIDENT_READ = "incident:read"
    INCIDENT_REPORT = "incident:report"
    """Enter an accident, and what an enterprise reports of it."""
    INCIDENT_FORWARD = "incident:forward"
    """Report an accident upward, against the clocks of offices."""
    DUTY_READ = "duty:read"
    DUTY_KEEP = "duty:keep"
    """Say who is on duty (值班表) in one's own office."""
    CALL_READ = "call:read"
    CALL_MAKE = "call:make"
    """Call units and want an answer (叫应)."""
    CALL_ANSWER = "call:answer"
    """Answer a call for one's enterprise."""
    ORDER_READ = "order:read"
    ORDER_ISSUE = "order:issue"
    """Hand down assignment orders (交办单) to units below, strike them off, tell of the month."""
    ORDER_ANSWER = "order:answer"
    """Acknowledge and feed back orders for one's own unit, write of the month."""
    CAMPAIGN_READ = "campaign:read"
    CAMPAIGN_RUN = "campaign:run"
    """Begin, change and close campaigns (专项行动) of one's own office."""
    CAMPAIGN_TAG = "campaign:tag"
    """Bring inspections and hazards into a campaign by hand, or take them out."""
    REVISIT_READ = "revisit:read"
    REVISIT_DRAW = "revisit:draw"
    """Draw closed hazards to be looked at again (回头看), and hand them out."""
    SELECTION_READ = "selection:read"
    """Read random selections (双随机), as far as one was drawn oneself."""
    SELECTION_WHOLE = "selection:whole"
    """Read them with their pools and all results, before they are public."""
    SELECTION_KEEP = "selection:keep"
    """Announce, draw, withdraw random selections, and tell those who were drawn."""
    CONFLICT_DECLARE = "conflict:declare"
    """Declare a conflict of interest: one's own, an office those of its people."""
    UPKEEP_READ = "upkeep:read"
    """Read what enterprises have to do when, and their registers (登记)."""
    UPKEEP_KEEP = "upkeep:keep"
    """Enter certificates, drills, training and plans: one's enterprise's own, or what was seen."""
    UPKEEP_HAND_ON = "upkeep:hand_on"
    """Hand a town or department the list of those who are late, for spot checks (抽查)."""
    EXPERT_READ = "expert:read"
    EXPERT_KEEP = "expert:keep"
    """Keep the pool of experts (专家库) of one's own office."""
    CUSTODY_READ = "custody:read"
    """See which signed records are still on tablets."""
    QUARANTINE_READ = "quarantine:read"
    ADMINISTER = "administer"


class Reach(Enum):
    """How far a permission reaches from the unit of the membership."""

    SUBTREE = "subtree"
    """The unit itself, everything below it, and for a department what it supervises."""
    DEPARTMENT = "department"
    """The same, and only from a department."""
    EVERYTHING = "everything"


_I, _P, _E, _H, _O, _A, _X = (
    Role.INSPECTOR,
    Role.EXPERT,
    Role.ENTERPRISE,
    Role.HEAD,
    Role.OFFICE,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
POLICY: dict[Permission, tuple[frozenset[Role], Reach]] = {
    Permission.RECORD_SUBMIT: (frozenset({_I, _P, _E, _H, _O}), Reach.SUBTREE),
    Permission.INSPECT: (frozenset({_I}), Reach.SUBTREE),
    Permission.ASSIST: (frozenset({_I, _P}), Reach.SUBTREE),
    Permission.SELF_INSPECT: (frozenset({_E, _H}), Reach.SUBTREE),
    Permission.RECORD_READ: (frozenset({_I, _P, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.HAZARD_READ: (frozenset({_I, _P, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.HAZARD_HANDLE: (frozenset({_I, _E, _H, _O}), Reach.SUBTREE),
    Permission.HAZARD_RECTIFY: (frozenset({_E, _H}), Reach.SUBTREE),
    Permission.HAZARD_HEAD: (frozenset({_H}), Reach.SUBTREE),
    Permission.HAZARD_SUPERVISE: (frozenset({_I, _O}), Reach.SUBTREE),
    Permission.HAZARD_LIST: (frozenset({_O}), Reach.SUBTREE),
    Permission.LADDER_KEEP: (frozenset({_O}), Reach.SUBTREE),
    Permission.ENFORCE: (frozenset({_I}), Reach.DEPARTMENT),
    Permission.ENFORCEMENT_READ: (frozenset({_I, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.REPORT_READ: (frozenset({_I, _P, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.REPORT_SIGN: (frozenset({_I, _P, _E, _H}), Reach.SUBTREE),
    Permission.UNIT_READ: (frozenset({_I, _P, _E, _H, _O, _A, _X}), Reach.SUBTREE),
    Permission.UNIT_CHANGE: (frozenset({_O, _X}), Reach.SUBTREE),
    Permission.UNIT_DESCRIBE: (frozenset({_I, _O, _X}), Reach.SUBTREE),
    Permission.KEY_ENROL: (frozenset({_I, _P, _E, _H}), Reach.SUBTREE),
    Permission.DEVICE_MANAGE: (frozenset({_O, _X}), Reach.SUBTREE),
    Permission.ASSIGN: (frozenset({_O, _X}), Reach.SUBTREE),
    Permission.AUDIT: (frozenset({_A}), Reach.SUBTREE),
    Permission.OPINION_GIVE: (frozenset({_A}), Reach.SUBTREE),
    Permission.PAPER_READ: (frozenset({_I, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.PAPER_ISSUE: (frozenset({_I}), Reach.SUBTREE),
    Permission.PAPER_HANDLE: (frozenset({_I, _O}), Reach.SUBTREE),
    Permission.SHEET_SIGN: (frozenset({_O}), Reach.SUBTREE),
    Permission.FIGURES_SIGN: (frozenset({_H}), Reach.SUBTREE),
    Permission.DISPATCH_READ: (frozenset({_O, _A}), Reach.SUBTREE),
    Permission.DISPATCH_KEEP: (frozenset({_O}), Reach.SUBTREE),
    Permission.RANKING_READ: (frozenset({_I, _O, _A}), Reach.SUBTREE),
    Permission.RANKING_KEEP: (frozenset({_O}), Reach.SUBTREE),
    Permission.BULLETIN_READ: (frozenset({_I, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.BULLETIN_ISSUE: (frozenset({_O}), Reach.SUBTREE),
    Permission.ISSUER_DESCRIBE: (frozenset({_O, _X}), Reach.SUBTREE),
    Permission.CHECKLIST_AUTHOR: (frozenset({_O, _X}), Reach.SUBTREE),
    Permission.CHECKLIST_PUBLISH: (frozenset({_O, _X}), Reach.SUBTREE),
    Permission.CARD_SEND: (frozenset({_O}), Reach.SUBTREE),
    Permission.TIPOFF_READ: (frozenset({_O, _H}), Reach.SUBTREE),
    Permission.TIPOFF_HANDLE: (frozenset({_O}), Reach.SUBTREE),
    Permission.TIPOFF_HEAR: (frozenset({_H}), Reach.SUBTREE),
    Permission.INCIDENT_READ: (frozenset({_I, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.INCIDENT_REPORT: (frozenset({_I, _E, _H, _O}), Reach.SUBTREE),
    Permission.INCIDENT_FORWARD: (frozenset({_I, _O}), Reach.SUBTREE),
    Permission.DUTY_READ: (frozenset({_I, _O, _A}), Reach.SUBTREE),
    Permission.DUTY_KEEP: (frozenset({_O}), Reach.SUBTREE),
    Permission.CALL_READ: (frozenset({_E, _H, _O}), Reach.SUBTREE),
    Permission.CALL_MAKE: (frozenset({_O}), Reach.SUBTREE),
    Permission.CALL_ANSWER: (frozenset({_E, _H}), Reach.SUBTREE),
    Permission.ORDER_READ: (frozenset({_I, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.ORDER_ISSUE: (frozenset({_O}), Reach.SUBTREE),
    Permission.ORDER_ANSWER: (frozenset({_I, _E, _H, _O}), Reach.SUBTREE),
    Permission.CAMPAIGN_READ: (frozenset({_I, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.CAMPAIGN_RUN: (frozenset({_O}), Reach.SUBTREE),
    Permission.CAMPAIGN_TAG: (frozenset({_I, _O}), Reach.SUBTREE),
    Permission.REVISIT_READ: (frozenset({_I, _O, _A}), Reach.SUBTREE),
    Permission.REVISIT_DRAW: (frozenset({_O}), Reach.SUBTREE),
    Permission.SELECTION_READ: (frozenset({_I, _P, _O, _A}), Reach.SUBTREE),
    Permission.SELECTION_WHOLE: (frozenset({_O, _A}), Reach.SUBTREE),
    Permission.SELECTION_KEEP: (frozenset({_O}), Reach.SUBTREE),
    Permission.CONFLICT_DECLARE: (frozenset({_I, _P, _O}), Reach.SUBTREE),
    Permission.UPKEEP_READ: (frozenset({_I, _P, _E, _H, _O, _A}), Reach.SUBTREE),
    Permission.UPKEEP_KEEP: (frozenset({_I, _E, _H, _O}), Reach.SUBTREE),
    Permission.UPKEEP_HAND_ON: (frozenset({_O}), Reach.SUBTREE),
    Permission.EXPERT_READ: (frozenset({_I, _O, _A}), Reach.SUBTREE),
    Permission.EXPERT_KEEP: (frozenset({_O}), Reach.SUBTREE),
    Permission.CUSTODY_READ: (frozenset({_O, _X}), Reach.SUBTREE),
    Permission.QUARANTINE_READ: (frozenset({_X}), Reach.EVERYTHING),
    Permission.ADMINISTER: (frozenset({_X}), Reach.EVERYTHING),
}


ASSIGNABLE = (Role.EXPERT, Role.AUDITOR)
"""Roles that may be given units for a time."""
BY_ASSIGNMENT = frozenset({Role.EXPERT})
"""Roles that see nothing unless it was assigned to them."""

PERMISSION_OF_SIDE: dict[Side, Permission] = {
    Side.ENTERPRISE: Permission.HAZARD_RECTIFY,
    Side.HEAD: Permission.HAZARD_HEAD,
    Side.AUTHORITY: Permission.HAZARD_SUPERVISE,
    Side.LISTER: Permission.HAZARD_LIST,
}
"""What lets somebody stand on a side at a desk; `Side.SITE` is only inside a signed record."""


@dataclass(frozen=True)
class Membership:
    """A role at a unit, with what is needed to say how far it reaches."""

    role: Role
    unit_id: int
    unit_path: str
    unit_kind: str
    assigned: bool = False
    """By an assignment, for a time; not by a post."""


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that carry a permission."""
    return POLICY[permission][0]


def allows(memberships: Iterable[Membership], permission: Permission) -> bool:
    """Whether any membership carries the permission."""
    if permission not in POLICY:
        return permission in (Permission.PUBLIC, Permission.SIGNED_IN)
    return any(_carries(membership, permission) for membership in memberships)


def scope(memberships: Iterable[Membership], permission: Permission) -> Scope:
    """How far these memberships carry the permission; nothing when none does."""
    if permission not in POLICY:
        return Scope()
    holding = [
        membership
        for membership in memberships
        if _carries(membership, permission)
        and (membership.assigned or membership.role not in BY_ASSIGNMENT)
    ]
    return Scope(
        paths=frozenset(membership.unit_path for membership in holding),
        supervisors=frozenset(
            membership.unit_id for membership in holding if membership.unit_kind == "department"
        ),
        everything=bool(holding) and POLICY[permission][1] is Reach.EVERYTHING,
    )


def _carries(membership: Membership, permission: Permission) -> bool:
    roles, reach = POLICY[permission]
    from_here = reach is not Reach.DEPARTMENT or membership.unit_kind == "department"
    return membership.role in roles and from_here
