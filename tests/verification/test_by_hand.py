"""docs/verifying-by-hand.md is run as it is written, by a shell, on a report really sealed."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from inspection import database
from inspection.ledger import checkpoints

GUIDE = Path(__file__).parents[2] / "docs" / "verifying-by-hand.md"
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _section(number: int) -> str:
    """The commands of one section."""
    text = GUIDE.read_text(encoding="utf-8")
    part = re.split(r"^## \d+\. ", text, flags=re.MULTILINE)[number]
    return "\n".join(COMMANDS.findall(part))


def _run(number: int, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _section(number)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path, scene, issued: bytes) -> Path:
    """What an auditor has: the report, its originals, published keys and two mirrors."""
    for tool in ("pdfdetach", "openssl"):
        assert shutil.which(tool), f"no {tool}: apt-get install -y poppler-utils openssl"
    (tmp_path / "report.pdf").write_bytes(issued)
    key = scene.wiring.server_key
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [key.public_jwk]}), encoding="utf-8")
    with database.reading(scene.wiring.engine) as session:
        lines = [
            json.dumps({"seq": each.seq, "link": each.link, "jws": each.jws}) + "\n"
            for each in checkpoints.page(session)
        ]
    for name, count in (("checkpoints.jsonl", len(lines)), ("old.jsonl", 1)):
        (tmp_path / name).write_text("".join(lines[:count]), encoding="utf-8")
    photos = tmp_path / "photos"
    photos.mkdir()
    for photo in scene.record.payload["photos"]:
        (photos / photo["sha256"][:8]).write_bytes(scene.record.blobs[photo["sha256"]])
    return tmp_path


def test_the_guide_leads_from_the_pdf_to_the_mirror(folder: Path) -> None:
    told = {}
    for number in (2, 3, 4, 5, 6):
        done = _run(number, folder)
        assert done.returncode == 0, done.stdout + done.stderr
        told[number] = done.stdout
    assert told[2].count("Verified OK") == told[2].count("ES256") == 2
    assert len(told[3].split()) == 3, "three drawn signatures were not supplied"
    assert told[4].count("stands at") == 3
    assert told[5].count("Verified OK") == 3
    assert "how the new one begins" in told[6]
    assert "was published" in told[6]
    assert "each continues the one before" in told[6]


def _alter(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_guide_finds_what_was_changed(folder: Path) -> None:
    assert _run(2, folder).returncode == 0
    _alter(folder, "signed-0", ".", ".A")
    check = "openssl dgst -sha256 -verify device-0.pem -signature signature-0.der signed-0"
    assert subprocess.run(check.split(), cwd=folder, capture_output=True, check=False).returncode
    _alter(folder, "ledger-proof.json", '"kind": "record.accepted"', '"kind": "record.held"')
    assert "the entry was altered" in _run(4, folder).stderr
    _alter(folder, "keys.json", '"kid": "', '"kid": "X')
    assert "StopIteration" in _run(5, folder).stderr
    line = json.loads((folder / "checkpoints.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    (folder / "checkpoints.jsonl").write_text(json.dumps(line) + "\n" + json.dumps(line) + "\n")
    assert _run(6, folder).returncode != 0
