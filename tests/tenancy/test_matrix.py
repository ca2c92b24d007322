"""Every address, asked by every role of another unit: nothing of this unit comes back, ever."""

import hashlib
import hmac
import io
import zipfile
from collections import defaultdict
from collections.abc import Container, Iterable
from urllib.parse import unquote, unquote_plus

from flask import Flask

from tests.builders.people import Person
from tests.scene import Scene
from tests.tablet import COOKIE, Answer, Tablet, line
from tests.tenancy import examples, world
from tests.tenancy.examples import Asking, NoExample
from tests.tenancy.world import World

SHOWN_TO_ANYONE = {
    "authoring_review.trial": {"title of the draft"},
    "verification.show": {"report", "number of the report", "digest of the report"},
    "verification.by_digest": {"report", "number of the report", "digest of the report"},
    "selections.public": {"title of the selection", "name of the unit", "inspector"},
    "selections.public_file": {
        "title of the selection",
        "name of the unit",
        "uuid of the unit",
        "inspector",
        "inspector's uuid",
    },
    "selections.public_table": {"name of the unit", "uuid of the unit", "inspector"},
    "tip_line.ask_through": {"name of the unit", "uuid of the unit"},
    "tip_line.file_through": {"name of the unit", "uuid of the unit"},
}
"""What the page behind a report's QR code tells whoever holds the report: that it is one; the page
behind the code that an enterprise hangs up, whose it is. A trial is for whoever has its link. A
random selection is public when its visits are over, so that anybody may draw it again."""


def test_every_route_has_an_example(app: Flask) -> None:
    things: dict[str, str] = defaultdict(str)
    without = []
    for rule in app.url_map.iter_rules():
        try:
            examples.of_rule(rule, things, "")
        except NoExample as missing:
            without.append(str(missing))
    assert without == []


def test_strangers_of_every_role_are_told_nothing_and_change_nothing(scene: Scene) -> None:
    """One world for all of them, because filling it takes longer than walking through it."""
    told = world.settle(scene)
    _what_is_asked_for_is_there(told)
    before = _state(scene)
    leaks = [
        (role, asking.method, asking.path, what)
        for role, stranger in told.strangers.items()
        for asking, answer in _walk(scene, told, stranger)
        for what in _told(told, asking, answer)
    ]
    assert leaks == []
    assert _state(scene) == before
    # Who administers sees units, people and what was refused, and reads no inspection.
    administrator = [
        (asking.path, what)
        for asking, answer in _walk(scene, told, told.own["administrator"], changing=False)
        for what in _told(told, asking, answer)
        if what in ("words of the finding", "opinion", "number of the hazard", "photo")
    ]
    assert administrator == []


def _token(scene: Scene, cookie: str) -> str:
    """The token that the app's own pages would put into a form of this session."""
    secret = scene.wiring.settings.secret
    return hmac.new(secret, f"form:{cookie}".encode(), hashlib.sha256).hexdigest()


def _walk(
    scene: Scene,
    told: World,
    person: Person,
    *,
    changing: bool = True,
    leave_out: Container[str] = (),
) -> Iterable[tuple[Asking, Answer]]:
    cookie = scene.token_of(person)
    client = scene.app.test_client()
    client.set_cookie(COOKIE, cookie)
    tablet = Tablet(line(client))
    for asking in examples.of_app(scene.app, told.things, _token(scene, cookie)):
        if asking.endpoint not in leave_out and (changing or asking.method == "GET"):
            answer = tablet.ask(asking.method, asking.path, asking.body, dict(asking.headers))
            assert answer.status < 500, (asking, answer.body.decode())
            yield asking, answer


def _read(answer: Answer) -> str:
    """The words of an answer; those of a workbook or a batch lie packed inside it."""
    packed = zipfile.is_zipfile(io.BytesIO(answer.body))
    book = zipfile.ZipFile(io.BytesIO(answer.body)) if packed else None
    parts = [book.read(name) for name in book.namelist()] if book else [answer.body]
    said = "".join(part.decode("utf-8", "replace") for part in parts)
    return said + unquote(str(answer.headers))


def _is_sealed_to_us(answer: Answer) -> bool:
    """Whether no word search tells what it holds: a PDF or a picture."""
    return answer.headers.get("content-type", "").startswith(("application/pdf", "image/"))


def _names_the_unit(told: World, asking: Asking) -> bool:
    return any(word in asking.path for word in told.secrets.values())


def _told(told: World, asking: Asking, answer: Answer) -> list[str]:
    """The secrets that an answer holds; a refusal may repeat what was asked for."""
    text = _read(answer)
    asked = asking.path + unquote_plus(asking.body.decode())
    if answer.status == 200 and _is_sealed_to_us(answer) and _names_the_unit(told, asking):
        return ["a file"]
    open_to_all = SHOWN_TO_ANYONE.get(asking.endpoint, set())
    # The words searched for stand in the form, or among the conditions of a workbook.
    searched = "?" in asking.path and ("<input" in text or asking.endpoint == "lists.workbook")
    return [
        name
        for name, word in told.secrets.items()
        if word in text
        and name not in open_to_all
        and not (word in asked and (answer.status >= 400 or searched))
    ]


def _what_is_asked_for_is_there(told: World) -> None:
    """Else the walk would prove nothing: each address opens for somebody of the unit's own."""
    opened: set[str] = {"checklists.form", "checklists.text"}  # public, and the examples are none
    asked: set[str] = set()
    for person in told.own.values():
        for asking, answer in _walk(told.scene, told, person, changing=False, leave_out=opened):
            asked.add(asking.endpoint)
            if answer.status in (200, 202, 204, 302):
                opened.add(asking.endpoint)
    assert asked - opened == set()
    for role in ("inspector", "enterprise", "head", "office", "auditor", "expert"):
        ask = told.scene.tablet_of(told.own[role]).ask
        assert ask("GET", f"/hazards/{told.things['hazard']}").status == 200, role


def _state(scene: Scene) -> dict[str, object]:
    """What strangers must not have changed: people, keys, hazards, records, shelves."""
    tables = (
        "record",
        "hazard",
        "report",
        "opinion",
        "assignment",
        "membership",
        "report_revision",
        "measure",
        "penalty",
        "dispatch_entry",
        "paper",
        "paper_issuer",
        "notice",
        "push_subscription",
        "authored_revision",
        "tipoff",
        "tipoff_message",
        "tipoff_reward",
        "incident",
        "incident_report",
        "duty_day",
        "called_unit",
        "assignment_order",
        "order_unit",
        "order_month",
    )
    return {
        **{table: scene.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables},
        "drafts": scene.rows("SELECT * FROM checklist_draft WHERE document LIKE '%办公室看%'"),
        "active": scene.rows("SELECT uuid, active FROM person ORDER BY id"),
        "keys": scene.rows("SELECT kid, revoked_at FROM device_key ORDER BY kid"),
        "invitations": scene.rows("SELECT uuid FROM invitation ORDER BY id"),
    }
