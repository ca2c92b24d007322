"""What a signature given at a desk looks like in its printed box: values and their words.

An auditor's opinion (审核意见), and the confirmation of a paper by an officer. Drawing is
`pdf`. The paper is Chinese, whatever language the signer reads.
"""

from dataclasses import dataclass
from datetime import datetime

from inspection.reports.grades import GRADES
from inspection.reports.wording import instant_text

CONCLUSION_WORDS = {
    "no_objection": "无异议",
    "needs_correction": "需更正",
    "objection": "有异议",
}
_LARGE_UP_TO = 60
"""Characters that the box holds in the larger size."""


@dataclass(frozen=True)
class OpinionFace:
    """One opinion, as its box shows it. `text` is "" where nothing more was said."""

    conclusion: str
    text: str
    name: str
    unit: str
    given_at: datetime
    seq: int

    @property
    def conclusion_words(self) -> str:
        """The conclusion in one word."""
        return CONCLUSION_WORDS[self.conclusion]

    @property
    def time(self) -> str:
        """When it was given, by the server's clock."""
        return instant_text(self.given_at)

    @property
    def size(self) -> str:
        """`large` or `small`: long words are set smaller, never cut."""
        return "large" if len(self.text) <= _LARGE_UP_TO else "small"


@dataclass(frozen=True)
class ConfirmedFace:
    """Somebody's confirmation by password of what stands above, as its box shows it."""

    role: str
    name: str
    unit: str
    badge: str
    confirmed_at: datetime
    seq: int

    @property
    def time(self) -> str:
        """When it was confirmed, by the server's clock."""
        return instant_text(self.confirmed_at)

    @property
    def grade(self) -> str:
        """What this signature rests on (签名等级)."""
        return GRADES["password"].grade
