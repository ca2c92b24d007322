"""Who may do what, as one matrix that is read aloud, and how far it reaches."""

import pytest

from inspection.accounts.policy import Membership, Permission, Role, allows, scope
from inspection.organisations.scope import NOTHING

MATRIX = """
                    inspector  expert  enterprise  head  office  auditor  administrator
RECORD_SUBMIT       yes        yes     yes         yes   yes     no       no
INSPECT             yes        no      no          no    no      no       no
ASSIST              yes        yes     no          no    no      no       no
SELF_INSPECT        no         no      yes         yes   no      no       no
RECORD_READ         yes        yes     yes         yes   yes     yes      no
HAZARD_READ         yes        yes     yes         yes   yes     yes      no
HAZARD_HANDLE       yes        no      yes         yes   yes     no       no
HAZARD_RECTIFY      no         no      yes         yes   no      no       no
HAZARD_HEAD         no         no      no          yes   no      no       no
HAZARD_SUPERVISE    yes        no      no          no    yes     no       no
HAZARD_LIST         no         no      no          no    yes     no       no
LADDER_KEEP         no         no      no          no    yes     no       no
ENFORCE             yes        no      no          no    no      no       no
ENFORCEMENT_READ    yes        no      yes         yes   yes     yes      no
REPORT_READ         yes        yes     yes         yes   yes     yes      no
REPORT_SIGN         yes        yes     yes         yes   no      no       no
UNIT_CHANGE         no         no      no          no    yes     no       yes
UNIT_DESCRIBE       yes        no      no          no    yes     no       yes
UNIT_READ           yes        yes     yes         yes   yes     yes      yes
KEY_ENROL           yes        yes     yes         yes   no      no       no
DEVICE_MANAGE       no         no      no          no    yes     no       yes
ASSIGN              no         no      no          no    yes     no       yes
AUDIT               no         no      no          no    no      yes      no
OPINION_GIVE        no         no      no          no    no      yes      no
PAPER_READ          yes        no      yes         yes   yes     yes      no
PAPER_ISSUE         yes        no      no          no    no      no       no
PAPER_HANDLE        yes        no      no          no    yes     no       no
SHEET_SIGN          no         no      no          no    yes     no       no
FIGURES_SIGN        no         no      no          yes   no      no       no
DISPATCH_READ       no         no      no          no    yes     yes      no
DISPATCH_KEEP       no         no      no          no    yes     no       no
RANKING_READ        yes        no      no          no    yes     yes      no
RANKING_KEEP        no         no      no          no    yes     no       no
BULLETIN_READ       yes        no      yes         yes   yes     yes      no
BULLETIN_ISSUE      no         no      no          no    yes     no       no
ISSUER_DESCRIBE     no         no      no          no    yes     no       yes
CARD_SEND           no         no      no          no    yes     no       no
CHECKLIST_AUTHOR    no         no      no          no    yes     no       yes
CHECKLIST_PUBLISH   no         no      no          no    yes     no       yes
TIPOFF_READ         no         no      no          yes   yes     no       no
TIPOFF_HANDLE       no         no      no          no    yes     no       no
TIPOFF_HEAR         no         no      no          yes   no      no       no
INCIDENT_READ       yes        no      yes         yes   yes     yes      no
INCIDENT_REPORT     yes        no      yes         yes   yes     no       no
INCIDENT_FORWARD    yes        no      no          no    yes     no       no
DUTY_READ           yes        no      no          no    yes     yes      no
DUTY_KEEP           no         no      no          no    yes     no       no
CALL_READ           no         no      yes         yes   yes     no       no
CALL_MAKE           no         no      no          no    yes     no       no
CALL_ANSWER         no         no      yes         yes   no      no       no
ORDER_READ          yes        no      yes         yes   yes     yes      no
ORDER_ISSUE         no         no      no          no    yes     no       no
ORDER_ANSWER        yes        no      yes         yes   yes     no       no
CAMPAIGN_READ       yes        no      yes         yes   yes     yes      no
CAMPAIGN_RUN        no         no      no          no    yes     no       no
CAMPAIGN_TAG        yes        no      no          no    yes     no       no
REVISIT_READ        yes        no      no          no    yes     yes      no
REVISIT_DRAW        no         no      no          no    yes     no       no
SELECTION_READ      yes        yes     no          no    yes     yes      no
SELECTION_WHOLE     no         no      no          no    yes     yes      no
SELECTION_KEEP      no         no      no          no    yes     no       no
CONFLICT_DECLARE    yes        yes     no          no    yes     no       no
UPKEEP_READ         yes        yes     yes         yes   yes     yes      no
UPKEEP_KEEP         yes        no      yes         yes   yes     no       no
UPKEEP_HAND_ON      no         no      no          no    yes     no       no
EXPERT_READ         yes        no      no          no    yes     yes      no
EXPERT_KEEP         no         no      no          no    yes     no       no
CUSTODY_READ        no         no      no          no    yes     no       yes
QUARANTINE_READ     no         no      no          no    no      no       yes
ADMINISTER          no         no      no          no    no      no       yes
PUBLIC              yes        yes     yes         yes   yes     yes      yes
SIGNED_IN           yes        yes     yes         yes   yes     yes      yes
"""
ROLES, *LINES = (line.split() for line in MATRIX.strip().splitlines())
CELLS = [
    (Permission[name], Role(role), word == "yes")
    for name, *words in LINES
    for role, word in zip(ROLES, words, strict=True)
]


