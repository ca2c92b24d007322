"""A district with one sealed report, made once for each test process: sealing takes seconds.

On SQLite: what depends on the database is tested with unsealed rows, on both.
"""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from inspection import settings, worker
from inspection.audits import cases
from inspection.audits.cases import Case
from inspection.database import install, reading, writing
from inspection.factory import create_app
from inspection.organisations.scope import Scope
from inspection.wiring import wire
from tests.builders import records
from tests.builders.enrolment import PASSWORD
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.reports import samples
from tests.scene import Cast, Clock, Scene
from tests.tablet import COOKIE

DATABASE = "zhencha.sqlite3"
EVERYTHING = Scope(everything=True)


@dataclass
class Standing:
    """The scene with its one report on the shelf."""

    scene: Scene
    made: Filled
    report: str

    def case(self) -> Case:
        """The report's case as it is now."""
        with reading(self.scene.engine) as session:
            return cases.case(session, EVERYTHING, self.report)

    def bytes(self) -> bytes:
        """The newest file."""
        return self.scene.wiring.blobs.read(self.case().sha256)

    def browser(self, person: Person) -> FlaskClient:
        """The browser of somebody who is signed in."""
        client = self.scene.app.test_client()
        client.set_cookie(COOKIE, self.scene.token_of(person))
        return client

    def work(self) -> int:
        """Do every job that is due; returns how many."""
        done = 0
        while worker.work_once(self.scene.wiring):
            done += 1
        return done

    def say(self, person: Person, **changed: Any) -> Any:
        """Fill in the form for an opinion and send it."""
        browser = self.browser(person)
        page = browser.get(f"/audits/{self.report}").text
        fields = {
            "csrf_token": token(page),
            "read_sha256": self.case().sha256,
            "conclusion": "needs_correction",
            "text": "第二项照片看不清压力表读数，请补拍后更正记录。",
            "password": PASSWORD,
        }
        return browser.post(f"/audits/{self.report}/opinions", data={**fields, **changed})


def token(page: str) -> str:
    """The CSRF token of a page's forms."""
    return page.rpartition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]


def build(home: Path, empty: Path, cast: Cast) -> Standing:
    """Hand a record in and issue its report, as tablet and worker do."""
    shutil.copyfile(empty, home / DATABASE)
    scene = opened(home, cast)
    made = _telling(scene)
    assert scene.tablet.hand_in(made).status == 201
    scene.tablet.send_all(made)
    scene.clock.passes(timedelta(minutes=10))
    assert worker.work_once(scene.wiring)
    ((report,),) = scene.rows("SELECT uuid FROM report")
    return Standing(scene, made, report)


def drop_jobs(desk: Standing, kind: str) -> None:
    """Forget work that this test has no use for."""
    with writing(desk.scene.engine) as session:
        session.execute(text("DELETE FROM job WHERE kind = :kind"), {"kind": kind})


def _telling(scene: Scene) -> Filled:
    """A record with a major finding and somebody who refused to sign."""
    made = scene.filled(failed=2)
    made.payload["findings"][0].update(level="major", words="三号车间正在焊接，没有作业票。")
    for place, shot in enumerate(made.payload["photos"]):
        data = samples.scene(place, width=1000, height=1000)
        made.blobs.pop(shot["sha256"])
        made.blobs[records.sha256(data)] = data
        shot.update(sha256=records.sha256(data), size=len(data))
    return made


def opened(home: Path, cast: Cast) -> Scene:
    """The application on a home directory."""
    environment = {
        "INSPECTION_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home / DATABASE}",
        "INSPECTION_PUBLIC_URL": "https://zhencha.example",
    }
    clock, known = Clock(), settings.from_environment(environment)
    # Wired here, so that the authority is made at the scene's noon and not after it.
    app: Flask = create_app(known, wiring=wire(known, engine_of(home), clock=clock))
    return Scene(app, cast, clock)


def engine_of(home: Path) -> sqlalchemy.Engine:
    """An engine of its own on the copied database."""
    engine = sqlalchemy.create_engine(f"sqlite:///{home / DATABASE}")
    install(engine)
    return engine
