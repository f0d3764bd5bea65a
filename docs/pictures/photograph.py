"""Takes the pictures of reports.md: python docs/pictures/photograph.py REPORT.html."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent


def photograph(report: Path) -> None:
    """Save a phone's first screen, and the first failure as it looks on a desk in the evening."""
    with sync_playwright() as run:
        browser = run.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-lcd-text"]
        )
        phone = browser.new_page(viewport={"width": 390, "height": 780})
        phone.goto(report.absolute().as_uri())
        phone.screenshot(path=FOLDER / "report-phone.png")
        desk = browser.new_page(
            viewport={"width": 700, "height": 900}, device_scale_factor=0.9, color_scheme="dark"
        )
        desk.goto(report.absolute().as_uri())
        desk.locator("#failure-1").screenshot(path=FOLDER / "report-failure.png")
        browser.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1]))
