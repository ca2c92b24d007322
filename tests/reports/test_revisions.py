"""Revisions of a report: each begins with the one before, in its turn, whole or not at all."""

import json
import multiprocessing
import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy

from inspection.blobs import FilesystemBlobs
from inspection.database import install, reading, writing
from inspection.domain.problems import NotFound, ReportMovedOn
from inspection.ledger import journal
from inspection.organisations import directory
from inspection.organisations.unit import Unit, UnitKind
from inspection.reports import revisions
from inspection.reports.shelf import IssuedReport
from tests.builders.identifiers import sha256, uuid7

ISSUED = b"%PDF-1.7\nas it was issued\n%%EOF\n"
REPORT, RECORD, AUDITOR = (f"0193e000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))
"""The same in every process: some of these tests are killed in one of their own."""
AT = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.fixture
def blobs(home):
    return FilesystemBlobs(home / "blobs")


@pytest.fixture
def shelved(engine, blobs):
    """One issued report, whose bytes are no real PDF: nothing here reads them."""
    blobs.keep(ISSUED)
    with writing(engine) as session:
        town = Unit(uuid=uuid7(), kind=UnitKind.TOWN, name="兴仁街道")
        unit = directory.found(session, town, parent=None)
        row = IssuedReport(
            uuid=REPORT, record_uuid=RECORD, record_digest="d", number="检记〔2026〕000007号",
            unit_id=unit.id, title="检查记录", checklist_title="动火", organisation="云岚区",
            issued_at=AT, sha256=sha256(ISSUED), size=len(ISSUED), pages=3, seq=9, reserved=True,
        )  # fmt: skip
        session.add(row)
    return engine


def added(engine, blobs, data, *, kind=revisions.OPINION, by=AUDITOR, at=AT, note=""):
    with writing(engine) as session:
        return revisions.add(session, REPORT, data, kind=kind, by=by, note=note, blobs=blobs, at=at)


def history(engine):
    with reading(engine) as session:
        return revisions.of(session, REPORT), revisions.current(session, REPORT)


def test_a_report_without_revisions_is_as_it_was_issued(shelved):
    assert history(shelved) == ((), (sha256(ISSUED), len(ISSUED)))


def test_each_revision_is_kept_listed_and_in_the_ledger(shelved, blobs):
    first, second = ISSUED + b"opinion", ISSUED + b"opinion" + b"time"
    later = AT + timedelta(days=365)
    added(shelved, blobs, first, note="同意")
    added(shelved, blobs, second, kind=revisions.RETIMESTAMP, by="", at=later)
    listed, current = history(shelved)
    assert [(each.number, each.kind, each.made_by, each.note) for each in listed] == [
        (1, "opinion", AUDITOR, "同意"),
        (2, "retimestamp", "", ""),
    ]
    assert current == (sha256(second), len(second))
    assert [blobs.read(each.sha256) for each in listed] == [first, second]
    with reading(shelved) as session:
        entries = journal.about(session, RECORD)
        assert revisions.with_digest(session, sha256(first)) == listed[0]
        assert revisions.with_digest(session, sha256(ISSUED)) is None
    assert [each.kind for each in entries] == ["report.revised", "report.revised"]
    assert [each.seq for each in entries] == [each.seq for each in listed]
    assert json.loads(entries[1].body) == {
        "report": REPORT,
        "record": RECORD,
        "revision": 2,
        "kind": "retimestamp",
        "sha256": sha256(second),
        "size": len(second),
        "before": sha256(first),
        "by": "",
    }


@pytest.mark.parametrize(
    "data",
    [b"", ISSUED, ISSUED[:-1], b"x" + ISSUED, ISSUED[:-1] + b"x and more", b"another file" * 9],
    ids=["nothing", "the same", "shorter", "shifted", "altered", "foreign"],
)
def test_what_does_not_begin_with_the_newest_file_is_refused(shelved, blobs, data):
    with pytest.raises(ReportMovedOn) as raised:
        added(shelved, blobs, data)
    assert raised.value.details == {"report": REPORT, "current": sha256(ISSUED), "number": 0}
    assert history(shelved)[0] == ()


def test_the_same_bytes_again_change_nothing(shelved, blobs):
    first = added(shelved, blobs, ISSUED + b"opinion")
    assert added(shelved, blobs, ISSUED + b"opinion") == first
    assert history(shelved)[0] == (first,)
    with reading(shelved) as session:
        assert len(journal.about(session, RECORD)) == 1


def test_of_two_at_once_the_second_is_told_that_the_report_moved_on(shelved, blobs):
    told, ready = [], threading.Barrier(2)

    def add(data):
        ready.wait()
        try:
            added(shelved, blobs, data)
            told.append("added")
        except ReportMovedOn as problem:
            told.append(problem.code)

    threads = [threading.Thread(target=add, args=(ISSUED + word,)) for word in (b"one", b"two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == ["added", "report_moved_on"]
    assert len(history(shelved)[0]) == 1


def test_no_report_no_revision_and_no_kind_but_the_known_ones(shelved, blobs):
    with pytest.raises(NotFound), writing(shelved) as session:
        revisions.add(session, uuid7(), ISSUED, kind=revisions.OPINION, by="", blobs=blobs, at=AT)
    with pytest.raises(ValueError, match="no such kind"):
        added(shelved, blobs, ISSUED + b"x", kind="improvement")
    with reading(shelved) as session, pytest.raises(NotFound):
        revisions.current(session, uuid7())


def _add_and_be_killed(url, home, where):
    """Run in a process of its own: SIGKILL itself on reaching `where`."""
    engine = sqlalchemy.create_engine(url)
    install(engine)
    blobs = FilesystemBlobs(home / "blobs")
    owner = {"keep": blobs, "append": journal, "flush": sqlalchemy.orm.Session}[where]
    real = getattr(owner, where)

    def reached(*args, **keywords):
        if where != "append":
            os.kill(os.getpid(), signal.SIGKILL)
        real(*args, **keywords)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, where, reached)
    added(engine, blobs, ISSUED + b"opinion")


@pytest.mark.parametrize("where", ["keep", "append", "flush"])
def test_kill_9_at_any_point_leaves_the_report_as_it_was(shelved, database, home, blobs, where):
    process = multiprocessing.get_context("spawn").Process(
        target=_add_and_be_killed, args=(database.url, home, where)
    )
    process.start()
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL
    assert history(shelved) == ((), (sha256(ISSUED), len(ISSUED)))
    with reading(shelved) as session:
        assert journal.about(session, RECORD) == []
    assert added(shelved, blobs, ISSUED + b"opinion").number == 1
