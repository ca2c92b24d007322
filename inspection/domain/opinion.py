"""An auditor's opinion on a report (审核意见): what it may conclude, and how much it may say."""

CONCLUSIONS = ("no_objection", "needs_correction", "objection")
MOST = 2
"""Opinions on one report: as many boxes as its pages leave for them."""
LONGEST_TEXT = 200
"""Characters: what a printed box holds."""


def is_whole(conclusion: str, text: str) -> bool:
    """Whether this is an opinion: who has no objection need not say more, others say why."""
    if conclusion not in CONCLUSIONS or len(text) > LONGEST_TEXT:
        return False
    return bool(text.strip()) or conclusion == "no_objection"
