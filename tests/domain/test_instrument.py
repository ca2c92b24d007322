"""How clauses are named: what is part of what, and penalty articles in their legal form."""

import pytest

from inspection.domain.instrument import Sanction, is_within, sanction
from tests.builders.instruments import instrument, provision


@pytest.mark.parametrize(
    ("clause", "wider", "within"),
    [
        ("第二十一条第二项", "第二十一条", True),
        ("第二十一条", "第二十一条", True),
        ("第二十一条之一", "第二十一条", False),
        ("5.6.1", "5.6", True),
        ("5.10", "5.1", False),
        ("5.6", "", False),
        ("", "", True),
    ],
)
def test_a_clause_is_part_of_another(clause: str, wider: str, within: bool) -> None:
    assert is_within(clause, wider) is within


@pytest.mark.parametrize(
    ("penalty", "article"),
    [("AQF 94", "第九十四条"), ("AQF 10", "第十条"), ("AQF 110", "第一百一十条")],
)
def test_an_article_is_written_as_laws_count(penalty: str, article: str) -> None:
    assert sanction(penalty) == Sanction("AQF", article)


def test_a_number_in_brackets_may_be_an_item_or_a_paragraph() -> None:
    named = sanction("AQF 103(2)")
    assert (named.article, named.item, named.paragraph) == (
        "第一百零三条",
        "第一百零三条第二项",
        "第一百零三条第二款",
    )
    with pytest.raises(ValueError, match="not a penalty"):
        sanction("AQF art. 103")


def test_a_clause_without_words_of_its_own_is_told_by_the_one_it_is_part_of() -> None:
    law = instrument(
        "AQF", "《法》", provision("第五条", "甲。"), provision("第五条第一款", "乙。")
    )
    told = {
        clause: [each.gist.zh for each in law.at(clause)]
        for clause in (
            "第五条",
            "第五条第一款",
            "第五条第一款第二项",
            "第五十条",
            "第五条、第五条第一款",
        )
    }
    assert told == {
        "第五条": ["甲。"],
        "第五条第一款": ["乙。"],
        "第五条第一款第二项": ["乙。"],
        "第五十条": [],
        "第五条、第五条第一款": ["甲。", "乙。"],
    }
