"""Attacks on a finished report: each fails, and what catches it is said.

Twice each: on the server that issued the report, and on one whose shelf lost it, where no digest
is left to compare with and the signatures must speak for themselves.
"""

import hashlib
import random

import pytest
from sqlalchemy import delete, text

from inspection import database
from inspection.reports.shelf import IssuedReport
from inspection.settings import ROOT
from inspection.signing.examination import examine
from inspection.signing.facts import Examination, Outcome
from inspection.verification import verdict
from tests.reports import samples
from tests.reports.scenes import VERIFIED_AT
from tests.verification.attempts import ON_BYTES, ON_PROOF, ON_RECORD

DOCUMENTED = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")


def failed(found):
    return {fact.code for fact in found.facts if fact.outcome == Outcome.FAILED}


def unsure(found):
    return {fact.code for fact in found.facts if fact.outcome == Outcome.INDETERMINATE}


def judged(scene, session, data, found):
    return verdict.judged(
        session, data, found, blobs=scene.wiring.blobs, server_key=scene.wiring.server_key
    )


@pytest.fixture(scope="session")
def examined(scene):
    """What is found in some bytes; each is looked at once."""
    known = {}

    def found(data):
        if data not in known:
            trust = scene.wiring.authority.trust(at=VERIFIED_AT)
            known[data] = examine(data, trust, VERIFIED_AT)
        return known[data]

    return found


@pytest.fixture
def on_shelf(scene):
    """The server that issued the report."""
    with database.reading(scene.wiring.engine) as session:
        yield session


@pytest.fixture
def off_shelf(scene):
    """A copy of that server which lost every row of its shelf."""
    with database.reading(scene.wiring.engine) as session:  # which keeps nothing of this
        session.execute(delete(IssuedReport))
        yield session


def test_without_the_shelf_an_untouched_report_is_neither_good_nor_bad(
    scene, issued, examined, off_shelf
):
    found = judged(scene, off_shelf, issued, examined(issued))
    assert (found.outcome, unsure(found)) == (Outcome.INDETERMINATE, {"seal_without_report"})


@pytest.mark.parametrize("name", ON_BYTES)
def test_no_change_of_the_bytes_goes_unnoticed(scene, issued, examined, on_shelf, off_shelf, name):
    attempt = ON_BYTES[name]
    data = attempt.make(issued, scene)
    seen = judged(scene, on_shelf, data, examined(data))
    assert seen.outcome == Outcome.FAILED
    assert attempt.on_shelf in failed(seen)
    alone = judged(scene, off_shelf, data, examined(data))
    assert alone.outcome != Outcome.PASSED
    assert attempt.off_shelf in failed(alone) | unsure(alone)
    assert f"| {attempt.row} |" in DOCUMENTED


@pytest.mark.parametrize("name", [*ON_RECORD, *ON_PROOF])
def test_no_change_inside_goes_unnoticed(scene, issued, examined, on_shelf, off_shelf, name):
    """As if the PDF had been sealed anew around it, by somebody who holds the server's keys."""
    attempt = {**ON_RECORD, **ON_PROOF}[name]
    altered = attempt.make(scene, examined(issued))
    for session in (on_shelf, off_shelf):
        found = judged(scene, session, issued, altered)
        assert found.outcome == Outcome.FAILED
        assert attempt.code in failed(found)


@pytest.mark.parametrize(
    ("meddling", "code"),
    [
        ("UPDATE ledger_entry SET body = replace(body, 'inspection', 'inspectiom')", "differs"),
        ("DELETE FROM ledger_entry WHERE kind LIKE 'record.%'", "differs"),
        ("UPDATE ledger_entry SET seq = 900 - seq", "differs"),
    ],
    ids=["changed", "removed", "reordered"],
)
def test_a_ledger_row_that_was_meddled_with_is_noticed(
    scene, issued, examined, on_shelf, meddling, code
):
    for kind in ("update", "delete", "replace"):
        on_shelf.execute(text(f"DROP TRIGGER ledger_entry_no_{kind}"))
    on_shelf.execute(text(meddling))
    found = judged(scene, on_shelf, issued, examined(issued))
    assert failed(found) >= {f"ledger_entry_{code}"}


def test_a_photo_under_the_same_name_is_noticed(scene, issued, examined, on_shelf, monkeypatch):
    digest = scene.record.payload["photos"][0]["sha256"]
    real = scene.wiring.blobs.read
    monkeypatch.setattr(
        type(scene.wiring.blobs),
        "read",
        lambda _blobs, name: samples.scene(77) if name == digest else real(name),
    )
    assert failed(judged(scene, on_shelf, issued, examined(issued))) == {"photos_differ"}


def test_a_strangers_record_does_not_choose_what_the_server_reads(
    scene, issued, examined, on_shelf, monkeypatch
):
    """It may name five hundred photos of ours, and ask which of them we have."""
    altered = ON_RECORD["photo exchanged"].make(scene, examined(issued))
    read = []
    monkeypatch.setattr(type(scene.wiring.blobs), "read", lambda _blobs, name: read.append(name))
    found = judged(scene, on_shelf, issued, altered)
    assert "record_differs" in failed(found)
    assert read == []


def test_two_hundred_flipped_bits_are_all_named_with_their_place(scene, issued, on_shelf):
    """By the digest, which needs no examination; `test_bit_flips` asks the signatures."""
    dice = random.Random(20261122)
    for _ in range(200):
        place = dice.randrange(len(issued))
        data = bytearray(issued)
        data[place] ^= 1 << dice.randrange(8)
        altered = bytes(data)
        assert verdict.by_digest(on_shelf, hashlib.sha256(altered).hexdigest()) is None
        found = judged(scene, on_shelf, altered, Examination("unreadable"))
        if "not_issued_here" in failed(found):  # the number itself was hit: nothing is left of it
            continue
        (told,) = (fact for fact in found.facts if fact.code == "bytes_altered")
        assert told.details["first_at"] == place
