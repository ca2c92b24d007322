"""`flask ledger check` names the first broken entry, whatever a master of the database did."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inspection import database as databases
from inspection.ledger import checkpoints, journal
from inspection.ledger.audit import Audit, audit
from inspection.ledger.journal import Event
from inspection.signing.jose import ServerKey
from tests.builders.times import NOON
from tests.scene import Scene


def _check(scene: Scene) -> str:
    """What the command says; "" when the ledger is whole."""
    result = scene.command("ledger", "check")
    assert result.exit_code in (0, 1), result.exception
    assert (result.exit_code == 0) is ("whole" in result.output)
    return "" if result.exit_code == 0 else result.output


def _grow(scene: Scene, count: int = 3) -> None:
    for _ in range(count):
        assert scene.tablet.hand_in(scene.filled()).status == 201


def _as_master(scene: Scene, *statements: str, table: str = "ledger_entry") -> None:
    """What somebody does who owns the database: takes the triggers away first."""
    if scene.engine.dialect.name == "sqlite":
        kinds = ("update", "delete", "replace")
        drops = [f"DROP TRIGGER {table}_no_{kind}" for kind in kinds]
    else:
        drops = [f"DROP TRIGGER {table}_no_{kind} ON {table}" for kind in ("change", "truncate")]
    with scene.engine.connect() as connection, connection.begin():
        for statement in (*drops, *statements):
            connection.exec_driver_sql(statement)


def _last(scene: Scene) -> int:
    return int(scene.rows("SELECT max(seq) FROM ledger_entry")[0][0])


def test_an_untouched_ledger_is_whole_and_its_length_is_told(scene: Scene) -> None:
    _grow(scene)
    result = scene.command("ledger", "check")
    assert result.exit_code == 0
    assert f"{_last(scene)} entries" in result.output


def test_an_empty_ledger_is_whole(scene: Scene) -> None:
    genesis = "0" * 64
    _as_master(
        scene, "DELETE FROM ledger_entry", f"UPDATE ledger_head SET seq = 0, link = '{genesis}'"
    )
    assert _check(scene) == ""


def test_a_changed_body_is_found_at_its_place(scene: Scene) -> None:
    _grow(scene)
    seq = _last(scene) - 2
    _as_master(scene, f"UPDATE ledger_entry SET body = body || ' ' WHERE seq = {seq}")
    assert f"broken at entry {seq}:" in _check(scene)


def test_a_changed_time_or_kind_is_found(scene: Scene) -> None:
    _grow(scene)
    _as_master(
        scene,
        "UPDATE ledger_entry SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE seq = 5",
        "UPDATE ledger_entry SET kind = 'x' WHERE seq = 7",
    )
    assert "broken at entry 5:" in _check(scene)


def test_a_changed_entry_whose_own_link_was_made_to_fit_is_found_at_its_successor(
    scene: Scene,
) -> None:
    _grow(scene)
    ((kind, at, prev),) = scene.rows(
        "SELECT kind, recorded_at, prev_link FROM ledger_entry WHERE seq = 4"
    )
    link = hashlib.sha256(
        f"zhencha-ledger-1\n{prev}\n4\n{kind}\n{at}\n2\n{{}}".encode()
    ).hexdigest()
    _as_master(scene, f"UPDATE ledger_entry SET body = '{{}}', link = '{link}' WHERE seq = 4")
    assert "broken at entry 5:" in _check(scene)


def test_a_removed_entry_is_found(scene: Scene) -> None:
    _grow(scene)
    _as_master(scene, "DELETE FROM ledger_entry WHERE seq = 4")
    assert "broken at entry 4:" in _check(scene)


def test_a_removed_tail_is_found(scene: Scene) -> None:
    _grow(scene)
    last = _last(scene)
    _as_master(scene, f"DELETE FROM ledger_entry WHERE seq > {last - 2}")
    assert f"broken at entry {last - 1}:" in _check(scene)


def _cut(scene: Scene, seq: int) -> None:
    """Remove the tail and make the head agree: what restoring an old backup looks like."""
    ((link,),) = scene.rows("SELECT link FROM ledger_entry WHERE seq = :seq", seq=seq)
    _as_master(
        scene,
        f"DELETE FROM ledger_entry WHERE seq > {seq}",
        f"UPDATE ledger_head SET seq = {seq}, link = '{link}'",
    )
    assert scene.command("ledger", "rebuild").exit_code == 0


def test_a_tail_removed_with_its_head_is_found_by_a_checkpoint(scene: Scene) -> None:
    _grow(scene)
    assert scene.command("ledger", "checkpoint").exit_code == 0
    last = _last(scene)
    _cut(scene, last - 2)
    assert "checkpoint is longer" in _check(scene)


def test_a_backup_replayed_and_grown_past_the_checkpoint_is_found(scene: Scene) -> None:
    _grow(scene)
    scene.command("ledger", "checkpoint")
    last = _last(scene)
    _cut(scene, last - 4)
    _grow(scene, 4)
    assert _last(scene) > last
    assert f"broken at entry {last}: a signed checkpoint names another link" in _check(scene)


def test_entries_that_changed_places_are_found(scene: Scene) -> None:
    _grow(scene)
    _as_master(
        scene,
        "UPDATE ledger_entry SET seq = 999 WHERE seq = 4",
        "UPDATE ledger_entry SET seq = 4 WHERE seq = 5",
        "UPDATE ledger_entry SET seq = 5 WHERE seq = 999",
    )
    assert "broken at entry 4:" in _check(scene)


def _history_rewritten(scene: Scene, seq: int) -> None:
    """Change one body and make every link after it fit: what the chain alone cannot show."""
    rows = scene.rows("SELECT seq, kind, body, recorded_at FROM ledger_entry ORDER BY seq")
    statements, before = [], "0" * 64
    for at, kind, body, recorded_at in rows:
        text = body.replace("a", "b") if at == seq else body
        raw = text.encode()
        head = f"zhencha-ledger-1\n{before}\n{at}\n{kind}\n{recorded_at}\n{len(raw)}\n"
        link = hashlib.sha256(head.encode() + raw).hexdigest()
        written = text.replace("'", "''")
        statements.append(
            f"UPDATE ledger_entry SET body = '{written}', prev_link = '{before}', "
            f"link = '{link}' WHERE seq = {at}"
        )
        before = link
    statements.append(f"UPDATE ledger_head SET link = '{before}'")
    _as_master(scene, *statements)


def test_a_history_rewritten_throughout_is_found_by_a_checkpoint(scene: Scene) -> None:
    _grow(scene)
    scene.command("ledger", "checkpoint")
    last = _last(scene)
    _history_rewritten(scene, 2)
    assert f"broken at entry {last}: a signed checkpoint names another link" in _check(scene)


def test_a_checkpoint_made_to_fit_a_rewritten_history_is_signed_by_nobody(scene: Scene) -> None:
    _grow(scene)
    scene.command("ledger", "checkpoint")
    last = _last(scene)
    _history_rewritten(scene, 2)
    _forge(scene, lambda said: {**said, "link": scene.rows("SELECT link FROM ledger_head")[0][0]})
    assert f"broken at entry {last}: the checkpoint here was signed by no key" in _check(scene)


def _forge(scene: Scene, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write another statement into the newest checkpoint, with the old signature behind it."""
    ((row, jws),) = scene.rows("SELECT id, jws FROM ledger_checkpoint ORDER BY id DESC LIMIT 1")
    header, payload, signature = jws.split(".")
    said = change(json.loads(base64.urlsafe_b64decode(payload + "==")))
    new = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    _as_master(
        scene,
        f"UPDATE ledger_checkpoint SET jws = '{header}.{new}.{signature}', "
        f"seq = {said['seq']}, link = '{said['link']}' WHERE id = {row}",
        table="ledger_checkpoint",
    )


