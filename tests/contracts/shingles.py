"""Whether a text holds a run of Chinese characters that stands word for word in the source.

The facts of the lists come from documents that are not ours to pass on. What the tests keep of
them is `tests/vectors/source_shingles.json`: the first digits of the SHA-256 of every run of so
many Chinese characters in one line, sorted, from which no sentence can be read back. Punctuation,
spaces, letters and digits do not count, so a sentence with other commas is found too. Titles are
names: what stands in 《》 is left out on both sides, and so are the runs of a title that the
source writes bare. A run that stands nowhere in the source is taken for one of its own about
three times in ten million: look at it before you reword it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

VECTORS = Path(__file__).parents[1] / "vectors" / "source_shingles.json"
TITLE = re.compile("《[^》]*》")
NOT_CHINESE = re.compile("[^\\u3400-\\u9fff]+")


@dataclass(frozen=True)
class Source:
    """The runs of one source document, as digests."""

    length: int
    digits: int
    shingles: frozenset[str]

    @classmethod
    def kept(cls) -> "Source":
        """The document that the shipped lists were written from."""
        kept = json.loads(VECTORS.read_text(encoding="utf-8"))
        return cls(kept["length"], kept["digits"], frozenset(kept["shingles"]))

    @classmethod
    def of(cls, text: str, *, length: int, digits: int) -> "Source":
        """The runs of a text: what was kept of the source was made in this way."""
        empty = cls(length, digits, frozenset())
        runs = {empty.digest(run) for line in text.splitlines() for run in empty.runs(line)}
        return cls(length, digits, frozenset(runs))

    def runs(self, line: str) -> Iterator[str]:
        """Every run of `length` Chinese characters of a line."""
        characters = NOT_CHINESE.sub("", TITLE.sub("", line))
        last = len(characters) - self.length
        return (characters[at : at + self.length] for at in range(last + 1))

    def digest(self, run: str) -> str:
        """The first digits of the digest of a run."""
        return hashlib.sha256(run.encode()).hexdigest()[: self.digits]

    def copied(self, lines: Iterable[str]) -> list[str]:
        """The runs that stand in the source too, in their order."""
        return [
            run for line in lines for run in self.runs(line) if self.digest(run) in self.shingles
        ]

    def as_json(self) -> str:
        """What is kept."""
        kept = {"length": self.length, "digits": self.digits, "shingles": sorted(self.shingles)}
        return json.dumps(kept, indent=0) + "\n"
