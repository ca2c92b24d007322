"""The drawn report: archival, accessible, the same bytes again, closed to the world."""

import hashlib
import http.server
import io
import subprocess
import threading
import zlib
from typing import ClassVar

import pikepdf
import pytest
from PIL import Image

from inspection.domain.problems import GlyphMissing
from inspection.reports import engine, pdf
from tests.reports import samples


@pytest.fixture(scope="module")
def drawing():
    return samples.drawn()[0]


def opened(data):
    return pikepdf.open(io.BytesIO(data))


def text_of(data, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return said.stdout.decode()


def test_it_says_pdf_a_3a_and_pdf_ua_1(drawing):
    with opened(drawing.pdf) as document, document.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert str(document.Root.Lang) == "zh-CN"
        assert "/StructTreeRoot" in document.Root


def test_every_font_is_ours_embedded_and_subset(drawing, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(drawing.pdf)
    said = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
    lines = said.splitlines()[2:]
    assert len(lines) >= 4
    for line in lines:
        assert "Zhencha" in line or "Noto" in line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]


def test_rare_names_and_units_can_be_read_out_of_it(drawing, tmp_path):
    text = text_of(drawing.pdf, tmp_path)
    for words in (
        *samples.RARE_NAMES,
        "山东㛃源精密制造有限公司",
        "12 ㎡",
        "35℃",
        "≤0.1 MPa",
        "检记〔2026〕001204号",
        "重大隐患",
        "谁检查、谁签名、谁负责",
    ):
        assert words in text, words


def test_the_same_record_gives_the_same_bytes(drawing):
    again = pdf.draw(samples.material_of(samples.drawn()[1]))
    assert hashlib.sha256(again.pdf).digest() == hashlib.sha256(drawing.pdf).digest()
    assert again.appearances == drawing.appearances


def said_by(document):
    """What each stream says, unpacked; pictures as they are. Not where in the file things lie."""
    streams = [each for each in document.objects if isinstance(each, pikepdf.Stream)]
    streams = [each for each in streams if each.get("/Type") != "/XRef"]
    pictures = [each.get("/Subtype") == "/Image" for each in streams]
    return [
        each.read_raw_bytes() if picture else each.read_bytes()
        for each, picture in zip(streams, pictures, strict=True)
    ]


def test_each_stream_is_compressed_once_and_says_what_it_would_have_said(drawing, monkeypatch):
    """pydyf would write every object twice; the file stays the same but for zlib's level."""
    times = []
    compress = zlib.compressobj
    monkeypatch.setattr(zlib, "compressobj", lambda *a, **k: times.append(a) or compress(*a, **k))
    material = samples.material_of(samples.drawn()[1])
    assert pdf.draw(material).pdf == drawing.pdf
    ours = len(times)
    monkeypatch.setattr(engine.streams, "write_once", lambda _: None)
    with opened(pdf.draw(material).pdf) as plain, opened(drawing.pdf) as drawn:
        assert len(times) - ours > 1.5 * ours
        assert said_by(plain) == said_by(drawn)


def test_signature_fields_lie_in_their_boxes_tagged_and_locked(drawing):
    with opened(drawing.pdf) as document:
        fields = list(document.Root.AcroForm.Fields)
        assert [str(field.T) for field in fields[:4]] == [
            "sig-p1",
            "sig-p2",
            "opinion-1",
            "opinion-2",
        ]
        for field in fields[:4]:
            left, bottom, right, top = (float(each) for each in field.Rect)
            assert 220 < right - left < 240
            assert 80 < top - bottom < 90
            assert "/StructParent" in field
        assert [str(field.TU) for field in fields[1:3]] == [
            f"检查人员 {samples.RARE_NAMES[1]} 的签名",
            "审核意见（1）",
        ]


def test_the_last_person_locks_everything_but_the_reserved_fields(drawing):
    with opened(drawing.pdf) as document:
        locks = {str(field.T): field.Lock for field in document.Root.AcroForm.Fields}
        reserved = ["opinion-1", "opinion-2", "own-1", "own-2"]
        assert list(locks) == ["sig-p1", "sig-p2", *reserved]
        assert [str(each) for each in locks["sig-p2"].Fields] == reserved
        assert str(locks.pop("sig-p2").Action) == "/Exclude"
        for name, lock in locks.items():
            assert ([str(each) for each in lock.Fields], str(lock.Action)) == ([name], "/Include")
            assert int(lock.P) == 2


def test_a_field_for_an_own_certificate_is_neither_seen_nor_heard(drawing):
    with opened(drawing.pdf) as document:
        fields = [each for each in document.Root.AcroForm.Fields if "own" in str(each.T)]
        assert [str(each.TU) for each in fields] == [
            f"{name} 用本人证书的签名" for name in samples.RARE_NAMES[:2]
        ]
        for field in fields:
            assert [float(each) for each in field.Rect] == [0, 0, 0, 0]
            assert "/StructParent" not in field
            assert field.objgen in [each.objgen for each in document.pages[-1].Annots]


def test_an_appearance_is_as_large_as_its_box(drawing):
    with opened(drawing.pdf) as document:
        left, bottom, right, top = (float(each) for each in document.Root.AcroForm.Fields[0].Rect)
    with opened(drawing.appearances["sig-p1"]) as picture:
        box = [float(each) for each in picture.pages[0].MediaBox]
    assert box[2:] == pytest.approx([right - left, top - bottom], abs=0.02)


def test_attachments_are_associated_files_each_listed_once(drawing):
    with opened(drawing.pdf) as document:
        assert set(document.attachments) == {"record.jws", "ledger-proof.json"}
        assert document.attachments["record.jws"].get_file().read_bytes() == b'{"payload":"e30"}'
        assert len(document.Root.AF) == 2
        assert {str(each.AFRelationship) for each in document.Root.AF} == {"/Data"}


def test_photos_are_bounded_upright_and_without_exif():
    turned = Image.new("RGB", (2400, 1200), "red")
    exif = turned.getexif()
    exif[0x0112] = 6
    exif[0x010F] = "a camera that tells"
    file = io.BytesIO()
    turned.save(file, "JPEG", exif=exif)
    from inspection.reports.photos import print_copy

    copy = print_copy(file.getvalue())
    assert b"a camera that tells" not in copy
    with Image.open(io.BytesIO(copy)) as printed:
        assert printed.width < printed.height <= 1000
        assert not printed.getexif()


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0 torn"])
def test_a_file_that_is_no_picture_leaves_a_note_in_its_place(data, tmp_path):
    made = samples.full_record()
    material = samples.material_of(made)
    digest = made.payload["photos"][0]["sha256"]
    broken = {**material.photos, digest: data}
    drawn = pdf.draw(pdf.Material(material.content, material.attachments, material.inks, broken))
    assert "此照片文件无法显示" in text_of(drawn.pdf, tmp_path)


def test_a_character_without_a_glyph_stops_the_report():
    with pytest.raises(GlyphMissing) as raised:
        pdf.draw(samples.material_of(samples.full_record(opinion="好\U0001f600\U0001f680")))
    assert raised.value.details["characters"] == "\U0001f600\U0001f680"


class _Listener(http.server.BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    _Listener.asked = []
    server = http.server.HTTPServer(("127.0.0.1", 0), _Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def hostile(port):
    return (
        f'<link rel=attachment href="file:///etc/passwd"><img src="http://127.0.0.1:{port}/a">'
        f"<style>@import url(http://127.0.0.1:{port}/b)</style><script>x</script>"
        '<svg><image href="file:///etc/hostname"/></svg>{{ 7*7 }}'
    )


def test_what_people_write_stays_text(listener, tmp_path):
    made = samples.full_record(opinion=hostile(listener), statement=hostile(listener))
    made.payload["unit"]["name"] = hostile(listener)[:200]
    made.payload["findings"][0]["words"] = hostile(listener)
    drawn = pdf.draw(samples.material_of(made))
    assert _Listener.asked == []
    with opened(drawn.pdf) as document:
        assert set(document.attachments) == {"record.jws", "ledger-proof.json"}
    assert "{{ 7*7 }}" in text_of(drawn.pdf, tmp_path)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://127.0.0.1:{port}/x", "data:text/plain,x", "app:/no"]
)
def test_even_markup_of_our_own_reaches_nothing_outside_the_map(listener, address):
    source = address.format(port=listener)
    html = f'<html lang="zh-CN"><title>t</title><img src="{source}" alt="x"/></html>'
    with pytest.raises(engine.ForeignAddress, match="not part of the report"):
        engine.engine().render(html, {}, ("report.css",))
    assert _Listener.asked == []