@pytest.mark.parametrize(
    "change",
    [{"taken_at": "2020-01-01T00:00:00.000Z"}, {"peaks": []}, {"link": "1" * 64}, {"after": 0}],
    ids=lambda change: next(iter(change)),
)
def test_a_forged_checkpoint_is_found(scene: Scene, change: dict[str, Any]) -> None:
    _grow(scene, 1)
    scene.command("ledger", "checkpoint")
    _grow(scene, 1)
    scene.command("ledger", "checkpoint")
    _forge(scene, lambda said: {**said, **change})
    assert f"broken at entry {_last(scene)}: the checkpoint here was signed by" in _check(scene)


def test_a_checkpoint_of_another_key_is_found_unless_that_key_is_named(
    scene: Scene, tmp_path: Path
) -> None:
    scene.command("ledger", "checkpoint")
    own = scene.wiring.server_key
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [own.public_jwk]}), encoding="utf-8")
    another = ServerKey.open(tmp_path / "another.pem", b"secret", at=NOON)
    scene.app.extensions["zhencha"] = replace(scene.wiring, server_key=another)
    assert "signed by no key of this server" in _check(scene)
    assert scene.command("ledger", "check", "--keys", str(path)).exit_code == 0


def test_a_checkpoint_taken_away_is_missed_by_the_next_one(scene: Scene) -> None:
    for _ in range(3):
        _grow(scene, 1)
        scene.command("ledger", "checkpoint")
    _as_master(scene, "DELETE FROM ledger_checkpoint WHERE id = 2", table="ledger_checkpoint")
    assert "follows one that is missing" in _check(scene)


