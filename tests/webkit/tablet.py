"""What an inspector does on the tablet, through Selenium: the sibling of tests/e2e/inspector.py.

Playwright cannot drive Debian's WebKit, so the few steps of the core path stand here again. Every
function presses what is shown and waits for what the page says.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import WebKitGTK
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.inspector import Party, Signer

PATIENCE = 60


class Tablet:
    """A tablet whose browser is WebKit."""

    def __init__(self, driver: WebKitGTK, url: str) -> None:
        self.driver = driver
        self.url = url

    # --- the page ---------------------------------------------------------------

    def open(self, path: str, name: str) -> None:
        """Go to a page and wait until its scripts have done their first work."""
        self.driver.get(self.url + path)
        self.ready(name)

    def ready(self, name: str) -> None:
        """Wait until this page's scripts have done their first work."""
        self.there(f'html[data-ready="{name}"]')

    def there(self, css: str) -> WebElement:
        """Wait for an element, shown or not."""
        return self._wait(css, lambda found: True)

    def shown(self, css: str) -> WebElement:
        """Wait for an element that can be seen."""
        return self._wait(css, WebElement.is_displayed)

    def _wait(self, css: str, fit: Callable[[WebElement], bool]) -> WebElement:
        def fitting(driver: WebKitGTK) -> WebElement | Literal[False]:
            try:
                found = driver.find_elements(By.CSS_SELECTOR, css)
                return next((each for each in found if fit(each)), False)
            except StaleElementReferenceException:
                return False

        message = f"{css} on {self.driver.current_url}"
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(fitting, message)

    def press(self, css: str) -> None:
        """Press what is shown, once it is in view."""
        element = self.shown(css)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def write(self, css: str, words: str) -> None:
        """Write into a field."""
        field = self.shown(css)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
        field.clear()
        field.send_keys(words)

    # --- the work ---------------------------------------------------------------

    def sign_in(self, signer: Signer) -> None:
        """Sign in with user name and password."""
        self.driver.get(f"{self.url}/sign-in?next=/tablet/enrol")
        self.write("[name=username]", signer.username)
        self.write("[name=password]", signer.password)
        self.press("main form button[type=submit], main form button:not([type])")
        self.ready("enrol")

    def sign_out(self) -> None:
        """End the session at the desk; whatever the tablet holds stays."""
        self.driver.get(f"{self.url}/records")
        self.press("form[action='/sign-out'] button")
        self.shown("[name=username]")

    def enrol(self, signer: Signer) -> None:
        """Sign in and make this person's key on the tablet."""
        self.sign_in(signer)
        self.write("#pin", signer.pin)
        self.write("#pin-again", signer.pin)
        self.press("#enrol-form button[type=submit]")
        self.shown("#enrolled")

    def begin(self, unit: str, checklist: str) -> str:
        """Start an inspection; answer the draft's uuid."""
        self.open("/tablet/start", "start")
        self.write("#unit-search", unit)
        self.press("#units button")
        self.shown("#checklists button")
        rows = self.driver.find_elements(By.CSS_SELECTOR, "#checklists button")
        next(row for row in rows if checklist in row.text).click()
        self.ready("form")
        return self.driver.current_url.split("draft=")[1].split("#")[0]

    def codes(self) -> list[str]:
        """Item codes of the open form, in order."""
        items = self.driver.find_elements(By.CSS_SELECTOR, "[data-item]")
        return [str(item.get_attribute("data-item")) for item in items]

    def saved(self) -> None:
        """Wait until the page says that all is stored."""
        self.there('[data-saved="saved"]')

    def answer(self, code: str, value: str) -> None:
        """Tap one of the four keys."""
        self.press(f'[data-item="{code}"] [data-key] label:has(input[value="{value}"])')
        self.there(f'[data-item="{code}"]:not([data-state="unanswered"])')

    def finding(self, code: str, words: str, photo: Path) -> None:
        """Describe what was found at a failed item and photograph it."""
        block = f'[data-item="{code}"] [data-finding]'
        self.write(f"{block} [data-text=words]", words)
        self.there(f"{block} [data-camera=before]").send_keys(str(photo))
        self.there(f"{block} [data-strip=before] [data-photo]")
        if not self.driver.find_elements(By.CSS_SELECTOR, f"{block} [data-once=deadline]:checked"):
            self.press(f'{block} label:has([data-once=deadline][value="7"])')
        self.saved()

    def review(self, second: str, party: Party) -> None:
        """From the form to the review page; say who signs."""
        self.press("[data-action=overview]")
        self.press("[data-review]")
        self.ready("review")
        for choice in self.there("[name=second]").find_elements(By.CSS_SELECTOR, "option"):
            if second in choice.text:
                choice.click()
        self.write("[name=party_name]", party.name)
        self.write("[name=party_title]", party.title)
        self.saved()

    def draw(self, seed: int) -> None:
        """Write on the pad, as a hand would: three curved strokes."""
        pad = self.shown(".ink-pad")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", pad)
        box = self.driver.execute_script(
            "return arguments[0].getBoundingClientRect().toJSON()", pad
        )
        source = random.Random(seed)
        for number in range(3):
            hand = ActionBuilder(self.driver, mouse=PointerInput("mouse", "hand"), duration=15)
            x = box["x"] + box["width"] * (0.16 + 0.22 * number)
            y = box["y"] + box["height"] * 0.5
            hand.pointer_action.move_to_location(int(x), int(y)).pointer_down()
            for _ in range(9):
                x += box["width"] * source.uniform(0.005, 0.02)
                y += box["height"] * source.uniform(-0.08, 0.08)
                hand.pointer_action.move_to_location(int(x), int(y))
            hand.pointer_action.pointer_up()
            hand.perform()

    def sign(self, seed: int, pin: str = "") -> None:
        """Take the present turn by signing; account holders give their PIN."""
        name = self.shown("[data-view=turn] [data-field=turn_name]").text
        self.draw(seed)
        if pin:
            self.write("[data-view=turn] [name=turn_pin]", pin)
        self.press("[data-view=turn] [data-action=confirm]")

        def next_one(driver: WebKitGTK) -> bool:
            finish = driver.find_element(By.CSS_SELECTOR, "[data-view=finish]")
            turn = driver.find_element(By.CSS_SELECTOR, "[data-field=turn_name]")
            return finish.is_displayed() or (turn.is_displayed() and turn.text != name)

        WebDriverWait(self.driver, PATIENCE, 0.05).until(next_one, f"after {name} signed")
