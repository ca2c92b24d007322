"""Taking a step in the browser: forms, what they say when something is wrong, who was quicker."""

from inspection.domain.hazard import Step
from tests.scene import Scene
from tests.web.steps.conftest import address, browser_of, filled_in


def test_a_step_is_taken_by_its_form(scene: Scene, hazard: str) -> None:
    browser = browser_of(scene, scene.cast.officer)
    page = browser.get(address(hazard, Step.PROGRESS))
    assert page.status_code == 200
    assert "进展情况" in page.text
    taken = browser.post(
        address(hazard, Step.PROGRESS),
        data=filled_in(page.text, words="已订货"),
        content_type="multipart/form-data",
    )
    assert taken.status_code == 303, taken.text
    assert scene.entries(f"hazard.{Step.PROGRESS}") == [hazard]
    assert "已记入台账" in browser.get(f"/hazards/{hazard}").text
