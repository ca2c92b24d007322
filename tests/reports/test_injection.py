"""Whatever people write into a record stays text: nothing is fetched, embedded or executed."""

import io
import re
import socket
import subprocess
import threading

import pikepdf
import pytest

from inspection.reports import pdf, wording
from inspection.reports.content import InspectedUnit
from tests.reports import samples

LONGEST = {"name": 60, "title": 60, "badge": 40, "unit": 200, "text": 200, "caption": 200}
LONGEST |= {"reason": 200, "note": 1000, "words": 1000, "requirement": 1000, "deputy_name": 60}
LONGEST |= {"opinion": 2000, "statement": 2000, "latitude": 20, "longitude": 20, "credit_code": 18}


@pytest.fixture
def heard():
    """What a listening socket heard, and its port."""
    server = socket.create_server(("127.0.0.1", 0))
    calls: list[bytes] = []

    def listen():
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            calls.append(line.recv(200))
            line.close()

    threading.Thread(target=listen, daemon=True).start()
    yield calls, server.getsockname()[1]
    server.close()


def attacks(port):
    """HTML, CSS, SVG and addresses, the short ones first, for fields of every length."""
    here = f"http://127.0.0.1:{port}"
    return [
        "<b>&amp;<!--",
        "</td></table>{{7*7}}",
        f"<img src={here}/1>",
        f'"><img src="{here}/2" onerror=x>',
        f"</style><style>@import '{here}/3'",
        f"<link rel=attachment href={here}/4>",
        "<link rel=attachment href=file:///etc/passwd>",
        "<a href='javascript:alert(1)'>{% include 'x' %}",
        f"<svg><image href='{here}/5'/><script>x()</script></svg>",
        f"*{{background:url({here}/6)}}:before{{content:url(file:///etc/hostname)}}",
        f"<object data={here}/7></object><iframe src={here}/8></iframe><base href={here}>",
        f"<p style=\"background:url({here}/9)\">]]><?xml-stylesheet href='{here}/10'?>",
    ]


def poisoned(port):
    """A record in which each free text is an attack; returns it with what has to be printed."""
    made = samples.full_record()
    made.payload["people"].append(
        {"ref": "p4", "role": "witness", "name": "w", "account": None, "unit": "u", "title": "t"}
    )
    made.payload["signatures"][2] = {
        "person": "p3",
        "outcome": "refused",
        "reason": "r",
        "witness": "p4",
        "signed_at": made.payload["finished_at"],
    }
    for person in made.payload["people"]:
        person.update(unit="u", title="t", badge="b")
    made.payload["answers"] = {
        code: {**answer, "note": "n"} for code, answer in made.payload["answers"].items()
    }
    printed = []
    number = 0

    def poison(holder):
        nonlocal number
        members = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, value in list(members):
            if isinstance(value, dict | list):
                poison(value)
            elif key in LONGEST and isinstance(value, str) and value:
                fitting = [each for each in attacks(port) if len(each) <= LONGEST[key]]
                holder[key] = fitting[number % len(fitting)]
                printed.append(holder[key])
                number += 1

    poison({key: made.payload[key] for key in ("people", "place", "findings", "photos")})
    poison({key: made.payload[key] for key in ("answers", "signatures")})
    for key in ("opinion", "statement"):
        made.payload[key] = "".join(attacks(port))
        printed.append(made.payload[key])
    made.payload["unit"]["name"] = attacks(port)[3]
    return made, [*printed, attacks(port)[3]]


def material(made, attack):
    content = samples.content_of(made, unit=InspectedUnit(attack, attack, attack, attack))
    whole = samples.material_of(made)
    return pdf.Material(content, whole.attachments, whole.inks, whole.photos)


def squeezed(text):
    return re.sub(r"\s", "", text)


def test_every_free_text_of_a_record_is_printed_as_it_was_written(heard, tmp_path):
    calls, port = heard
    made, printed = poisoned(port)
    assert len(printed) > 50
    drawn = pdf.draw(material(made, attacks(port)[3]))
    assert calls == []
    path = tmp_path / "report.pdf"
    path.write_bytes(drawn.pdf)
    said = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    pages = re.sub(r"检记〔2026〕001204号\n|第 \d+ 页\s+共 \d+ 页\n", "", said.stdout.decode())
    text = squeezed(pages)
    for each in printed:
        assert squeezed(each) in text, each


def test_nothing_of_it_becomes_part_of_the_file(heard):
    calls, port = heard
    made, _ = poisoned(port)
    drawn = pdf.draw(material(made, attacks(port)[3]))
    with pikepdf.open(io.BytesIO(drawn.pdf)) as document:
        assert set(document.attachments) == {"record.jws", "ledger-proof.json"}
        keys = {str(key) for each in document.objects if hasattr(each, "keys") for key in each}
        assert not keys & {"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/URI", "/GoToR"}
        pictures = [
            each
            for each in document.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
        ]
        assert len(pictures) == 6 + 1, "the photos, and the code to scan"
        assert "/etc/passwd" not in str(document.Root.Names)
    for appearance in drawn.appearances.values():
        with pikepdf.open(io.BytesIO(appearance)) as document:
            assert not document.attachments
    assert calls == []


def test_the_listener_of_these_tests_does_hear(heard):
    calls, port = heard
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET /x")
        line.recv(1)
    assert calls == [b"GET /x"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("张三\u202e四李", "张三[U+202E]四李"),
        ("a\x1b[31mb", "a[U+001B][31mb"),
        ("安\u200b全\ufeff", "安[U+200B]全[U+FEFF]"),
        ("行一\n行二\t列", "行一\n行二\t列"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("x\U000e0041y", "x[U+E0041]y"),
        ("\r\x85\u2028", "[U+000D][U+0085][U+2028]"),
        ("\ud83d \uffff", "[U+D83D] [U+FFFF]"),
    ],
)
def test_what_hides_or_turns_text_around_is_written_by_its_number(written, shown):
    assert wording.visible(written) == shown


def test_hidden_characters_are_seen_on_the_page_and_stop_nothing(tmp_path):
    made = samples.full_record(opinion="付\u202e款\x07停\u2066工\x1b\uffff")
    made.payload["people"][0]["name"] = "李\u202e四"
    drawn = pdf.draw(samples.material_of(made))
    path = tmp_path / "report.pdf"
    path.write_bytes(drawn.pdf)
    said = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    text = said.stdout.decode()
    assert "付[U+202E]款[U+0007]停[U+2066]工[U+001B][U+FFFF]" in text
    assert text.count("李[U+202E]四") >= 3
    with pikepdf.open(path) as document:
        assert "李[U+202E]四" in str(document.Root.AcroForm.Fields[0].TU)
