"""LibreOffice opens the workbooks, and on paper every tag of every item is whole (slow)."""

import shutil
import subprocess
from pathlib import Path

import pytest

from inspection.authoring import workbooks
from tests.builders.checklists import shipped


def _printed(data: bytes, folder: Path) -> tuple[str, str]:
    """What stands on paper, and what size that is."""
    path = folder / "list.xlsx"
    path.write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=300)
    pdf = str(path.with_suffix(".pdf"))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True)
    facts = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True)
    return text.stdout.decode(), facts.stdout.decode()


@pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="没有 LibreOffice · apt-get install --no-install-recommends libreoffice-calc",
)
def test_libreoffice_prints_every_word_that_inspectors_read(tmp_path: Path) -> None:
    document = shipped("hot-work").document
    text, facts = _printed(workbooks.written(document), tmp_path)
    items = [item for section in document["sections"] for item in section["items"]]
    lines = "".join(text.split())
    missing = [
        (item["code"], tag["zh"])
        for item in items
        for tag in item["findings"]
        if tag["zh"] not in lines
    ]
    assert missing == []
    assert "841.89 x 595.3" in facts  # A4, landscape
    assert text.count("问题表现") >= 4  # headings again on every page
    assert "approver_unclear" not in text  # codes stay on the screen