def _membership(role: Role, path: str = "/1/2/", kind: str = "department") -> Membership:
    return Membership(role, int(path.strip("/").split("/")[-1]), path, kind)


def test_the_matrix_names_every_permission_and_every_role() -> None:
    assert {permission for permission, _, _ in CELLS} == set(Permission)
    assert {role for _, role, _ in CELLS} == set(Role)


@pytest.mark.parametrize(("permission", "role", "allowed"), CELLS)
def test_a_role_may_what_the_matrix_says(permission: Permission, role: Role, allowed: bool) -> None:
    assert allows([_membership(role)], permission) is allowed
    if not allowed:
        assert scope([_membership(role)], permission) == NOTHING


def test_nobody_may_anything_without_a_membership() -> None:
    assert [each for each in Permission if allows([], each)] == [
        Permission.PUBLIC,
        Permission.SIGNED_IN,
    ]
    assert all(scope([], each) == NOTHING for each in Permission)


def test_two_memberships_reach_as_far_as_both() -> None:
    both = [_membership(Role.INSPECTOR, "/1/2/"), _membership(Role.INSPECTOR, "/1/3/")]
    reach = scope(both, Permission.RECORD_READ)
    assert reach.holds("/1/2/9/", None)
    assert reach.holds("/1/3/9/", None)
    assert not reach.holds("/1/4/9/", None)


def test_a_membership_reaches_only_with_its_own_role() -> None:
    mixed = [_membership(Role.AUDITOR, "/1/"), _membership(Role.INSPECTOR, "/1/2/")]
    assert scope(mixed, Permission.RECORD_READ).holds("/1/3/", None)
    assert not scope(mixed, Permission.RECORD_SUBMIT).holds("/1/3/", None)


def test_a_path_is_not_a_prefix_of_its_neighbours_number() -> None:
    reach = scope([_membership(Role.INSPECTOR, "/1/2/")], Permission.RECORD_READ)
    assert reach.holds("/1/2/", None)
    assert not reach.holds("/1/20/", None)
    assert not reach.holds("/1/", None)


def test_only_departments_reach_what_they_supervise() -> None:
    department = scope([_membership(Role.INSPECTOR, "/1/7/", "department")], Permission.HAZARD_READ)
    town = scope([_membership(Role.INSPECTOR, "/1/7/", "town")], Permission.HAZARD_READ)
    assert department.holds("/1/3/9/", 7)
    assert not department.holds("/1/3/9/", 8)
    assert not department.holds("/1/3/9/", None)
    assert not town.holds("/1/3/9/", 7)


def test_an_administrator_reaches_everything_that_is_theirs_to_see() -> None:
    reach = scope([_membership(Role.ADMINISTRATOR, "/1/")], Permission.QUARANTINE_READ)
    assert reach.everything
    assert not scope([_membership(Role.ADMINISTRATOR, "/1/")], Permission.UNIT_READ).everything


def test_only_departments_enforce() -> None:
    town = [_membership(Role.INSPECTOR, kind="town")]
    assert not allows(town, Permission.ENFORCE)
    assert scope(town, Permission.ENFORCE) == NOTHING


def test_an_expert_reaches_only_what_is_assigned() -> None:
    pool = _membership(Role.EXPERT, "/1/")
    assert scope([pool], Permission.RECORD_READ) == NOTHING
    lent = Membership(Role.EXPERT, 2, "/1/2/", "town", assigned=True)
    assert scope([pool, lent], Permission.RECORD_READ).paths == {"/1/2/"}
