"""HEAD and PATCH /blobs: resumable, bounded, content-addressed; nothing held is ever harmed."""

import os

import pytest

from tests.builders import ink
from tests.builders.identifiers import sha256
from tests.builders.photos import photo
from tests.scene import Scene

MEGABYTE = 1024 * 1024
PIECE = 256 * 1024


def _bytes(length: int) -> bytes:
    return os.urandom(length)


def test_nothing_is_held_of_what_nobody_sent(scene: Scene) -> None:
    assert scene.tablet.offset("0" * 64) == (0, False)


def test_a_file_in_pieces_is_whole_in_the_end(scene: Scene) -> None:
    data = _bytes(3 * PIECE + 17)
    digest = sha256(data)
    for start in range(0, len(data), PIECE):
        answer = scene.tablet.piece(
            digest, data[start : start + PIECE], offset=start, length=len(data)
        )
        end = min(start + PIECE, len(data))
        assert answer.status == 204
        assert answer.headers["upload-offset"] == str(end)
        assert answer.headers["upload-complete"] == ("?1" if end == len(data) else "?0")
        assert scene.tablet.offset(digest) == (end, end == len(data))
    assert scene.wiring.blobs.read(digest) == data


def test_an_empty_file_is_a_file(scene: Scene) -> None:
    digest = sha256(b"")
    assert scene.tablet.piece(digest, b"", offset=0, length=0).status == 204
    assert scene.tablet.offset(digest) == (0, True)


@pytest.mark.parametrize("offset", [0, 3, 11, 999])
def test_a_piece_at_the_wrong_place_is_told_the_right_one(scene: Scene, offset: int) -> None:
    data = _bytes(1000)
    digest = sha256(data)
    scene.tablet.piece(digest, data[:10], offset=0, length=1000)
    answer = scene.tablet.piece(digest, data[offset : offset + 1], offset=offset, length=1000)
    assert (answer.status, answer.code) == (409, "blob_offset_wrong")
    assert answer.headers["upload-offset"] == "10"
    assert scene.tablet.offset(digest) == (10, False)


def test_a_whole_file_sent_again_is_already_there(scene: Scene) -> None:
    data = _bytes(100)
    digest = sha256(data)
    scene.tablet.send(digest, data)
    again = scene.tablet.piece(digest, data, offset=0, length=100)
    assert (again.status, again.headers["upload-complete"]) == (204, "?1")


def test_a_file_with_another_digest_starts_over(scene: Scene) -> None:
    made = scene.filled()
    scene.tablet.hand_in(made)
    shot = made.payload["photos"][0]
    wrong = bytes(shot["size"])
    answer = scene.tablet.piece(shot["sha256"], wrong, offset=0, length=len(wrong))
    assert (answer.status, answer.code) == (422, "blob_digest_mismatch")
    assert scene.tablet.offset(shot["sha256"]) == (0, False)
    assert shot["sha256"] in scene.tablet.receipt(made.uuid).receipt["missing"]
    scene.tablet.send(shot["sha256"], made.blobs[shot["sha256"]])
    assert shot["sha256"] not in scene.tablet.receipt(made.uuid).receipt["missing"]


def test_a_photo_of_forty_megabytes_is_refused_at_its_first_piece(scene: Scene) -> None:
    data = photo().data.ljust(40 * MEGABYTE, b"\0")
    digest = sha256(data)
    answer = scene.tablet.piece(digest, data[:PIECE], offset=0, length=len(data))
    assert (answer.status, answer.code) == (413, "blob_too_large")
    assert answer.json["details"] == {"largest": 20 * MEGABYTE}
    assert int(answer.headers["retry-after"]) > 0
    assert scene.tablet.offset(digest) == (0, False)


def test_a_piece_of_a_lying_upload_cannot_pass_the_limit(scene: Scene) -> None:
    answer = scene.tablet.piece("a" * 64, _bytes(11), offset=0, length=10)
    assert (answer.status, answer.code) == (413, "blob_too_large")