def _mirror(scene: Scene, path: Path) -> Path:
    rows = scene.rows("SELECT seq, link, jws FROM ledger_checkpoint ORDER BY id")
    lines = [json.dumps(dict(zip(("seq", "link", "jws"), row, strict=True))) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_backup_put_back_whole_is_found_by_what_others_kept(scene: Scene, tmp_path: Path) -> None:
    """Ledger, head and checkpoints of yesterday: nothing inside can tell."""
    _grow(scene, 1)
    scene.command("ledger", "checkpoint")
    yesterday = _last(scene)
    _grow(scene, 2)
    scene.command("ledger", "checkpoint")
    mirror = _mirror(scene, tmp_path / "checkpoints.jsonl")
    assert scene.command("ledger", "check", "--mirror", str(mirror)).exit_code == 0
    _cut(scene, yesterday)
    _as_master(
        scene,
        f"DELETE FROM ledger_checkpoint WHERE seq > {yesterday}",
        table="ledger_checkpoint",
    )
    assert _check(scene) == ""
    found = scene.command("ledger", "check", "--mirror", str(mirror))
    assert found.exit_code == 1
    assert f"broken at entry {yesterday + 1}: a signed checkpoint is longer" in found.output
    _grow(scene, 3)
    assert _last(scene) > yesterday + 2
    found = scene.command("ledger", "check", "--mirror", str(mirror))
    assert "a signed checkpoint names another link" in found.output


def test_a_mirror_with_a_line_that_is_none_is_named(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.jsonl"
    path.write_text("<html>\n", encoding="utf-8")
    found = scene.command("ledger", "check", "--mirror", str(path))
    assert found.exit_code == 1
    assert "no checkpoint: <html>" in found.output


def test_a_successor_forged_beside_the_head_is_found(scene: Scene) -> None:
    _grow(scene)
    last = _last(scene)
    ((link,),) = scene.rows("SELECT link FROM ledger_head")
    forged = hashlib.sha256(
        f"zhencha-ledger-1\n{link}\n{last + 1}\nx\nt\n2\n{{}}".encode()
    ).hexdigest()
    _as_master(
        scene,
        "INSERT INTO ledger_entry (seq, kind, subject, body, recorded_at, prev_link, link) "
        f"VALUES ({last + 1}, 'x', 'x', '{{}}', 't', '{link}', '{forged}')",
    )
    assert "the head names another end" in _check(scene)


class Interrupted:
    """A connection on which somebody else appends just before the head is asked for."""

    def __init__(self, connection: Any, interrupt: Callable[[], None]) -> None:
        self.connection, self.interrupt = connection, interrupt

    def cursor(self) -> "Interrupted":
        return Interrupted(self.connection.cursor(), self.interrupt)

    def execute(self, query: str) -> None:
        if "ledger_head" in query:
            self.interrupt()
        self.connection.execute(query)

    def fetchmany(self, count: int) -> Any:
        return self.connection.fetchmany(count)


def test_checking_while_others_write_raises_no_false_alarm(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    appended: list[int] = []

    def append() -> None:
        with databases.writing(scene.engine) as session:
            events = [Event("test.noise", {}, subject="x")]
            appended.append(journal.append(session, events, at=NOON)[0].seq)

    def interrupted(connection: Any, **given: Any) -> Audit:
        return audit(Interrupted(connection, append), **given)

    monkeypatch.setattr("inspection.cli.ledger.audit", interrupted)
    before = _last(scene)
    assert _check(scene) == ""
    assert appended == [before + 1], "nobody wrote; the test proves nothing"
    assert _last(scene) == before + 1


def test_appends_at_once_make_one_chain_without_gap(scene: Scene) -> None:
    before = _last(scene)

    def write(name: str) -> None:
        for _ in range(20):
            with databases.writing(scene.engine) as session:
                events = [Event("test.at_once", {"by": name}, subject=name)] * 2
                journal.append(session, events, at=NOON)

    writers = [threading.Thread(target=write, args=(f"w{n}",)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert _last(scene) == before + 6 * 20 * 2
    assert _check(scene) == ""


def test_the_same_end_is_signed_once(scene: Scene) -> None:
    for _ in range(3):
        scene.command("ledger", "checkpoint")
    assert scene.count("ledger_checkpoint") == 1
    _grow(scene, 1)
    scene.command("ledger", "checkpoint")
    assert scene.count("ledger_checkpoint") == 2


def test_the_same_end_is_signed_once_by_all_who_ask_at_once(scene: Scene) -> None:
    together = threading.Barrier(4)

    def take() -> None:
        with databases.writing(scene.engine) as session:
            if scene.engine.dialect.name != "sqlite":  # where writers queue before they begin
                together.wait(timeout=20)
            checkpoints.take(session, key=scene.wiring.server_key, at=NOON)

    takers = [threading.Thread(target=take) for _ in range(4)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert scene.count("ledger_checkpoint") == 1


def test_a_checkpoint_names_the_end_and_is_signed_by_the_server(scene: Scene) -> None:
    from tests.tablet import verified

    scene.command("ledger", "checkpoint")
    ((seq, link, jws),) = scene.rows("SELECT seq, link, jws FROM ledger_checkpoint")
    said = verified(jws, scene.wiring.server_key.public_jwk)
    assert (said["format"], said["seq"], said["link"]) == ("zhencha.checkpoint/2", seq, link)
    assert scene.rows("SELECT seq, link FROM ledger_head") == [(seq, link)]
    assert re.fullmatch(r"2026-11-22T04:00:00\.000Z", said["taken_at"])
