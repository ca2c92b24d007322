"""Instruments of the criteria library: true ones in short, and any word of them as a test wants."""

from copy import deepcopy
from typing import Any

from inspection.catalog import Library
from inspection.domain import instrument as domain
from inspection.wiring import Wiring


def text(zh: str, en: str = "") -> dict[str, str]:
    """A sentence in both languages."""
    return {"zh": zh, "en": en or ("x" if zh else "")}


def provision(clause: str, gist: str, kind: str = "duty", **changed: Any) -> dict[str, Any]:
    """One provision that was read in its text."""
    value = {
        "clause": clause,
        "kind": kind,
        "gist": text(gist),
        "scope": text(""),
        "mark": "V",
    }
    return deepcopy({**value, **changed})


def instrument(
    key: str, title: str, *provisions: dict[str, Any], **changed: Any
) -> domain.Instrument:
    """One law in force since 2021."""
    value = {
        "key": key,
        "kind": "law",
        "title": text(title),
        "from": "2021-09-01",
        "to": None,
        "scope": text(""),
        "sectors": [],
        "mark": "V2",
        "provisions": list(provisions),
    }
    return domain.from_json({**value, **changed})


def law(**changed: Any) -> domain.Instrument:
    """安全生产法: three of its articles."""
    return instrument(
        "AQF",
        "《中华人民共和国安全生产法》（2021修正）",
        provision("第二十一条", "主要负责人的七项职责。"),
        provision("第四十三条", "爆破、吊装、动火等危险作业安排专人现场管理。"),
        provision("第一百零一条", "五项情形：罚10万元以下。", "penalty"),
        **changed,
    )


def fire_rules() -> tuple[domain.Instrument, domain.Instrument]:
    """重大火灾隐患判定: the edition of 2017 and the one in force since 2025-11-01."""
    old = instrument(
        "ZH17",
        "GB 35181-2017《重大火灾隐患判定方法》",
        provision("6.1", "违法设在危险地段的生产储存场所。", "criterion"),
        kind="criteria",
        to="2025-10-31",
        replaced_by="ZH25",
        **{"from": "2018-07-01"},
    )
    new = instrument(
        "ZH25",
        "GB 35181-2025《重大火灾隐患判定规则》",
        provision(
            "5.1", "违法设在危险地段的生产储存场所。", "criterion", mark="R", aliases=["ZH17 6.1"]
        ),
        kind="criteria",
        **{"from": "2025-11-01"},
    )
    return old, new


def criteria(*sectors: str) -> domain.Instrument:
    """工贸企业重大事故隐患判定标准, for some sectors."""
    return instrument(
        "D10",
        "《工贸企业重大事故隐患判定标准》（应急管理部令第10号）",
        provision("第十三条", "有限空间未辨识、未建台账。", "criterion"),
        kind="criteria",
        sectors=list(sectors),
        **{"from": "2023-05-15"},
    )


def library(wiring: Wiring, *instruments: domain.Instrument) -> Library:
    """A library of these, with the lists that the app has."""
    return Library(instruments, wiring.catalog.current())
