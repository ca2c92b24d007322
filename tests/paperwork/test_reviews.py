"""Review opinions: they follow a paper that stands, or say that there was none."""

from datetime import timedelta

from tests.builders.records import Filled, reinspection
from tests.builders.times import NOON
from tests.paperwork.office import Office


def looked_at_again(office: Office) -> Filled:
    """Three days later: the first hazard is put right, the second is not."""
    office.scene.clock.passes(timedelta(days=3))
    made = reinspection(office.made, "passed", "returned", at=NOON + timedelta(days=3))
    office.hand_in(made)
    return made


def test_a_review_names_the_paper_it_follows_with_number_and_date(office: Office):
    order = office.issued()
    again = looked_at_again(office)
    answer = office.propose("review_opinion", made=again, followed=[])
    assert answer.status_code == 422, "there is one, so it is named"
    uuid = office.proposed("review_opinion", made=again, followed=[order.uuid])
    page = office.browser(office.second).get(f"/papers/{uuid}").text
    assert f"《责令限期整改指令书》{order.number}（2026年11月22日）" in page
    assert office.confirm(uuid).status_code == 303
    assert office.paper(uuid).number.endswith("复查〔2026〕1号")
    assert office.paper(uuid).follows == (order.uuid,)


def test_a_review_after_no_paper_says_that_there_was_none(office: Office):
    again = looked_at_again(office)
    uuid = office.proposed("review_opinion", made=again)
    assert "此前没有出具执法文书" in office.browser(office.first).get(f"/papers/{uuid}").text


def test_an_annulled_paper_is_not_followed(office: Office):
    order = office.issued()
    again = looked_at_again(office)
    uuid = office.proposed("review_opinion", made=again, followed=[order.uuid])
    assert office.annul(order.uuid).status_code == 303
    assert office.confirm(uuid).status_code == 409
    page = f"/papers/{uuid}"
    assert (
        office.post(office.first, page, f"{page}/dropping", reason="依据已撤销").status_code == 303
    )
    other = office.proposed("review_opinion", made=again, followed=[order.uuid])
    assert office.paper(other).follows == ()


def test_a_paper_that_the_record_gives_no_ground_for_is_refused(office: Office):
    again = looked_at_again(office)
    assert office.propose("rectify_order", made=again).status_code == 409
    assert office.propose("summons").status_code == 404
