"""A foreign unit sees nothing: every address of the app is asked by people it does not concern."""

import re

from flask import Flask
from werkzeug.routing import Rule

from inspection.domain.hazard import Step
from tests.builders.people import Person
from tests.scene import Scene
from tests.tablet import Answer


def _secrets(scene: Scene) -> tuple[dict[str, str], list[str]]:
    """Hand in a record with every kind of thing; answer its identifiers and its telling words."""
    made = scene.filled()
    made.payload["findings"][0]["words"] = "只有本单位知道的话"
    made.payload["opinion"] = "只给本单位的意见"
    assert scene.tablet.hand_in(made).status == 201
    scene.tablet.send_all(made)
    ((hazard,),) = scene.rows("SELECT uuid FROM hazard")
    names = {"record": made.uuid, "hazard": hazard, "digest": next(iter(made.blobs))}
    names["step"] = Step.TRANSFER
    telling = [
        "只有本单位知道的话",
        "只给本单位的意见",
        made.uuid,
        hazard,
        scene.settled.enterprise.name,
        scene.settled.enterprise.credit_code,
    ]
    return names, telling


def _addresses(app: Flask, names: dict[str, str]) -> list[str]:
    """Every address that can be asked for, with what exists in the place of each name."""
    return sorted(
        {
            address
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or set()) and not rule.rule.startswith("/static")
            for address in _filled(rule, names)
        }
    )


def _filled(rule: Rule, names: dict[str, str]) -> set[str]:
    """The rule with each of the uuids (routes do not agree on what they call it)."""
    found = set()
    for value in names.values():
        found.add(
            re.sub(
                r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>",
                lambda part, value=value: "1" if part[1] == "int" else names.get(part[2], value),
                rule.rule,
            )
        )
    return found


def _told(scene: Scene, person: Person, addresses: list[str], telling: list[str]) -> list[str]:
    ask = scene.tablet_of(person).ask
    answers: dict[str, Answer] = {address: ask("GET", address) for address in addresses}
    crashed = [address for address, answer in answers.items() if answer.status >= 500]
    assert crashed == []
    return [
        address
        for address, answer in answers.items()
        # What was asked for may be repeated by the answer that there is no such thing.
        if any(
            word in answer.body.decode("utf-8", "replace")
            for word in telling
            if answer.status not in (403, 404) or word not in address
        )
    ]


def test_people_whom_it_does_not_concern_are_told_nothing_anywhere(scene: Scene) -> None:
    cast = scene.cast
    names, telling = _secrets(scene)
    addresses = _addresses(scene.app, names)
    assert len(addresses) > 20
    mine = _told(scene, scene.settled.inspectors[0], addresses, telling)
    assert {"/hazards", "/records", f"/hazards/{names['hazard']}", "/api/v1/changes"} <= set(mine)
    for stranger in (
        cast.foreign_inspectors[0],
        cast.foreign_officer,
        cast.department_inspectors[0],
    ):
        assert _told(scene, stranger, addresses, telling) == [], stranger


def test_the_administrator_reads_no_inspection(scene: Scene) -> None:
    names, telling = _secrets(scene)
    words = [word for word in telling if word.startswith("只")]
    assert _told(scene, scene.cast.administrator, _addresses(scene.app, names), words) == []


def test_the_enterprise_the_office_and_the_auditor_see_the_hazard(scene: Scene) -> None:
    names, telling = _secrets(scene)
    for reader in (scene.cast.officer, scene.cast.office, scene.cast.auditor):
        told = _told(scene, reader, [f"/hazards/{names['hazard']}", "/hazards"], telling)
        assert len(told) == 2, reader
