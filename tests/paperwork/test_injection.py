"""Whatever officers write into a paper stays text, on the page and in the file."""

import re
import subprocess

from tests.paperwork.office import Office

ATTACK = "<b>x</b>{{7*7}}<img src=http://127.0.0.1:9/1><style>@import 'http://127.0.0.1:9/2'"


def squeezed(words: str) -> str:
    """Without white space, and without what stands at the foot and head of each page."""
    return re.sub(r"第\d+页共\d+页|（花桥安）现决〔2026〕1号", "", re.sub(r"\s+", "", words))


def test_html_in_every_field_is_printed_as_it_was_written(office: Office, tmp_path):
    fields = {name: f"{name}{ATTACK}"[:100] for name in ("receiver", "government", "court")}
    paper = office.sealed("onsite_measure", items=["1"], object=f"object{ATTACK}", **fields)
    path = tmp_path / "paper.pdf"
    path.write_bytes(office.file(paper))
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    said = squeezed(done.stdout.decode())
    for words in (*fields.values(), f"object{ATTACK}"):
        assert squeezed(words) in said, words
    page = office.browser(office.first).get(f"/papers/{paper.uuid}").text
    assert "<img src=http" not in page
    assert "{{7*7}}" in page
    told = {"place": ATTACK[:100], "receiver": ATTACK[:100], "remark": ATTACK, "position": "<i>"}
    assert office.deliver(paper.uuid, **told).status_code == 303
    assert office.annul(paper.uuid, reason=ATTACK).status_code == 303
    for person in (office.first, office.scene.cast.head):
        page = office.browser(person).get(f"/papers/{paper.uuid}").text
        assert "<img src=http" not in page
        assert "<i>" not in page
