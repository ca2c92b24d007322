"""A report that has grown: each of its files is good, the newest counts, nothing else is one."""

import hashlib
import io

import pikepdf
import pytest
from sqlalchemy import delete

from inspection import database
from inspection.reports import revisions
from inspection.reports.shelf import IssuedReport
from inspection.signing import credentials, seals
from inspection.signing.certificates import Attestation
from inspection.signing.examination import examine
from inspection.signing.facts import Examination, Outcome
from inspection.verification import verdict
from tests.reports.scenes import ISSUED_AT, VERIFIED_AT
from tests.signing import attacks, sealed
from tests.signing.by_hand import revisions as updates


def codes(found, outcome=None):
    return [fact.code for fact in found.facts if outcome in (None, fact.outcome)]


@pytest.fixture
def grown(own_scene, own_issued):
    """The report's newest file: stamped once more, three days later."""
    wiring = own_scene.wiring
    stamped = seals.retimestamp(own_issued, authority=wiring.authority, revoked=(), at=VERIFIED_AT)
    with database.writing(wiring.engine) as session:
        report = own_scene.issue().uuid
        revisions.add(
            session, report, stamped, kind="retimestamp", by="", blobs=wiring.blobs, at=VERIFIED_AT
        )
    return stamped


def test_each_file_of_a_report_is_good_and_the_older_one_says_that_it_is_old(
    own_scene, own_issued, grown
):
    newest = own_scene.verify(grown)
    assert newest.outcome == Outcome.PASSED
    assert "superseded" not in codes(newest)
    assert [line.kind for line in newest.signers] == [
        *("seal", "person", "person", "attested", "timestamp", "timestamp")
    ]
    older = own_scene.verify(own_issued)
    assert older.outcome == Outcome.PASSED
    superseded = next(fact for fact in older.facts if fact.code == "superseded")
    assert superseded.details["later"] == 1
    assert superseded.details["current"] == hashlib.sha256(grown).hexdigest()
    with database.reading(own_scene.wiring.engine) as session:
        by_digest = [
            verdict.by_digest(session, hashlib.sha256(data).hexdigest())
            for data in (own_issued, grown)
        ]
    assert [codes(each) for each in by_digest] == [
        ["issued_here", "bytes_as_issued", "superseded"],
        ["issued_here", "bytes_as_issued"],
    ]
    assert {each.report.number for each in by_digest} == {newest.report.number}


def test_only_files_that_were_kept_are_files_of_the_report(own_scene, own_issued, grown):
    """Placed by their bytes alone; what their signatures say is `test_attacks`."""

    def told(data):
        with database.reading(own_scene.wiring.engine) as session:
            found = verdict.judged(
                session,
                data,
                Examination("unreadable"),
                blobs=own_scene.wiring.blobs,
                server_key=own_scene.wiring.server_key,
            )
        return next(fact for fact in found.facts if fact.code.startswith(("bytes", "rolled")))

    assert (told(grown[:-1]).code, told(grown[:-1]).details["missing"]) == ("rolled_back", 1)
    assert told(grown[: len(own_issued) + 9]).code == "rolled_back"
    after = told(own_issued + b"%another end")
    assert (after.code, after.details["extra"]) == ("bytes_after_end", 12)
    assert told(grown + b"x").details["extra"] == 1
    altered = bytearray(grown)
    altered[len(own_issued) + 40] ^= 1
    assert told(bytes(altered)).details["extra"] == len(grown) - len(own_issued)
    altered[40] ^= 1
    assert (told(bytes(altered)).code, told(bytes(altered)).details["first_at"]) == (
        "bytes_altered",
        40,
    )


def blank():
    """A signature picture with nothing in it."""
    pdf, file = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(200, 60))
    pdf.save(file)
    return file.getvalue()


def _party_once_more(scene, issued):
    """The ink of the party without an account, attested anew for the same record."""
    authority = scene.wiring.authority
    trust = authority.trust(at=VERIFIED_AT)
    before = next(
        each for each in examine(issued, trust, VERIFIED_AT).signatures if each.kind == "attested"
    )
    evidence = Attestation(before.name, before.record_digest, before.ink_digest, ("kid",))
    identity = authority.attest(evidence, at=ISSUED_AT)
    warrants = tuple(sealed.warrant(each) for each in scene.record.signers)
    return seals.Attested(before.field, blank(), identity, warrants)


def test_pages_drawn_anew_and_sealed_with_our_own_keys_are_known_by_the_digest_alone(scene, issued):
    """Whoever holds the server's keys can seal other pages around a genuine record."""
    wiring = scene.wiring
    drawn = attacks.replace_page_content(updates(issued)[0])
    with database.reading(wiring.engine) as session:
        people = [
            seals.Signer(
                f"sig-p{n}",
                blank(),
                credentials.find(session, each.uuid, at=ISSUED_AT),
                sealed.warrant(each),
            )
            for n, each in enumerate(scene.record.signers, start=1)
        ]
    people.append(_party_once_more(scene, issued))
    forged = seals.seal_report(drawn, people, authority=wiring.authority, at=ISSUED_AT)
    found = examine(forged, wiring.authority.trust(at=VERIFIED_AT), VERIFIED_AT)

    def judged(session):
        return verdict.judged(
            session, forged, found, blobs=wiring.blobs, server_key=wiring.server_key
        )

    with database.reading(wiring.engine) as session:
        assert codes(judged(session), Outcome.FAILED) == ["bytes_altered"]
        session.execute(delete(IssuedReport))
        lost = judged(session)
    assert (lost.outcome, codes(lost, Outcome.INDETERMINATE)) == (
        Outcome.INDETERMINATE,
        ["seal_without_report"],
    )
