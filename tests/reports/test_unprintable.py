"""A character that no typeface has is named with every place where it stands."""

import pytest

from inspection.domain.problems import GlyphMissing
from inspection.reports import pdf
from tests.reports import samples

ROCKET = "\U0001f680"


def places_of(**changed):
    made = samples.full_record(**changed)
    made.payload["findings"][1]["words"] = f"灭火器{ROCKET}"
    made.payload["photos"][0]["caption"] = "焊接点\u05d0"
    with pytest.raises(GlyphMissing) as raised:
        pdf.draw(samples.material_of(made))
    return raised.value.details["places"]


def test_each_character_is_named_with_every_place_where_it_stands():
    assert places_of(opinion=f"好{ROCKET}") == [
        {"character": "\u05d0", "place": "照片 1 的说明"},
        {"character": ROCKET, "place": "问题 2 的问题表现"},
        {"character": ROCKET, "place": "现场处理意见"},
    ]
