"""Checklist revisions: the shipped ones, and small ones whose every word a test may choose."""

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builders.identifiers import sha256

SHIPPED = Path(__file__).parents[2] / "checklists"


@dataclass(frozen=True)
class Published:
    """A checklist file as bytes, and what a record needs to know of it."""

    data: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The parsed file."""
        parsed: dict[str, Any] = json.loads(self.data)
        return parsed

    @property
    def digest(self) -> str:
        """What records and receipts call the revision by."""
        return sha256(self.data)

    @property
    def codes(self) -> list[str]:
        """The codes of all items in order."""
        return [item["code"] for section in self.document["sections"] for item in section["items"]]

    def tags(self, code: str) -> list[str]:
        """The codes of the typical findings of one item."""
        items = [item for section in self.document["sections"] for item in section["items"]]
        return [tag["code"] for item in items if item["code"] == code for tag in item["findings"]]

    def keep(self, folder: Path) -> Path:
        """Write the file where a catalog reads it; `folder` plays the part of checklists/."""
        path = folder / "common" / f"{self.document['slug']}.{self.document['revision']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data)
        return path


def shipped(slug: str = "hot-work", revision: int = 1) -> Published:
    """A revision that 真查 ships with."""
    return Published((SHIPPED / "common" / f"{slug}.{revision}.json").read_bytes())


def newest(slug: str) -> Published:
    """The newest revision of a common list that 真查 ships with."""
    found = (SHIPPED / "common").glob(f"{slug}.*.json")
    return shipped(slug, max(int(path.name.split(".")[1]) for path in found))


def published(document: dict[str, Any]) -> Published:
    """A document as the bytes of a checklist file."""
    return Published((json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())


def item(code: str = "A-01", **changed: Any) -> dict[str, Any]:
    """One item that keeps every rule."""
    value: dict[str, Any] = {
        "code": code,
        "title": {"zh": "动火作业票", "en": "Hot work permit"},
        "check": {
            "zh": "动火前是否办理作业票并经批准。",
            "en": "Is a permit approved before hot work starts?",
        },
        "methods": ["documents", "on_site"],
        "findings": [
            {"code": "none", "zh": "未办理作业票", "en": "No permit"},
            {"code": "unsigned", "zh": "作业票无人批准", "en": "Permit not approved"},
        ],
        "requirement": {
            "zh": "立即停止动火，补办作业票。",
            "en": "Stop the work and obtain a permit.",
        },
        "citations": [citation()],
        "management_practice": False,
        "major": [],
        "penalties": ["AQF 101(3)"],
        "dispatch_rows": ["2.6"],
        "evidence": ["photo"],
        "deadline_days": 0,
    }
    return {**value, **changed}


def citation(**changed: Any) -> dict[str, Any]:
    """One legal ground in force on the day of the sample list."""
    value: dict[str, Any] = {
        "instrument": "AQF",
        "clause": "第四十三条",
        "from": "2021-09-01",
        "to": None,
        "scope": {"zh": "", "en": ""},
        "mark": "V",
    }
    return {**value, **changed}


def document(*items: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A whole list of the given items, or of three sample ones."""
    value: dict[str, Any] = {
        "slug": "hot-work",
        "revision": 1,
        "list": "A",
        "title": {"zh": "动火作业检查", "en": "Hot work"},
        "effective_on": "2026-11-22",
        "summary": {"zh": "测试用的小检查表。", "en": "A small list for tests."},
        "instruments": {
            "AQF": {"zh": "《中华人民共和国安全生产法》(2021修正)", "en": "Work Safety Law (2021)"}
        },
        "sections": [
            {
                "code": "permit",
                "title": {"zh": "作业票", "en": "Permit"},
                "items": list(items) or [item("A-01"), item("A-02"), item("A-03")],
            }
        ],
    }
    return deepcopy({**value, **changed})
