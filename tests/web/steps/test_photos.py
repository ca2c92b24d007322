"""Photos that go with a step: kept when chosen, made harmless, shown to those in scope only."""

import io
import json
import re
import struct
import zlib

import pytest
from PIL import Image

from inspection.blobs import FilesystemBlobs
from inspection.domain.hazard import Step
from inspection.domain.problems import StorageFull
from tests.builders.photos import photo
from tests.builders.stepping import SAID
from tests.scene import Scene
from tests.web.steps.desk import address, browser_of, filled_in, send, token_in

SHOWN = re.compile(r'src="(/hazards/[0-9a-f-]+/photos/[0-9a-f]{64}[^"]*)"')
CLAIM = SAID[Step.CLAIM]


def upload(data: bytes, name: str = "after.jpg") -> tuple[io.BytesIO, str]:
    """A file as a form carries it."""
    return io.BytesIO(data), name


def with_place() -> bytes:
    """A large JPEG on its side that says where it was taken."""
    image = Image.new("RGB", (4000, 2000), "teal")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif.get_ifd(0x8825)[2] = (36.0, 40.0, 1.0)  # latitude
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    assert b"Exif" in file.getvalue()
    return file.getvalue()


def test_a_claim_carries_photos_that_everybody_in_scope_sees(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.CLAIM)).text
    two = [upload(with_place()), upload(photo("second").data)]
    assert send(browser, hazard, Step.CLAIM, page, **CLAIM, photos=two).status_code == 303
    office = browser_of(scene, scene.cast.office)
    shown = SHOWN.findall(office.get(f"/hazards/{hazard}").text)
    assert len(shown) == 2
    answer = office.get(shown[0])
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"].startswith("private")
    image = Image.open(io.BytesIO(answer.data))
    assert image.size == (800, 1600)
    assert not image.getexif()
    assert b"Exif" not in answer.data
    assert browser_of(scene, scene.cast.foreign_officer).get(shown[0]).status_code == 404


def test_photos_stay_chosen_when_the_form_comes_back_and_can_be_left_out(
    scene: Scene, hazard: str
) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.CLAIM)).text
    two = [upload(photo("one").data), upload(photo("two").data)]
    back = send(browser, hazard, Step.CLAIM, page, **{**CLAIM, "words": ""}, photos=two)
    assert back.status_code == 422
    kept = filled_in(back.text)["kept"]
    assert len(kept) == 2
    seen = [
        browser.get(each.replace("&amp;", "&")).status_code for each in SHOWN.findall(back.text)
    ]
    assert seen == [200, 200]
    assert send(browser, hazard, Step.CLAIM, back.text, **CLAIM, kept=kept[1:]).status_code == 303
    shown = SHOWN.findall(browser.get(f"/hazards/{hazard}").text)
    assert [each.rpartition("/")[2] for each in shown] == [kept[1].partition(".")[0]]


def test_a_strangers_photo_cannot_be_claimed_by_its_digest(scene: Scene, hazard: str) -> None:
    theirs = browser_of(scene, scene.cast.second_officer)
    page = theirs.get(address(hazard, Step.CLAIM)).text
    back = send(theirs, hazard, Step.CLAIM, page, photos=[upload(photo("theirs").data)])
    token = filled_in(back.text)["kept"][0]
    mine = browser_of(scene, scene.cast.officer)
    page = mine.get(address(hazard, Step.CLAIM)).text
    for forged in (token, token[:64], f"{token[:64]}.{'0' * 64}", "x" * 200):
        answer = send(mine, hazard, Step.CLAIM, page, **CLAIM, kept=[forged])
        assert answer.status_code == 422
        assert "请附上照片" in answer.text
    assert mine.get(f"/hazards/{hazard}/photos/{token.replace('.', '?seal=')}").status_code == 404


def bomb(size: tuple[int, int]) -> bytes:
    """A PNG whose head claims many pixels; whoever unpacks it first says something else."""
    file = io.BytesIO()
    Image.new("1", (1, 1)).save(file, "PNG")
    whole = file.getvalue()
    head = b"IHDR" + struct.pack(">II", *size) + whole[24:29]
    return whole[:12] + head + struct.pack(">I", zlib.crc32(head)) + whole[33:]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 not a picture", "不是 JPEG 或 PNG"),
        (photo().data[:900], "不是 JPEG 或 PNG"),
        (bomb((10_000, 5_000)), "超过 4000 万像素"),
        (bomb((60_000, 60_000)), "超过 4000 万像素"),
        (b"\xff\xd8\xff" + b"0" * (20 * 1024 * 1024), "超过 20 MB"),
    ],
    ids=["no_picture", "cut_off", "many_pixels", "bomb", "large"],
)
def test_what_is_no_photo_is_named_and_the_others_stay(
    scene: Scene, hazard: str, data: bytes, words: str
) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.CLAIM)).text
    files = [upload(photo("good").data), upload(data, "IMG_07<b>.jpg")]
    back = send(browser, hazard, Step.CLAIM, page, **CLAIM, photos=files)
    assert back.status_code == 422
    assert f"“IMG_07&lt;b&gt;.jpg”没有收下：{words}" in back.text
    assert CLAIM["words"] in back.text
    assert len(filled_in(back.text)["kept"]) == 1
    assert scene.entries(f"hazard.{Step.CLAIM}") == []
    assert send(browser, hazard, Step.CLAIM, back.text, **CLAIM).status_code == 303


def test_a_full_disk_is_said_and_nothing_typed_is_lost(
    scene: Scene, hazard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.CLAIM)).text

    def full(self: FilesystemBlobs, data: bytes) -> str:
        raise StorageFull()

    with monkeypatch.context() as patch:
        patch.setattr(FilesystemBlobs, "keep", full)
        back = send(browser, hazard, Step.CLAIM, page, **CLAIM, photos=[upload(photo().data)])
    assert back.status_code == 507
    assert "存储空间已满" in back.text
    assert CLAIM["words"] in back.text
    assert scene.entries(f"hazard.{Step.CLAIM}") == []
    files = [upload(photo().data)]
    assert send(browser, hazard, Step.CLAIM, back.text, **CLAIM, photos=files).status_code == 303


def test_a_photo_is_kept_as_soon_as_it_is_chosen(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.CLAIM)).text
    where = f"/hazards/{hazard}/photos"
    data = filled_in(page, photos=upload(photo().data))
    kept = browser.post(where, data=data, content_type="multipart/form-data")
    assert kept.status_code == 200
    assert (
        send(
            browser, hazard, Step.CLAIM, page, **CLAIM, kept=json.loads(kept.text)["kept"]
        ).status_code
        == 303
    )
    wrong = filled_in(page, photos=upload(b"no", "a.jpg"))
    refused = browser.post(where, data=wrong, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "不是 JPEG 或 PNG" in json.loads(refused.text)["sentence"]
    foreign = browser_of(scene, scene.cast.foreign_officer)
    theirs = {"photos": upload(photo().data), "csrf_token": token_in(foreign)}
    assert foreign.post(where, data=theirs, content_type="multipart/form-data").status_code == 404
    unasked = {**theirs, "photos": upload(photo().data), "csrf_token": ""}
    assert foreign.post(where, data=unasked, content_type="multipart/form-data").status_code == 403
