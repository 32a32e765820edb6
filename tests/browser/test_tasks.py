"""What a reader wants most often takes few clicks. Typing in a field counts for nothing, choosing in a form does."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
OTHERS = """
select c.id from comment c join member m on m.id = c.author
where c.thread = 1 and c.state = 'visible' and c.parent is null and m.name <> $1 order by c.best desc, c.id limit 1
"""
YESTERDAY = """
insert into visit (member, thread, read_until, seen_at)
select id, $2, now() - interval '1 day', now() - interval '1 day' from member where name = $1
on conflict (member, thread) do update set seen_at = excluded.seen_at, read_until = excluded.read_until
"""


class Hand:
    """Clicks, and counts them."""

    def __init__(self) -> None:
        self.clicks = 0

    async def click(self, target: Locator) -> None:
        await target.click()
        self.clicks += 1


async def test_where_readers_disagree_and_the_best_of_each_side_are_in_sight(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab(viewport=WIDE)
    await tab.open("/t/1/x")

    dispute = tab.page.locator(".dispute")
    await expect(dispute.locator(".voice .stance.supports, .voice .stance.challenges")).to_have_count(2)
    for voice in await dispute.locator(".voice").all():
        await expect(voice).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("options", [{"viewport": WIDE}, PHONE_OPTIONS], ids=["wide", "phone"])
async def test_the_disputed_passage_takes_no_click_and_on_a_phone_at_most_two(
    open_tab: OpenTab, options: dict[str, Any]
) -> None:
    hand, tab = Hand(), await open_tab(**options)
    page = tab.page
    await tab.open("/t/1/x")
    if "is_mobile" in options:
        await hand.click(page.locator(".dock").get_by_role("link", name="Discussion"))
    await expect(page.locator("#dispute-title")).to_be_in_viewport(ratio=1)
    await expect(page.locator("#dispute-title q")).to_have_text(
        "People write down what other people cannot be expected to know. …"
    )
    for voice in await page.locator(".dispute .voice").all():
        await expect(voice).to_be_in_viewport(ratio=1)
    assert hand.clicks <= (1 if "is_mobile" in options else 0)


@pytest.mark.parametrize("options", [{"viewport": WIDE}, PHONE_OPTIONS], ids=["wide", "phone"])
async def test_to_agree_takes_one_click(open_tab: OpenTab, options: dict[str, Any]) -> None:
    hand, tab = Hand(), await open_tab("kofi", **options)
    page = tab.page
    await tab.open("/t/2/x")
    if "is_mobile" in options:
        await hand.click(page.locator(".dock").get_by_role("link", name="Discussion"))
    agree = page.locator(".comment .yes:enabled:not([aria-pressed=true])").first
    async with page.expect_response("**/vote"):
        await hand.click(agree)
    await expect(page.locator(".comment .yes[aria-pressed=true]").first).to_be_visible()
    assert hand.clicks <= (2 if "is_mobile" in options else 1)


@pytest.mark.parametrize("options", [{"viewport": WIDE}, PHONE_OPTIONS], ids=["wide", "phone"])
async def test_to_respond_takes_two_clicks(site: Site, open_tab: OpenTab, options: dict[str, Any]) -> None:
    hand, tab = Hand(), await open_tab("kofi", **options)
    page = tab.page
    await tab.open(f"/t/{site.fresh_thread()}/x")
    # At the passage itself: it is pointed at, or has been scrolled to the middle of the screen.
    if "is_mobile" in options:
        await page.locator(".passage-row").first.evaluate(
            "one => scrollBy(0, one.getBoundingClientRect().top - innerHeight * 0.3)"
        )
    marker = page.locator(".passage-row.is-read > .gutter")
    if "is_mobile" not in options:
        await marker.hover()
    await hand.click(marker)
    # All comments are shown: those by passage are loaded before the form opens.
    await expect(page.locator("#compose textarea")).to_be_visible()
    await page.locator("#compose textarea").fill("Written with two clicks.")
    await page.locator("#compose textarea").press("Control+Enter")
    await expect(page.locator(".comment", has_text="Written with two clicks.")).to_be_visible()
    assert hand.clicks <= 2


async def test_from_the_home_page_a_challenge_takes_one_click(site: Site, open_tab: OpenTab) -> None:
    hand, tab = Hand(), await open_tab()
    await tab.open("/")

    await hand.click(tab.page.locator(".card .voice:has(.challenges) .voice-words > a").first)

    await expect(tab.page.locator(".comment:target .stance.challenges").first).to_be_visible()
    assert hand.clicks == 1


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["wide", "phone"])
async def test_one_sentence_is_answered_with_three_clicks(
    site: Site, open_tab: OpenTab, options: dict[str, Any]
) -> None:
    hand, tab = Hand(), await open_tab("lucia", **options)
    page = tab.page
    await tab.open("/t/1/x")

    await hand.click(page.get_by_role("link", name="Where people stand"))
    await hand.click(page.locator("#discussion a[href$='/answer']").first)
    await hand.click(page.get_by_role("button", name="Unsure", exact=True))

    await expect(page.locator(".asked-count")).to_contain_text("2 of")
    assert hand.clicks <= 3


async def test_what_is_new_since_yesterday_takes_one_click(site: Site, open_tab: OpenTab) -> None:
    thread, other, hand = site.fresh_thread(), await open_tab("jonas_w"), Hand()
    await site.fetch(YESTERDAY, "dario_f", thread)
    comment = await other.comment(thread, "This is new since yesterday.")
    tab = await open_tab("dario_f")
    await tab.open("/")

    await hand.click(tab.page.locator(".masthead > .me > a[href='/for-you']"))

    await expect(tab.page.locator(f"a[href='/c/{comment}']")).to_contain_text("This is new since yesterday.")
    assert hand.clicks == 1


async def test_a_member_reports_a_rude_comment_with_three_clicks(site: Site, open_tab: OpenTab) -> None:
    comment, hand, tab = await site.value(OTHERS, "ines"), Hand(), await open_tab("ines")
    page = tab.page
    await tab.open("/t/1/x?view=all")

    await hand.click(page.locator(f"#c{comment} > .comment-actions").get_by_role("link", name="Report"))
    await hand.click(page.locator(".ground").first)
    await hand.click(page.get_by_role("button", name="Send the report"))

    await expect(page).to_have_url(f"{site.address}/c/{comment}/report/done")
    assert hand.clicks <= 3


async def test_a_visitor_reports_what_is_against_the_law_with_three_clicks(site: Site, open_tab: OpenTab) -> None:
    comment, hand, tab = await site.value(OTHERS, "ines"), Hand(), await open_tab()
    page = tab.page
    await tab.open("/t/1/x?view=all")

    await hand.click(page.locator(f"#c{comment} > .comment-actions").get_by_role("link", name="Report"))
    await page.get_by_label("Why is this against the law?").fill("It threatens somebody by name.")
    await page.get_by_label("Your name").fill("Rosa Example")
    await page.get_by_label("Your e-mail").fill("rosa@example.org")
    await hand.click(page.get_by_label("I believe in good faith"))
    await hand.click(page.get_by_role("button", name="Send the report"))

    await expect(page).to_have_url(f"{site.address}/c/{comment}/report/done")
    assert hand.clicks <= 3


@pytest.mark.parametrize("path", ["/", pytest.param("/t/1/x", marks=pytest.mark.slow)])
async def test_all_mail_is_stopped_with_two_clicks(site: Site, open_tab: OpenTab, path: str) -> None:
    hand, tab = Hand(), await open_tab("wei_l")
    page = tab.page
    await tab.open("/")
    await tab.post("/settings/mail/all", on="1")
    await tab.open(path)

    await hand.click(page.locator(".foot").get_by_role("link", name="Mail settings"))
    await hand.click(page.get_by_role("button", name="Stop all optional mail"))

    await expect(page.locator("main")).to_contain_text("All optional mail is off.")
    assert hand.clicks <= 2
