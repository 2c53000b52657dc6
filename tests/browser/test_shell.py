"""The frame in a real browser: sign-in, welcome, filters and the address that can be shared."""

import re

import pytest

from tests.browser.served import MODES, cookie, settle

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa"]}


def opened(chromium, mode="light", **more):
    return chromium.new_context(**{**MODES[mode], **more}).new_page()


def text_of(page) -> str:
    return page.inner_text("[data-testid=stApp]")


def signed_in(chromium, gated, **claims):
    page = opened(chromium)
    page.context.add_cookies(
        [{"name": "_streamlit_user", "value": cookie(gated, **claims), "url": gated.url}]
    )
    return page


def barriers(page) -> list[object]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"][:120]) for rule in found]


@pytest.mark.parametrize("mode", MODES)
def test_sign_in_and_what_we_see_stand_open_and_have_no_barrier(gated, chromium, mode):
    page = opened(chromium, mode)
    page.goto(gated.url)
    settle(page)
    assert "Sign in with your company account" in text_of(page)
    assert "Overview" not in text_of(page)
    assert barriers(page) == []
    page.get_by_role("link", name="What we see").click()
    page.get_by_role("heading", name="What we see, and what we don't").wait_for()
    settle(page)
    assert "Customer care" not in text_of(page)
    assert barriers(page) == []


@pytest.mark.parametrize("mode", MODES)
def test_welcome_leads_a_newcomer_and_has_no_barrier(empty, chromium, mode):
    page = opened(chromium, mode)
    page.goto(empty.url)
    settle(page)
    assert barriers(page) == []
    assert page.get_by_role("button", name="Open the demo company").is_visible()
    page.get_by_role("button", name="Import exports").click()
    page.get_by_role("heading", name="Import exports").wait_for()
    settle(page)
    assert barriers(page) == []


def test_roles_see_their_pages_and_no_other(gated, chromium):
    page = signed_in(chromium, gated, email="reader@aurelia.example")
    page.goto(f"{gated.url}/departments")
    settle(page)
    entries = page.locator("[data-testid=stSidebarNavLink]").all_inner_texts()
    assert [entry.splitlines()[-1] for entry in entries] == ["Overview", "What we see"]
    assert "Departments" not in page.inner_text("h1")

    page = signed_in(chromium, gated, email="hr@aurelia.example")
    page.goto(f"{gated.url}/departments")
    settle(page)
    assert page.inner_text("h1") == "Departments"
    assert "Import exports" not in text_of(page)


def test_a_role_taken_away_counts_at_the_next_click(gated, chromium):
    page = signed_in(chromium, gated, email="hr@aurelia.example", iat=1_700_000_000)
    page.goto(f"{gated.url}/departments")
    settle(page)
    assert "Sign in with your company account" in text_of(page)


def test_what_is_on_screen_can_be_shared_by_its_address(server, chromium):
    page = opened(chromium)
    page.goto(f"{server.url}/adoption")
    settle(page)
    page.get_by_role("button", name="Whole company").click()
    page.get_by_text("A department", exact=True).click()
    page.wait_for_url(re.compile(r"department="))
    page.get_by_role("link", name="Time", exact=True).click()
    page.get_by_role("heading", name="Time", level=1).wait_for()
    page.wait_for_url(re.compile(r"time_cost\?.*department="))
    shared = page.url

    other = opened(chromium)
    other.goto(shared)
    settle(other)
    bar = other.locator(".st-key-filters").inner_text()
    assert "Customer care" in bar
    assert "388 of 400 people counted" in bar


LIGHT_ON_DARK = 450  # of 765: words on the dark ground


def test_an_address_of_what_is_not_released_opens_the_whole(server, chromium):
    page = opened(chromium)
    page.goto(f"{server.url}/?department=Board&period=2031-Q1&tool=teams&ws=..%2f..")
    settle(page)
    bar = page.locator(".st-key-filters").inner_text()
    assert "Whole company" in bar and "Whole period" in bar and "All tools" in bar
    assert "Board" not in page.url


def test_the_filters_work_from_the_keyboard_and_what_has_the_focus_shows(server, chromium):
    page = opened(chromium, "dark")
    page.goto(server.url)
    settle(page)
    link = page.get_by_role("link", name="Adoption").first
    link.focus()
    assert link.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    page.get_by_role("button", name="Whole period").focus()
    page.keyboard.press("Enter")
    page.get_by_text("A quarter", exact=True).wait_for()
    opened_by = page.locator("button[aria-expanded=true]").first
    red, green, blue = re.findall(r"\d+", opened_by.evaluate("it => getComputedStyle(it).color"))[
        :3
    ]
    assert int(red) + int(green) + int(blue) > LIGHT_ON_DARK
    page.get_by_role("radio", name="Whole period").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url(re.compile(r"period=2026-Q2"))


def test_a_phone_reaches_every_page_through_the_menu(server, chromium):
    page = opened(chromium, "phone")
    page.goto(server.url)
    settle(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="What we see").first.click()
    page.get_by_role("heading", name="What we see, and what we don't").wait_for()
