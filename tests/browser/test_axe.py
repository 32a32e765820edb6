"""axe-core finds nothing on any page, nor in the states that a reader brings about."""

from typing import Any, Literal

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import OpenTab
from tests.browser.pages import Shown, as_seen_by, by_viewer, every_page
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

Scheme = Literal["light", "dark"]
# Takes out comments and groups that are like those before them: axe looks at the whole tree, whatever it excludes.
TAKE_OUT = """() => document.querySelectorAll('.comment:nth-of-type(n+4), .group:nth-of-type(n+4)')
    .forEach(alike => alike.remove())"""
# What a member reads and writes most.
IN_ARABIC = {"home", "thread", "thread, whole", "perspectives", "answering, member", "sign up", "for you"}
IN_ARABIC |= {"settings: profile", "settings: mail", "reply", "report a comment", "how it works", "not found"}
# A letter is shown within the page of a mail client, which has the landmarks.
IN_A_PAGE: dict[str, Any] = {name: {"enabled": False} for name in ("region", "landmark-one-main")}
# A sheet lies over the article, whose heading is out of reach meanwhile.
IN_A_SHEET: dict[str, Any] = {"page-has-heading-one": {"enabled": False}}
NARROW: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
# Each way a page can look; the first one always, the others in `make sure`.
LOOKS = [
    pytest.param("light", {}, id="light-wide"),
    pytest.param("dark", {}, id="dark-wide", marks=pytest.mark.slow),
    pytest.param("light", NARROW, id="light-narrow", marks=pytest.mark.slow),
    pytest.param("dark", NARROW, id="dark-narrow", marks=pytest.mark.slow),
]


async def look(
    open_tab: OpenTab,
    axe: str,
    pages: list[Shown],
    schemes: tuple[Scheme, ...] = ("light",),
    whole: bool = True,
    **options: Any,
) -> list[str]:
    """Everything axe finds on `pages`, each seen by its own viewer and opened once for all schemes.

    Of those that are not looked at as a whole, what is alike is taken out.
    """
    found: list[str] = []
    for viewer, theirs in by_viewer(pages).items():
        tab = await open_tab(viewer, reduced_motion="reduce", **options)
        # Sent once, not again for every page.
        await tab.page.add_init_script(axe)
        for shown in theirs:
            answer = await tab.page.goto(tab.address + shown.path)
            assert answer is not None
            assert answer.status in {shown.status, 304}, shown.name
            if not whole:
                await tab.page.evaluate(TAKE_OUT)
            for scheme in schemes:
                await tab.page.emulate_media(color_scheme=scheme)
                found += await violations(tab.page, axe, f"{shown.name}, {scheme}")
    return found


async def test_axe_finds_nothing_on_a_third_of_all_pages(site: Site, open_tab: OpenTab, axe: str) -> None:
    # On all of them in `make sure`, with the next test.
    found = await look(open_tab, axe, (await every_page(site))[::3], whole=False)
    assert found == [], "\n".join(found)


async def test_axe_finds_nothing_in_arabic(site: Site, open_tab: OpenTab, axe: str) -> None:
    pages = [page for page in await every_page(site) if page.name in IN_ARABIC]
    assert len(pages) == len(IN_ARABIC)
    tab = await open_tab(locale="ar")
    await tab.open("/")
    await expect(tab.page.locator('html[lang="ar"][dir="rtl"]')).to_be_attached()

    found = await look(open_tab, axe, pages, whole=False, locale="ar")

    assert found == [], "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("size", [pytest.param({}, id="wide"), pytest.param(NARROW, id="narrow")])
@pytest.mark.parametrize("viewer", [None, "nkechi", "sam_h", "ada"])
async def test_axe_finds_nothing_in_either_theme_at_any_size_in_any_role(
    site: Site, open_tab: OpenTab, axe: str, size: dict[str, Any], viewer: str | None
) -> None:
    pages = await every_page(site)
    if viewer:
        pages = as_seen_by(viewer, pages)
    found = await look(open_tab, axe, pages, ("light", "dark"), **size)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
