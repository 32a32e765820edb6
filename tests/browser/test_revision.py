"""An editor saves a revision while somebody reads the article, and another answers it."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.tab import Tab

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

SENTENCE = "Training runs are measured in small cities, in the water they drink and in the power they draw. "
BEFORE = [f"Paragraph number {n} says so. {SENTENCE * 5}" for n in range(1, 13)]
READ = """words => {
  const passage = [...document.querySelectorAll('.passage')].find(one => one.innerText.includes(words));
  scrollBy(0, passage.getBoundingClientRect().top - innerHeight / 5);
  return passage.id;
}"""
TOP = "id => document.getElementById(id).getBoundingClientRect().top"


async def revise(editor: Tab, thread: int, paragraphs: list[str]) -> None:
    await editor.open(f"/t/{thread}/revise")
    revision = await editor.page.locator("[name=revision]").input_value()
    title = await editor.page.locator("[name=title]").input_value()
    text = "\n\n".join(paragraphs)
    await editor.post(f"/t/{thread}/revise", title=title, text=text, revision=revision, reason="It was wrong.")


async def test_a_revision_moves_nothing_that_is_read_and_anchors_follow_on_request(
    site: Site, open_tab: OpenTab
) -> None:
    thread = site.fresh_thread()
    editor, reader = await open_tab("sam_h"), await open_tab("mira")
    await revise(editor, thread, BEFORE)
    second = await site.value(
        "select p.lineage from passage p join revision r on r.id = p.revision join thread t on t.article = r.article "
        "where t.id = $1 and r.number = t.revision and p.text like 'Paragraph number 2 %'",
        thread,
    )
    form = {"body": "About the second.", "passage": str(second), "quote": BEFORE[1][:100]}
    anchored = int((await editor.post(f"/t/{thread}/comments", **form)).rpartition("#c")[2])
    await reader.open_thread(thread)
    page = reader.page
    read = await page.evaluate(READ, "number 6")
    await expect(page.locator(f".is-read > #{read}")).to_be_visible()
    top, moved = await page.evaluate(TOP, read), len(await reader.shifts())

    after = ["A new beginning.", BEFORE[0], BEFORE[1].replace("says so", "says it") + SENTENCE * 3, *BEFORE[2:6]]
    after += [BEFORE[6].replace("says so", "says it"), *BEFORE[7:10], BEFORE[11]]
    await revise(editor, thread, after)
    notice = page.locator("#article-notice")
    await expect(notice).to_contain_text("The article was revised:")
    await expect(page.locator(".passage", has_text="A new beginning.")).to_have_count(1)
    await expect(page.locator(".passage", has_text="number 11 says")).to_have_count(0)
    await expect(page.locator(".passage", has_text="number 7 says so")).to_have_count(1)
    await expect(page.locator(".is-revised")).to_have_count(1)
    assert abs(await page.evaluate(TOP, read) - top) < 1
    assert (await reader.shifts())[moved:] == []

    await expect(page.locator(f"#c{anchored}")).to_have_attribute("data-anchor", "same")
    await notice.get_by_role("button", name="Show the changes here").click()
    await expect(page.locator(".passage", has_text="number 7 says it")).to_have_count(1)
    await expect(page.locator(f"#c{anchored}")).to_have_attribute("data-anchor", "changed")
    assert abs(await page.evaluate(TOP, read) - top) < 1
