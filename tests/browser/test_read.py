"""What counts as read is what was on the screen: compared with where each comment was, measured in the page."""

import asyncio

import pytest
from playwright.async_api import Page

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

# Long enough that a screen holds a few.
WORDS = "A wager is no argument, and a curve is no promise. " * 5
HOUR_AGO = """
insert into visit (member, thread, seen_at, read_until)
select id, $2, now() - interval '1 hour', now() - interval '1 hour' from member where name = $1
on conflict (member, thread) do update set read_until = excluded.read_until, read = '{}'
"""
READ = """
select c.id from comment c join visit v on v.thread = c.thread join member m on m.id = v.member
where m.name = $1 and c.thread = $2 and (c.id = any(v.read) or c.created_at <= v.read_until)
"""
# Every 50 ms: for how long each comment had half its words, or 200 px of them, between the edges of the screen, nothing
# in front of them.
CAMERA = """() => {
  const seen = (window.seen = {}), since = {};
  setInterval(() => {
    for (const body of document.querySelectorAll(".comment > .comment-body")) {
      const id = body.parentElement.id.slice(1), box = body.getBoundingClientRect();
      const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
      const front = document.elementFromPoint(box.left + box.width / 2, (top + bottom) / 2);
      const isWhole = body.checkVisibility() && body.scrollHeight <= body.clientHeight + 1;
      const isShown = isWhole && body.parentElement.contains(front) && !document.hidden;
      if (!isShown || bottom - top < Math.min(box.height / 2, 200)) {
        delete since[id];
        continue;
      }
      since[id] ??= performance.now();
      seen[id] = Math.max(seen[id] ?? 0, performance.now() - since[id]);
    }
  }, 50);
}"""


async def written(site: Site, open_tab: OpenTab, count: int) -> tuple[int, list[int]]:
    """A thread that kofi opened an hour ago, and what was written since."""
    thread, other = site.fresh_thread(), await open_tab("jonas_w")
    await site.fetch(HOUR_AGO, "kofi", thread)
    return thread, [await other.comment(thread, f"Number {number}. {WORDS}") for number in range(count)]


async def read_by_kofi(site: Site, thread: int, among: list[int]) -> set[int]:
    return {row[0] for row in await site.fetch(READ, "kofi", thread)} & set(among)


async def leave(page: Page) -> None:
    """What was read is reported when the page is left; and wait until it is stored."""
    async with page.expect_response("**/seen"):
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["wide", "phone"])
async def test_what_counts_as_read_is_what_a_camera_saw_for_a_second(
    site: Site, open_tab: OpenTab, size: tuple[int, int]
) -> None:
    thread, comments = await written(site, open_tab, 14)
    tab = await open_tab("kofi", viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page = tab.page
    await tab.open(f"/t/{thread}/x?view=whole&sort=old#discussion")
    await page.evaluate(CAMERA)
    assert await read_by_kofi(site, thread, comments) == set()

    for place, pause in ((comments[2], 1.6), (comments[6], 0.3), (comments[10], 1.6), (comments[4], 0.3)):
        await page.locator(f"#c{place}").evaluate("one => one.scrollIntoView({block: 'start', behavior: 'instant'})")
        await page.mouse.move(place % 50 + 10, 300)
        await asyncio.sleep(pause)
    await leave(page)

    camera: dict[str, float] = await page.evaluate("window.seen")
    read = await read_by_kofi(site, thread, comments)
    surely = {one for one in comments if camera.get(str(one), 0) > 1_500}
    surely_not = {one for one in comments if camera.get(str(one), 0) < 900}
    assert surely and surely_not
    assert surely <= read
    assert not read & surely_not


async def test_what_comes_in_while_nobody_is_there_is_not_read(site: Site, open_tab: OpenTab) -> None:
    thread, [comment] = await written(site, open_tab, 1)
    tab = await open_tab("kofi")
    page = tab.page
    await page.clock.install()
    await tab.open(f"/t/{thread}/x?view=whole#c{comment}")
    await page.clock.pause_at(await page.evaluate("Date.now() + 100"))
    await page.clock.fast_forward(120_000)
    await asyncio.sleep(1)
    await page.clock.run_for(3_000)
    await leave(page)
    assert await read_by_kofi(site, thread, [comment]) == set()

    await page.mouse.move(300, 300)
    for _ in range(20):
        await page.clock.run_for(200)
        await asyncio.sleep(0.05)
    await leave(page)

    assert await read_by_kofi(site, thread, [comment]) == {comment}
