"""A signer's own certificate: from the download to the revision, and every way it may not go."""

import dataclasses

import pytest

from inspection import database, worker
from inspection.domain.problems import (
    OwnFieldAbsent,
    OwnFieldWrong,
    OwnFileForeign,
    OwnFileOutdated,
    OwnFileTooLarge,
    OwnFileUnsigned,
    WorkBusy,
)
from inspection.reports import own_certificate, retimestamping, revisions
from inspection.signing import seals
from inspection.signing.facts import Outcome
from tests.reports import scenes
from tests.signing import strangers


@pytest.fixture
def scene(engine, home):
    return scenes.scene(engine, home)


def receive(scene, report, data, *, person=0, roots=None):
    wiring = scene.wiring
    own_certificate.receive(
        report,
        scene.record.signers[person].uuid,
        data,
        engine=wiring.engine,
        blobs=wiring.blobs,
        roots=roots,
        at=wiring.clock(),
    )


def work(scene):
    """Let the worker do all that is due; the report's own job was done by hand."""
    while worker.work_once(scene.wiring):
        pass


def current(scene, report):
    with database.reading(scene.wiring.engine) as session:
        sha256, _ = revisions.current(session, report.uuid)
        return scene.wiring.blobs.read(sha256), revisions.of(session, report.uuid)


def offered(scene, report, person=0):
    with database.reading(scene.wiring.engine) as session:
        return own_certificate.offer(session, report, scene.record.signers[person].uuid)


def test_a_signer_signs_with_a_certificate_of_their_own(scene, tmp_path):
    report = scene.issue()
    issued, _ = current(scene, report)
    roots = tmp_path / "roots.pem"
    from cryptography.hazmat.primitives.serialization import Encoding

    roots.write_bytes(strangers.root().certificate.public_bytes(Encoding.PEM))
    assert offered(scene, report) == own_certificate.Offer("own-1", False, False, False)

    receive(scene, report, strangers.signed(issued, "own-1"), roots=roots)
    assert offered(scene, report).waiting
    work(scene)
    data, added = current(scene, report)
    assert data.startswith(issued)
    assert [(each.kind, each.made_by) for each in added] == [
        ("own_certificate", scene.record.signers[0].uuid)
    ]
    described = own_certificate.described(added[0])
    assert (described.name, described.issuer) == ("李某", "外面的机构")
    assert described.trusted == Outcome.PASSED
    assert offered(scene, report) == own_certificate.Offer("own-1", True, False, False)
    with pytest.raises(OwnFieldAbsent):
        receive(scene, report, strangers.signed(issued, "own-1"))

    # the other one signs what is now the newest file, with a tool that we do not know
    receive(scene, report, strangers.signed_by_openssl(data, "own-2"), person=1)
    work(scene)
    data, added = current(scene, report)
    assert own_certificate.described(added[1]).trusted == Outcome.INDETERMINATE
    verdict = scene.verify(data)
    assert verdict.outcome == Outcome.PASSED
    assert [each.field for each in verdict.signers][-4:] == [
        "own-1",
        "archive-timestamp-2",
        "own-2",
        "archive-timestamp-3",
    ]


def test_every_wrong_file_has_its_reason_and_changes_nothing(scene, monkeypatch):
    report = scene.issue()
    issued, _ = current(scene, report)
    for data, refusal in (
        (b"%PDF-1.7 something else", OwnFileForeign),
        (b"\n" + issued, OwnFileForeign),
        (issued[:-1], OwnFileForeign),
        (issued, OwnFileUnsigned),
        (issued + bytes(own_certificate.LARGEST_ADDITION + 1), OwnFileTooLarge),
        (strangers.signed(issued, "own-2"), OwnFieldWrong),
    ):
        with pytest.raises(refusal):
            receive(scene, report, data)
    with pytest.raises(OwnFieldAbsent):
        receive(scene, dataclasses.replace(report, reserved=False), issued)
    assert offered(scene, report) == own_certificate.Offer("own-1", False, False, False)
    # a time server that is down holds the signature back and loses nothing
    receive(scene, report, strangers.signed(issued, "own-1"))
    monkeypatch.setattr(seals, "retimestamp", lambda *_, **__: 1 / 0)
    work(scene)
    assert offered(scene, report).waiting
    assert current(scene, report) == (issued, ())


def test_an_upload_does_not_wait_for_its_turn_for_ever(scene, monkeypatch):
    """A handful of them would hold up every thread of the server."""

    def busy(*_args, turns=None, **_chosen):
        assert turns is not None
        raise WorkBusy()

    report = scene.issue()
    issued, _ = current(scene, report)
    monkeypatch.setattr(own_certificate, "run_confined", busy)
    with pytest.raises(WorkBusy):
        receive(scene, report, issued + b"one more byte")


def test_whoever_is_overtaken_is_told_and_signs_again(scene):
    report = scene.issue()
    wiring = scene.wiring
    issued, _ = current(scene, report)
    receive(scene, report, strangers.signed(issued, "own-1"))
    retimestamping.retimestamp(
        report.uuid,
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        clock=wiring.clock,
    )
    work(scene)
    newest, added = current(scene, report)
    assert [each.kind for each in added] == ["retimestamp"]
    assert offered(scene, report) == own_certificate.Offer("own-1", False, False, True)
    with pytest.raises(OwnFileOutdated) as raised:
        receive(scene, report, strangers.signed(issued, "own-1"))
    assert raised.value.details == {"revision": 0, "current": 1}
    receive(scene, report, strangers.signed(newest, "own-1"))
    assert offered(scene, report) == own_certificate.Offer("own-1", False, True, False)
    work(scene)
    assert offered(scene, report).signed
    assert scene.verify(current(scene, report)[0]).outcome == Outcome.PASSED
