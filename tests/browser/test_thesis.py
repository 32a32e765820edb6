"""Answering what an article claims moves nothing, keeps the focus, and works small and without JavaScript."""

from typing import Any

import pytest

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

SIZES = [(1440, 900), (1280, 800), (1100, 800), (390, 844), (320, 640)]
WHERE = """
() => [
  ".thesis", ".thesis-ask", ...[1, 2, 3].map(one => `.thesis-ask > :nth-child(${one})`), ".talk-bar", ".talk-body"
].map(one => {
  const box = document.querySelector(one).getBoundingClientRect();
  return [one, box.x, box.y, box.width, one === ".talk-body" ? 0 : box.height];
})
"""
OF_DEMO = """
select h.text, h.agrees, h.disagrees, s.is_disputed,
  (select string_agg(lower(p.text), ' ') from passage p join revision r on r.id = p.revision
   where r.article = t.article) as article
from thread t left join thesis h on h.thread = t.id and h.ended_at is null left join thread_stats s on s.thread = t.id
where t.id <= 5 order by t.id
"""
BAR = "() => ['.thesis-ask', '.thesis .balance'].map(one => document.querySelector(one).getBoundingClientRect().width)"
FITS = "() => document.documentElement.scrollWidth <= innerWidth"
FOCUS = "() => document.activeElement.textContent.trim()"


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_nothing_moves_and_no_focus_is_lost(site: Site, open_tab: OpenTab, width: int, height: int) -> None:
    tab = await open_tab("theo", viewport={"width": width, "height": height})
    await tab.open("/t/2/x")
    page = tab.page
    await page.locator(".thesis-said").scroll_into_view_if_needed()
    # The font that comes late may break a line (test_arriving.py).
    await tab.fonts_shown()
    arriving = len(await tab.shifts())
    before = await page.evaluate(WHERE)

    for press, then in [
        ("See results", "Hide results"),
        ("Hide results", "See results"),
        ("Agree", "You agree."),
        ("Disagree", "You disagree."),
        ("Unsure", "You are unsure."),
        ("Take it back", "See results"),
    ]:
        button = page.locator(".thesis").get_by_role("button", name=press)
        await (button.first if press != "Agree" else page.locator(".thesis-ask > :nth-child(1)")).click()
        await page.locator(".thesis-said", has_text=then).wait_for()
        assert await page.evaluate(WHERE) == before, press
        assert await page.evaluate(FOCUS), press
        assert await page.evaluate("document.activeElement.closest('.thesis') !== null"), press
    assert await page.evaluate(FITS)
    assert (await tab.shifts())[arriving:] == []


async def test_the_bar_is_as_wide_as_the_buttons_and_says_what_they_say(open_tab: OpenTab) -> None:
    tab = await open_tab("petra_k")
    await tab.open("/t/1/x")
    await tab.page.locator(".thesis").get_by_role("button", name="See results").click()
    await tab.page.locator(".thesis-said", has_text="Hide results").wait_for()

    buttons, bar = await tab.page.evaluate(BAR)
    widths = [int(await one.get_attribute("width") or 0) for one in await tab.page.locator(".thesis rect").all()]
    shares = [text.strip("%") for text in await tab.page.locator(".thesis-ask b").all_inner_texts()]

    assert buttons == bar
    assert widths == [int(share) for share in shares]


async def test_without_javascript_it_comes_back_to_its_place(open_tab: OpenTab) -> None:
    options: dict[str, Any] = {"java_script_enabled": False}
    tab = await open_tab("kofi", **options)
    await tab.open("/t/3/x")

    for press, then in [
        ("See results", "Hide results"),
        ("Hide results", "See results"),
        ("Disagree", "You disagree."),
    ]:
        await tab.page.locator(".thesis").get_by_role("button", name=press).click()
        assert then in await tab.page.locator(".thesis-said").inner_text()
        assert tab.page.url.endswith("#thesis")


async def test_on_a_phone_the_claim_stands_under_the_title_and_leads_to_the_buttons(open_tab: OpenTab) -> None:
    tab = await open_tab(None, viewport={"width": 390, "height": 844})
    await tab.open("/t/1/x")
    await tab.page.get_by_role("link", name="Agree or disagree when you have read it").click()

    box = await tab.page.locator(".thesis-ask").bounding_box()

    assert box is not None
    assert 0 < box["y"] < 844
    assert box["height"] >= 44


async def test_a_visitors_press_leads_to_sign_in_and_back_with_the_answer(open_tab: OpenTab) -> None:
    tab = await open_tab(None)
    await tab.open("/t/1/x")
    await tab.page.locator(".thesis-ask > :nth-child(2)").click()
    await tab.page.wait_for_url("**/login**")
    await tab.page.get_by_label("Name or e-mail").fill("bram")
    await tab.page.get_by_label("Password", exact=True).fill("argue-kindly")
    await tab.page.locator("main form.stack").get_by_role("button", name="Sign in", exact=True).click()

    await tab.page.locator(".thesis-said", has_text="You disagree.").wait_for()
    assert await tab.page.locator(".thesis-ask > :nth-child(2)").get_attribute("aria-pressed") == "true"


async def test_the_demos_articles_claim_something_in_their_authors_words_and_are_answered(site: Site) -> None:
    shown = await site.fetch(OF_DEMO)

    assert len(shown) == 5
    for one in shown:
        assert [word for word in one["text"].rstrip(".").lower().split() if word not in one["article"]] == []
        assert min(one["agrees"], one["disagrees"]) > 0, one["text"]
    assert sum(one["is_disputed"] for one in shown) >= 3