async def test_axe_finds_nothing_in_the_states_a_reader_brings_about(
    site: Site, open_tab: OpenTab, axe: str, scheme: str, size: dict[str, Any]
) -> None:
    tab = await open_tab("mira", reduced_motion="reduce", color_scheme=scheme, **size)
    other = await open_tab("jonas_w")
    page, found = tab.page, []
    thread = site.fresh_thread()
    await tab.open_thread(thread)
    await other.comment(thread, "Something new.")
    await expect(page.get_by_role("button", name="1 new response")).to_be_visible()
    await page.locator("#compose summary").first.click()
    await page.locator("#compose textarea").fill("*Words* to look at")
    await page.locator("#compose").get_by_role("button", name="Preview").click()
    await expect(page.locator("#compose .previewed em")).to_have_text("Words")
    found += await violations(page, axe, "a form with its preview, and a button for what is new")
    await page.get_by_role("link", name="By paragraph").click()
    await page.locator(".masthead summary", has_text="mira").click()
    found += await violations(page, axe, "by passage, with an open menu")
    await page.keyboard.press("Escape")
    await page.locator(".passage").first.click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    found += await violations(page, axe, "the sheet of keys")
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("scheme", "size"),
    [
        pytest.param("light", {}, id="light-wide"),
        pytest.param("dark", NARROW, id="dark-narrow"),
        pytest.param("dark", {}, id="dark-wide", marks=pytest.mark.slow),
        pytest.param("light", NARROW, id="light-narrow", marks=pytest.mark.slow),
    ],
)
async def test_axe_finds_nothing_in_the_states_of_a_thread(
    open_tab: OpenTab, axe: str, scheme: str, size: dict[str, Any]
) -> None:
    tab = await open_tab("carlos_b", reduced_motion="reduce", color_scheme=scheme, **size)
    page, found = tab.page, []
    await tab.open("/t/2/x")
    await page.evaluate(TAKE_OUT)
    for press, then in [("See results", "Hide results"), ("Agree", "You agree.")]:
        await page.locator("#thesis").get_by_role("button", name=press, exact=press != "Agree").first.click()
        await expect(page.locator(".thesis-said")).to_contain_text(then)
        found += await violations(page, axe, f"after {press}")
    await page.locator("#thesis").get_by_role("button", name="Take it back").click()
    await page.locator(".comment .yes:enabled:not([aria-pressed=true])").first.click()
    await expect(page.locator(".comment .yes[aria-pressed=true]").first).to_be_visible()
    found += await violations(page, axe, "with a vote")
    for summary in await page.locator(".talk-side > .menu > summary").all():
        await summary.click()
        found += await violations(page, axe, await summary.inner_text())
        await page.keyboard.press("Escape")
    if size:
        for name, view in [("Article", "#article"), ("Where people stand", ".stand"), ("Discussion", ".comments")]:
            await page.locator(".dock").get_by_role("link", name=name).click()
            await expect(page.locator(view)).to_be_visible()
            await page.evaluate(TAKE_OUT)
            found += await violations(page, axe, name)
        await page.locator(".gutter:not(.is-empty)").first.click()
        await expect(page.locator(".is-sheet")).to_be_visible()
        found += await violations(page, axe, "the sheet of a passage", IN_A_SHEET)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
async def test_axe_finds_nothing_on_forms_that_come_back(
    site: Site, open_tab: OpenTab, axe: str, scheme: str, size: dict[str, Any]
) -> None:
    tab = await open_tab(color_scheme=scheme, **size)
    page = tab.page
    await tab.open("/signup")
    await page.get_by_label("Name").fill("no spaces please")
    await page.get_by_label("E-mail").fill("me@example")
    await page.get_by_label("Password").fill("password")
    await page.locator("main form").evaluate("form => form.noValidate = true")
    await page.get_by_role("button", name="Sign up").click()
    await expect(page.locator(".error").first).to_be_visible()
    found = await violations(page, axe, "sign up with mistakes")
    member = await open_tab("mira", color_scheme=scheme, **size)
    await member.open("/new")
    await member.page.get_by_role("button", name="Preview").click()
    await expect(member.page.locator(".error").first).to_be_visible()
    found += await violations(member.page, axe, "an article without an address")
    await tab.open(site.made["off"])
    await page.get_by_role("button", name="Stop it").click()
    await expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    found += await violations(page, axe, "the digest is stopped")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", name="You are subscribed again")).to_be_visible()
    found += await violations(page, axe, "the digest comes again")
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_a_letter_of_the_digest(
    site: Site, open_tab: OpenTab, axe: str, scheme: str
) -> None:
    tab = await open_tab(color_scheme=scheme, viewport={"width": 375, "height": 800})
    drawn = await tab.context.request.get(f"{tab.address}{site.made['letter']}/html")
    await tab.page.set_content(await drawn.text())
    await expect(tab.page.locator("h1")).to_be_visible()
    found = await violations(tab.page, axe, f"a letter in {scheme}", IN_A_PAGE)
    assert found == [], "\n".join(found)


async def test_axe_would_find_a_field_without_a_label(open_tab: OpenTab, axe: str) -> None:
    tab = await open_tab()
    await tab.open("/login")
    await tab.page.locator("label").first.evaluate("label => label.remove()")
    assert any("label" in one for one in await violations(tab.page, axe, "sign in"))
