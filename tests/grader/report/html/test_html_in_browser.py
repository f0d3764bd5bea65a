from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.model import Audience, Report
from grader.report.html import render
from grader.report.visibility import STUDENT, Reader

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE, DESKTOP, NARROWEST = (390, 844), (1280, 900), (320, 640)
Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens a report; what is asked of a network or said is a failure."""
    said: list[str] = []
    opened: list[Page] = []

    def show(
        report: Report,
        *,
        reader: Reader = STUDENT,
        size: tuple[int, int] = DESKTOP,
        scheme: str = "light",
    ) -> Page:
        file = tmp_path / "report.html"
        file.write_text(render(report, reader), encoding="utf-8")
        page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        opened.append(page)
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on(
            "request",
            lambda asked: asked.url == file.as_uri() or said.append(f"request: {asked.url}"),
        )
        page.goto(file.as_uri())
        return page

    yield show
    for page in opened:
        page.close()
    assert said == []


def look_for_violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page in light, and with its colours in dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in (*found, *dark["violations"])
        for node in each["nodes"]
    ]


def focused(page: Page) -> str:
    """Return the text, and where it leads, of the element that has the focus."""
    told: str = page.evaluate(
        "(({tagName, textContent, hash}) => `${tagName} ${textContent.trim()} ${hash || ''}`)"
        "(document.activeElement)"
    )
    return told


def test_axe_finds_nothing(open_page: Open, any_report: Report) -> None:
    """Every kind of report is accessible as far as axe-core can tell, with its folds open."""
    page = open_page(any_report, size=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert look_for_violations(page) == []


def test_axe_finds_nothing_in_an_instructors_page(open_page: Open, bad_report: Report) -> None:
    """The instructor's version is accessible too, with its folds shut."""
    page = open_page(bad_report, reader=Reader(Audience.INSTRUCTOR))
    assert "not for students" in page.inner_text("body")
    assert look_for_violations(page) == []


def test_axe_would_find_something(open_page: Open, bad_report: Report) -> None:
    """What looks for violations sees a text that cannot be read in the dark."""
    page = open_page(bad_report)
    page.evaluate("document.querySelector('.standing').style.color = '#222'")
    assert any("color-contrast" in each for each in look_for_violations(page))


def test_no_page_is_wider_than_its_window(open_page: Open, any_report: Report) -> None:
    """On a phone as on a desk only code and tables scroll sideways, each in itself."""
    page = open_page(any_report, reader=Reader(Audience.INSTRUCTOR))
    for width, height in (NARROWEST, PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        for is_open in ("false", "true"):
            page.evaluate(
                f"document.querySelectorAll('details').forEach(fold => fold.open = {is_open})"
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.screenshot().startswith(b"\x89PNG")


def test_a_phones_first_screen_says_what_to_do(open_page: Open, bad_report: Report) -> None:
    """Score and the first three things to mend are seen without scrolling."""
    page = open_page(bad_report, size=PHONE)
    for element in ("h1", ".first li:nth-child(1)", ".first li:nth-child(3)"):
        box = page.locator(element).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE[1]


def test_a_keyboard_reaches_everything(open_page: Open, bad_report: Report) -> None:
    """Tab leads to the skip link, links and folds, which open and close by Enter and Space."""
    page = open_page(bad_report)
    page.keyboard.press("Tab")
    assert focused(page) == "A Skip to the report #main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page).endswith("#failure-1")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#failure-1"
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if seen[-1].startswith("SUMMARY"):
            break
    is_open = "document.activeElement.parentElement.open"
    assert page.evaluate(is_open) is False
    page.keyboard.press("Enter")
    assert page.evaluate(is_open) is True
    page.keyboard.press("Space")
    assert page.evaluate(is_open) is False


def test_whoever_has_the_focus_can_be_seen(open_page: Open, bad_report: Report) -> None:
    """A link with the focus has an outline."""
    page = open_page(bad_report)
    for _ in range(3):
        page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outline"
    assert "3px" in page.evaluate(outline)


def test_paper_is_white_and_has_no_folds(open_page: Open, bad_report: Report) -> None:
    """In print folds are open, the background is white, and nothing only leads elsewhere."""
    page = open_page(bad_report, scheme="dark")
    inside = page.locator("details:not([open]) .scroll").first
    assert not inside.is_visible()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert page.evaluate("document.querySelector('details').offsetHeight") > 60
    assert page.pdf().startswith(b"%PDF")


def test_nothing_moves_for_those_who_ask_for_that(open_page: Open, bad_report: Report) -> None:
    """Links jump instead of scrolling where motion is to be reduced."""
    page = open_page(bad_report)
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    assert page.evaluate(behaviour) == "smooth"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(behaviour) == "auto"
