"""A case is carried away with the papers that were given out on its record."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

from inspection import worker
from tests.audits.standing import token
from tests.builders.identifiers import sha256
from tests.paperwork.conftest import at_noon  # noqa: F401
from tests.paperwork.office import Office


def test_a_bundle_carries_the_papers_with_their_entries_and_says_which_are_annulled(
    at_noon: Office,  # noqa: F811
):
    scene = at_noon.scene
    kept, annulled = at_noon.issued("rectify_order"), at_noon.issued("onsite_measure")
    at_noon.proposed("onsite_record")  # never confirmed: nobody was given it
    scene.tablet.send_all(at_noon.made)
    while worker.work_once(scene.wiring):
        pass
    assert at_noon.annul(annulled.uuid).status_code == 303
    scene.clock.passes(timedelta(days=366))
    assert scene.command("reports", "retimestamp").exit_code == 0
    ((report,),) = scene.rows("SELECT uuid FROM report")
    browser = at_noon.browser(scene.cast.auditor)
    page = browser.get(f"/audits/{report}").text
    assert kept.number in page
    sent = browser.post(f"/audits/{report}/case.zip", data={"csrf_token": token(page)})
    archive = zipfile.ZipFile(BytesIO(sent.data))
    manifest = json.loads(archive.read("manifest.json"))
    told = {each["paper"]: each for each in manifest["papers"]}
    assert {uuid: each["annulled"] for uuid, each in told.items()} == {
        kept.uuid: False,
        annulled.uuid: True,
    }
    for uuid, each in told.items():
        first, later = (
            archive.read(f"{each['folder']}/revision-{number}.pdf") for number in (0, 1)
        )
        assert later.startswith(first)
        assert sha256(later) == each["newest_sha256"] == at_noon.paper(uuid).newest_sha256
        content = archive.read(f"{each['folder']}/content.json")
        assert sha256(content) == each["content_sha256"]
    entries = [json.loads(each) for each in archive.read("ledger/entries.jsonl").splitlines()]
    assert [each["seq"] for each in entries] == sorted(each["seq"] for each in entries)
    kinds = [each["kind"] for each in entries if each["kind"].startswith("paper.")]
    assert sorted(kinds) == sorted(
        2 * ["paper.proposed", "paper.issued", "paper.sealed", "paper.stamped"] + ["paper.annulled"]
    )
    used = [json.loads(each["body"]) for each in entries if each["kind"] == "key.used"]
    assert [each.get("paper") for each in used].count(kept.uuid) == 2
    names = set(archive.namelist())
    assert {f"ledger/entry-{each['seq']:08d}.json" for each in entries} <= names
    assert sum(name.startswith("certificates/person-") for name in names) >= 2
