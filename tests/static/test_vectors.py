"""The vectors that the tablet's modules are held to say the same to Python."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from inspection.domain import ink, record
from inspection.signing import jose

VECTORS = Path(__file__).parents[1] / "vectors"


def vectors(name: str) -> list[Any]:
    """The cases of one file, each with an id."""
    cases = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case.get("name", str(at))) for at, case in enumerate(cases)]


@pytest.mark.parametrize("case", vectors("thumbprint"))
def test_thumbprint(case: dict[str, Any]) -> None:
    """A key has the same name on both sides."""
    assert jose.thumbprint(case["jwk"]) == case["thumbprint"]


@pytest.mark.parametrize("case", vectors("ink"))
def test_ink(case: dict[str, Any]) -> None:
    """The file that a tablet writes is read, and is blank to both or to none."""
    data = case["file"].encode()
    assert hashlib.sha256(data).hexdigest() == case["sha256"]
    assert ink.is_blank(ink.from_bytes(data)) is case["blank"]


@pytest.mark.parametrize("case", vectors("record"))
def test_record_payload(case: dict[str, Any]) -> None:
    """The payload that a tablet builds is a record, and says what the draft said."""
    data = case["payload"].encode()
    assert hashlib.sha256(data).hexdigest() == case["sha256"]
    read, draft = record.from_bytes(data), case["draft"]
    assert read.uuid == draft["uuid"]
    assert list(read.answers) == draft["items"]
    failed = {item for item, given in draft["answers"].items() if given["value"] == "fail"}
    assert {finding.item for finding in read.findings} == failed
    assert [signing.person for signing in read.signings] == [
        signature["person"] for signature in draft["signing"]["signatures"]
    ]
    assert len(read.blob_digests) == len(set(read.blob_digests))