def test_a_piece_of_exactly_a_quarter_megabyte_passes_and_one_byte_more_does_not(
    scene: Scene,
) -> None:
    data = _bytes(PIECE + 1)
    digest = sha256(data)
    answer = scene.tablet.piece(digest, data, offset=0, length=len(data))
    assert (answer.status, answer.code) == (413, "blob_piece_too_large")
    assert scene.tablet.offset(digest) == (0, False)
    assert scene.tablet.piece(digest, data[:PIECE], offset=0, length=len(data)).status == 204


@pytest.mark.parametrize("digest", ["zz", "A" * 64, "0" * 63, "0" * 65, "..%2f..%2fetc"])
def test_what_is_no_digest_is_not_found(scene: Scene, digest: str) -> None:
    answer = scene.tablet.piece(digest, b"x", offset=0, length=1)
    assert answer.status == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Upload-Offset", ""),
        ("Upload-Offset", "-1"),
        ("Upload-Offset", "1.5"),
        ("Upload-Offset", "٣"),
        ("Upload-Length", "many"),
        ("Upload-Length", "9" * 40),
    ],
)
def test_a_header_that_is_no_number_is_named(scene: Scene, name: str, value: str) -> None:
    headers = {
        "Content-Type": "application/partial-upload",
        "Upload-Offset": "0",
        "Upload-Length": "1",
        name: value.encode().decode("latin-1"),
    }
    answer = scene.tablet.ask("PATCH", f"/api/v1/blobs/{'a' * 64}", b"x", headers)
    assert (answer.status, answer.code) == (400, "json_malformed")
    assert answer.json["details"] == {"pointer": name}


def test_another_content_type_is_refused(scene: Scene) -> None:
    headers = {"Content-Type": "image/jpeg", "Upload-Offset": "0", "Upload-Length": "1"}
    answer = scene.tablet.ask("PATCH", f"/api/v1/blobs/{'a' * 64}", b"x", headers)
    assert (answer.status, answer.code) == (415, "content_type_wrong")


def test_nobody_sends_files_without_signing_in(scene: Scene) -> None:
    answer = scene.tablet_of(None).piece(sha256(b"x"), b"x", offset=0, length=1)
    assert (answer.status, answer.code) == (401, "not_signed_in")


def test_a_photo_of_two_records_is_sent_once_and_completes_both(scene: Scene) -> None:
    one, other = scene.filled(), scene.filled()
    shot = one.payload["photos"][0]
    other.payload["photos"] = [{**shot, "finding": other.payload["findings"][0]["uuid"]}]
    for made in (one, other):
        assert scene.tablet.hand_in(made).status == 201
    scene.tablet.send_all(one)
    for made in (one, other):
        assert scene.tablet.receipt(made.uuid).receipt["complete"] is True
    assert sorted(scene.entries("record.completed")) == sorted([one.uuid, other.uuid])


def test_a_server_that_died_between_keeping_and_noting_is_told_again_by_asking(
    scene: Scene,
) -> None:
    """A tablet asks first and sends only what is not held: asking alone must complete a record."""
    made = scene.filled()
    scene.tablet.hand_in(made)
    for data in made.blobs.values():
        scene.wiring.blobs.keep(data)  # all that the dead server had done
    assert scene.tablet.receipt(made.uuid).receipt["missing"] != []
    scene.tablet.send_all(made)  # sends nothing: every HEAD says complete
    assert scene.tablet.receipt(made.uuid).receipt["complete"] is True
    assert scene.count("job") == 1


def test_ink_of_more_than_a_megabyte_is_not_read_to_find_out_whether_it_is_blank(
    scene: Scene,
) -> None:
    """Ten megabytes of points took ten seconds, while the ledger was held."""
    made = scene.filled()
    drawn = ink.written([[[n % 600, n % 220, n] for n in range(100_000)]])
    assert len(drawn.data) > MEGABYTE
    made.payload["signatures"][2]["ink"] = drawn.reference()
    scene.wiring.blobs.keep(drawn.data)
    answer = scene.tablet.hand_in(made)
    assert [each["code"] for each in answer.receipt["faults"]] == ["ink_blank"]
