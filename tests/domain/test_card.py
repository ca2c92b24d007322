"""A hint card has the ten telling items of its list, and each penalty once."""

from inspection.domain import card, checklist
from tests.builders import checklists
from tests.builders.checklists import item


def composed(*items):
    read = checklist.from_json(checklists.document(*items), digest="0" * 64)
    told = {"AQF 101(3)": ("《安全生产法》第一百零一条", "罚10万元以下。", "V")}
    return card.compose(read, "zh", told=lambda each: told.get(each, (each, "", "")), ask="应急局")


def test_telling_items_come_in_the_lists_order() -> None:
    made = composed(*(item(f"A-{n:02}", telling=n in (3, 9)) for n in range(1, 13)))
    assert [duty.code for duty in made.duties] == ["A-03", "A-09"]
    assert made.duties[0].wrongs == ("未办理作业票", "作业票无人批准")


def test_where_none_is_telling_the_ten_heaviest_stand_for_the_list() -> None:
    made = composed(*(item(f"A-{n:02}", weight=5 if n > 10 else 1) for n in range(1, 13)))
    assert [duty.code for duty in made.duties] == [f"A-{n:02}" for n in (*range(1, 9), 11, 12)]


def test_a_penalty_stands_once_with_the_duties_it_is_behind() -> None:
    made = composed(item("A-01"), item("A-02", penalties=["AQF 94"]), item("A-03"))
    assert [(each.ground, each.duties) for each in made.sanctions] == [
        ("《安全生产法》第一百零一条", (1, 3)),
        ("AQF 94", (2,)),
    ]


def test_equal_cards_are_drawn_once_and_other_words_are_another_card() -> None:
    assert card.digest(composed(item())) == card.digest(composed(item()))
    assert card.digest(composed(item())) != card.digest(composed(item(telling=True, penalties=[])))
