"""The file for people who do not trust our server: opened from the disk, without a network.

A report, a paper and a sheet are sealed once, as the worker does; what is tampered with are
attachments, put back into the PDF, so that nothing but the page's own reading finds it.
"""

import base64
import hashlib
import hmac
import io
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import sqlalchemy
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page, Playwright

from inspection.database import install
from inspection.reports import proving
from inspection.signing import jose
from tests.paperwork.conftest import _at_noon
from tests.paperwork.test_sheets import signed
from tests.reports import scenes

RECORD, PROOF, CONTENT = "record.jws", "ledger-proof.json", "content.json"


@dataclass
class Sealed:
    """A report, and what its reader may have from elsewhere."""

    pdf: bytes
    keys: bytes
    photo: bytes

    def attached(self, name: str) -> dict[str, Any]:
        """What the report carries under a name."""
        with pikepdf.open(io.BytesIO(self.pdf)) as document:
            return json.loads(document.attachments[name].get_file().read_bytes())

    def with_attached(self, name: str, value: dict[str, Any]) -> bytes:
        """The report with another attachment in place of its own."""
        with pikepdf.open(io.BytesIO(self.pdf)) as document:
            document.attachments[name] = pikepdf.AttachedFileSpec(
                document, json.dumps(value).encode(), filename=name
            )
            changed = io.BytesIO()
            document.save(changed)
            return changed.getvalue()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Sealed:
    """Sealed in another thread: Playwright's loop runs in this one, and sealing wants its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_seal, tmp_path_factory.mktemp("sealed"), migrated_sqlite).result()


def _seal(home: Path, migrated_sqlite: Path) -> Sealed:
    shutil.copyfile(migrated_sqlite, home / "zhencha.sqlite3")
    engine = sqlalchemy.create_engine(f"sqlite:///{home / 'zhencha.sqlite3'}")
    install(engine)
    scene = scenes.scene(engine, home)
    data = scene.wiring.blobs.read(scene.issue().sha256)
    engine.dispose()
    keys = json.dumps({"keys": [scene.wiring.server_key.public_jwk]}).encode()
    photo = scene.record.blobs[scene.record.payload["photos"][0]["sha256"]]
    return Sealed(data, keys, photo)


@pytest.fixture(scope="module")
def papers(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Sealed]:
    """A paper and a sheet, sealed in another thread too."""
    with ThreadPoolExecutor(1) as thread:
        home = tmp_path_factory.mktemp("papers")
        request.getfixturevalue("migrated_sqlite")
        return thread.submit(_seal_papers, home, request).result()


def _seal_papers(home: Path, request: pytest.FixtureRequest) -> dict[str, Sealed]:
    office = _at_noon(home, request)
    made = {
        "（花桥安）责改〔2026〕1号": office.issued("rectify_order").uuid,
        "表〔2026〕": signed(office, "problem_list", office.scene.cast.office),
    }
    office.work()
    keys = json.dumps({"keys": [office.scene.wiring.server_key.public_jwk]}).encode()
    found = {
        number: Sealed(office.file(office.paper(uuid)), keys, b"") for number, uuid in made.items()
    }
    office.scene.engine.dispose()
    return found


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, browser_path: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
    yield browser
    browser.close()


@dataclass
class Desk:
    """The verifier, open in a browser that reaches nothing."""

    page: Page
    asked: list[str]

    def given(self, *files: tuple[str, bytes]) -> dict[str, str]:
        """Put files in and return each fact's code with its outcome."""
        self.page.set_input_files(
            "#files",
            [{"name": n, "mimeType": "application/octet-stream", "buffer": d} for n, d in files],
        )
        self.page.wait_for_selector("#facts li")
        self.page.wait_for_selector("body:not([aria-busy])")
        lines = self.page.query_selector_all("#facts li")
        return {
            str(each.get_attribute("data-code")): str(each.get_attribute("class")) for each in lines
        }

    @property
    def headline(self) -> str:
        return self.page.inner_text("#headline")


