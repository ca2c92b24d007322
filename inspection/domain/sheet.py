"""Sheets that are given out (出具的表): which there are, who signs each, how long one may be.

Pure. What stands in one is `reports.sheets`; how one is issued `paperwork.sheets`.
"""

DISPATCH = "dispatch_table"
BULLETINS = {
    "week": "bulletin_week",
    "month": "bulletin_month",
    "quarter": "bulletin_quarter",
}
"""Bulletins (通报) by how long their period is."""
CORRECTED = frozenset({DISPATCH, *BULLETINS.values()})
"""Issued by `dispatch/` and `analysis/`, which also correct them: nobody annuls one by itself."""
ORDER_BULLETIN = "order_bulletin"
"""一月一通报: an office tells how the units responsible for its orders did in a month."""
TITLES = {
    "problem_list": "问题隐患清单",
    "duty_list": "隐患整治责任清单",
    "half_month": "隐患排查治理半月报",
    "quarter": "事故隐患排查治理情况统计表（季度）",
    "year": "事故隐患排查治理情况统计表（年度）",
    DISPATCH: "重大事故隐患专项排查整治行动调度表",
    BULLETINS["week"]: "隐患排查治理周报",
    BULLETINS["month"]: "隐患排查治理月通报",
    BULLETINS["quarter"]: "隐患排查治理季通报",
    ORDER_BULLETIN: "交办事项办理情况通报",
}
LISTS = ("problem_list", "duty_list")
OF_ENTERPRISE = ("quarter", "year")
"""Signed by the principal person in charge (总局令16号 art. 14); the others by an office."""
SIGNERS = {kind: "主要负责人" if kind in OF_ENTERPRISE else "签发人" for kind in TITLES}
MOST_ROWS, MOST_CHARACTERS = 1000, 300_000
"""What is longer is given out in parts: each is drawn whole, in memory that is bounded."""


def number(kind: str, year: int, seq: int) -> str:
    """A sheet's number: the year, and the place in the ledger of its issuing. Never given twice."""
    mark = "通报" if kind in BULLETINS.values() else "表"
    return f"{mark}〔{year}〕{seq:06d}号"
