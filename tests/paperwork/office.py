"""An office that issues papers, as people see it: by the pages, and by the worker that seals."""

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from inspection import worker
from inspection.database import reading, writing
from inspection.paperwork import shelf
from inspection.paperwork.shelf import ShelvedPaper
from inspection.verification import verdict
from inspection.verification.verdict import Verdict
from tests.builders.enrolment import PASSWORD
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.scene import Scene
from tests.tablet import COOKIE

MARK = "花桥安"
SAID: dict[str, Any] = {
    "receiver": "周明",
    "government": "云岚区人民政府",
    "court": "云岚区人民法院",
    "items": ["1", "2"],
    "deadline_1": "2026-12-05",
    "deadline_2": "2026-12-20",
    "measures": ["责令暂时停产停业"],
    "object": "三号车间",
    "from_on": "2026-11-22",
    "until_on": "2027-05-22",
    "password": PASSWORD,
    "act": "propose",
}
DELIVERED = {
    "delivered_on": "2026-11-22",
    "method": "handed",
    "place": "企业办公室",
    "receiver": "周明",
    "signed": "signed",
}


@dataclass
class Office:
    """The scene with one record handed in whole."""

    scene: Scene
    made: Filled = field(init=False)
    papers: dict[str, ShelvedPaper] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.made = self.scene.filled(failed=2)
        self.made.payload["findings"][0].update(level="major")
        self.hand_in(self.made)

    @property
    def first(self) -> Person:
        """One of the two who inspected."""
        return self.scene.settled.inspectors[0]

    @property
    def second(self) -> Person:
        """The other one."""
        return self.scene.settled.inspectors[1]

    def hand_in(self, made: Filled) -> None:
        """Hand a record in with its files; its report is nobody's concern here."""
        assert self.scene.tablet.hand_in(made).status == 201
        for data in made.blobs.values():
            self.scene.wiring.blobs.keep(data)

    def browser(self, person: Person) -> FlaskClient:
        """The browser of somebody who is signed in."""
        client = self.scene.app.test_client()
        client.set_cookie(COOKIE, self.scene.token_of(person))
        return client

    def describe(self, mark: str = MARK, unit: str = "") -> Any:
        """Set the mark of the town, as its office does."""
        page = f"/papers/issuers/{unit or self.scene.settled.town.uuid}"
        fields = {"mark": mark, "government": "云岚区人民政府", "court": "云岚区人民法院"}
        return self.post(self.scene.cast.office, page, page, **fields)

    def post(self, person: Person, page: str, address: str, **fields: Any) -> Any:
        """Fill in a form of a page and send it."""
        browser = self.browser(person)
        return browser.post(address, data={"csrf_token": token(browser.get(page).text), **fields})

    def propose(self, kind: str = "rectify_order", **changed: Any) -> Any:
        """Propose a paper on the record, as the first officer unless said otherwise."""
        person, made = changed.pop("by", self.first), changed.pop("made", self.made)
        address = f"/records/{made.uuid}/papers/{kind}"
        return self.post(person, address, address, **{**SAID, **changed})

    def proposed(self, kind: str = "rectify_order", **changed: Any) -> str:
        """Propose a paper and return its uuid."""
        answer = self.propose(kind, **changed)
        assert answer.status_code == 303, answer.text
        return str(answer.location.rpartition("/")[2])

    def confirm(self, paper: str, by: Person | None = None, **changed: Any) -> Any:
        """Confirm a paper, as the second officer unless said otherwise."""
        found = self.paper(paper)
        fields = {"content_sha256": found.content_sha256, "password": PASSWORD, **changed}
        page = f"/papers/{paper}"
        return self.post(by or self.second, page, f"{page}/confirmation", **fields)

    def issued(self, kind: str = "rectify_order", **changed: Any) -> ShelvedPaper:
        """Propose and confirm a paper."""
        uuid = self.proposed(kind, **changed)
        answer = self.confirm(uuid)
        assert answer.status_code == 303, answer.text
        return self.paper(uuid)

    def sealed(self, kind: str = "rectify_order", **changed: Any) -> ShelvedPaper:
        """Issue a paper and let the worker seal it."""
        uuid = self.issued(kind, **changed).uuid
        self.work()
        return self.paper(uuid)

    def deliver(self, paper: str, by: Person | None = None, **changed: Any) -> Any:
        """Record a delivery."""
        page = f"/papers/{paper}"
        return self.post(by or self.first, page, f"{page}/delivery", **{**DELIVERED, **changed})

    def annul(self, paper: str, by: Person | None = None, **changed: Any) -> Any:
        """Annul a paper, as the office of the district."""
        page, fields = f"/papers/{paper}", {"reason": "期限写错", "password": PASSWORD, **changed}
        return self.post(by or self.scene.cast.office, page, f"{page}/annulment", **fields)

    def work(self) -> None:
        """Do the jobs of papers; reports have tests of their own."""
        with writing(self.scene.engine) as session:
            session.execute(text("DELETE FROM job WHERE kind LIKE 'report.%'"))
        while worker.work_once(self.scene.wiring):
            pass

    def paper(self, uuid: str) -> ShelvedPaper:
        """A paper as it stands."""
        with reading(self.scene.engine) as session:
            found = shelf.find(session, uuid)
        assert found is not None
        return found

    def file(self, paper: ShelvedPaper) -> bytes:
        """Its sealed file."""
        return self.scene.wiring.blobs.read(paper.sha256)

    def verify(self, data: bytes) -> Verdict:
        """Examine a file as the verify page does."""
        wiring = self.scene.wiring
        return verdict.examine_document(
            data,
            engine=wiring.engine,
            blobs=wiring.blobs,
            authority=wiring.authority,
            server_key=wiring.server_key,
            at=wiring.clock(),
        )


def token(page: str) -> str:
    """The CSRF token of a page's forms."""
    return page.rpartition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