@pytest.fixture
def desk(chromium: Browser) -> Iterator[Desk]:
    context = chromium.new_context(offline=True, locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(proving.VERIFIER.as_uri())
    yield Desk(page, asked)
    context.close()


def test_a_sealed_report_passes_without_a_network(desk: Desk, sealed: Sealed) -> None:
    found = desk.given(
        ("报告.pdf", sealed.pdf), ("keys.json", sealed.keys), ("a.jpg", sealed.photo)
    )
    assert set(found.values()) == {"passed"}
    assert {"signature_valid", "key_enrolled", "entry_names_record", "entry_stands"} <= set(found)
    assert desk.headline == "内附的记录、设备签名和台账凭证全部相符。"
    assert hashlib.sha256(sealed.pdf).hexdigest() in desk.page.inner_text("#file")
    assert "PAdES" in desk.page.inner_text("#result")
    desk.page.click("[data-speak=en]")
    assert desk.headline.startswith("The record inside, its device signatures")
    assert desk.asked == [proving.VERIFIER.as_uri()]


def test_without_keys_from_elsewhere_it_does_not_pass(desk: Desk, sealed: Sealed) -> None:
    found = desk.given(("report.pdf", sealed.pdf))
    assert found.pop("server_key_from_file") == "indeterminate"
    assert set(found.values()) == {"passed"}
    assert "还不能下结论" in desk.headline
    desk.page.click("summary:visible")
    desk.page.fill("#keys", sealed.keys.decode())
    desk.page.wait_for_selector("#result[data-outcome=passed]")


def test_papers_and_sheets_pass_by_the_entry_that_issued_them(
    desk: Desk, papers: dict[str, Sealed]
) -> None:
    for number, each in papers.items():
        found = desk.given((f"{number}.pdf", each.pdf), ("keys.json", each.keys))
        assert set(found.values()) == {"passed"}, found
        assert {"entry_issues_paper", "entry_stands", "server_key_given"} <= set(found)
        assert desk.headline == "内附的签发内容和台账凭证全部相符。"
        assert number in desk.page.inner_text("#about-facts")
        assert "撤销：要问出具单位" in desk.page.inner_text("#result")
        words = {**each.attached(CONTENT), "title": "另一份"}
        found = desk.given(("changed.pdf", each.with_attached(CONTENT, words)))
        assert found["entry_issues_another"] == "failed"
        assert desk.headline == "没有通过核验，原因见下。"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _payload_changed(record: dict[str, Any]) -> dict[str, Any]:
    payload = _decoded(record["payload"]).replace(b"fail", b"pass", 1)
    return {**record, "payload": _encoded(payload)}


def _with_header(record: dict[str, Any], alg: str, sign: Callable[[str], bytes]) -> dict[str, Any]:
    first, *others = record["signatures"]
    header = _encoded(json.dumps({**json.loads(_decoded(first["protected"])), "alg": alg}).encode())
    forged = {"protected": header, "signature": _encoded(sign(f"{header}.{record['payload']}"))}
    return {**record, "signatures": [forged, *others]}


def test_what_was_tampered_with_fails(desk: Desk, sealed: Sealed) -> None:
    record, proof = sealed.attached(RECORD), sealed.attached(PROOF)
    jwk = json.loads(proof["device_keys"][0]["entry"]["body"])["jwk"]
    public = jose.public_key(jwk).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    hs256 = _with_header(record, "HS256", lambda text: hmac.digest(public, text.encode(), "sha256"))
    entry = proof["entry"]
    attacks: list[tuple[str, str, dict[str, Any], set[str]]] = [
        ("payload", RECORD, _payload_changed(record), {"signature_broken", "entry_names_another"}),
        ("alg none", RECORD, _with_header(record, "none", lambda _: b""), {"signature_broken"}),
        ("HS256 with the public key", RECORD, hs256, {"signature_broken"}),
        (
            "entry",
            PROOF,
            {**proof, "entry": {**entry, "recorded_at": "2020-01-01T00:00:00.000Z"}},
            {"entry_altered"},
        ),
        ("path", PROOF, {**proof, "path": proof["path"][::-1]}, {"not_in_checkpoint"}),
        (
            "checkpoint",
            PROOF,
            {**proof, "checkpoint": proof["checkpoint"][:-4] + "AAAA"},
            {"checkpoint_unsigned"},
        ),
        ("proof is none", PROOF, {"format": "zhencha.ledger-proof/2"}, {"proof_missing"}),
    ]
    for name, attachment, value, codes in attacks:
        found = desk.given((f"{name}.pdf", sealed.with_attached(attachment, value)))
        assert codes <= {code for code, outcome in found.items() if outcome == "failed"}, name
        assert desk.headline == "没有通过核验，原因见下。"


def test_a_photo_exchanged_under_the_same_name_fails(desk: Desk, sealed: Sealed) -> None:
    exchanged = sealed.photo + b"\0"
    found = desk.given(("report.pdf", sealed.pdf), ("A-01.jpg", exchanged))
    assert found["file_unknown"] == "failed"
    assert "A-01.jpg" in desk.page.inner_text("#facts")


def test_what_is_no_report_is_said_and_hurts_nobody(desk: Desk, sealed: Sealed) -> None:
    assert desk.given(("x.pdf", b"hello")) == {"not_a_pdf": "failed"}
    assert desk.given(("x.pdf", sealed.pdf[:200_000])) == {"pdf_unreadable": "failed"}
    markup = {"payload": _encoded(b'{"unit":{"name":"<img src=x onerror=alert(1)>"}}')}
    given = {**sealed.attached(RECORD), **markup}
    desk.given(("record.jws", json.dumps(given).encode()))
    assert "<img src=x onerror=alert(1)>" in desk.page.inner_text("#about-facts")
    assert desk.page.query_selector("img") is None
