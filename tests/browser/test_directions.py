"""A site in another language, from right to left, whose members write Hebrew letters: what pages say, and how they fit.

standing/test_languages.py looks at refusals, letters and streams of a smaller one.
"""

import httpx
import pytest
from playwright.async_api import Browser, ViewportSize

from parley.interfaces.api.scopes import SCOPES
from parley.people.community.queries import default_rules
from parley.platform.text import zones
from parley.site.demo import PASSWORD
from tests.browser.conftest import OpenTab
from tests.browser.mirror import mirror
from tests.browser.pages import by_viewer
from tests.browser.site import Site
from tests.browser.test_sizes import HEIGHT, beyond
from tests.hebrew import english, undirected
from tests.pseudo import NAMES, WORD

__all__ = ["mirror"]

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

SMALL: ViewportSize = {"width": 320, "height": HEIGHT}
# Words that are the same in every language: keys that the operator chose, and hosts of addresses.
KEYS = """
select code from guideline union select kind from mail union select domain from mail
union select encode(hash, 'hex') from mod_action
"""
# The page of mail shows those of letters that wait, written before the site spoke another language.
SUBJECTS = "select subject from mail"
# So were these letters.
WRITTEN_BEFORE = {"mail sent from here", "a letter of the digest"}
# Whether "more" stands in the half of the comment where its text ends, and how parts of a page are drawn.
AT_THE_END = """more => {
    const [link, words] = [more, more.previousElementSibling].map(one => one.getBoundingClientRect());
    return link.left > words.left + words.width / 2 && Math.abs(link.bottom - words.bottom) < link.height;
}"""
STYLE = "(one, name) => getComputedStyle(one)[name]"
MIRRORED = "matrix(-1, 0, 0, 1, 0, 0)"


async def words_of_operators(mirror: Site) -> set[str]:
    texts = [default_rules(), *zones.known_zones(), *(row[0] for row in await mirror.fetch(KEYS))]
    # The kind of the letter that a sign-in of the test sends, and a site that comments link to.
    texts += ["device", "example.org"]
    return NAMES | {word.lower() for text in texts for word in WORD.findall(text)}


async def test_pages_say_only_messages_and_members_words_each_in_its_direction(mirror: Site) -> None:
    known, found = await words_of_operators(mirror), set()
    subjects = {word.lower() for row in await mirror.fetch(SUBJECTS) for word in WORD.findall(row[0])}
    for viewer, pages in by_viewer(mirror.made["pages"]).items():
        async with httpx.AsyncClient(base_url=mirror.address, headers={"Sec-Fetch-Site": "same-origin"}) as client:
            if viewer:
                answer = await client.post("/login", data={"login": viewer, "password": PASSWORD}, timeout=60)
                assert answer.status_code == 303
            for page in pages:
                answer = await client.get(page.path, timeout=60)
                assert answer.status_code == page.status, page
                faults = set(undirected(answer.text))
                # What was searched for is as it was typed.
                typed = {word.lower() for word in WORD.findall(page.path)}
                typed |= subjects if page.name == "mail" else set()
                # Programs ask for scopes by these names in every language.
                typed |= set(SCOPES) if page.name == "settings: security" else set()
                faults |= english(answer.text, known | typed) if page.name not in WRITTEN_BEFORE else set()
                found |= {f"{page.name}: {fault}" for fault in faults}

    assert not found, "\n".join(sorted(found))


# A third of the pages, others than those that test_axe.py opens; all of them in `make sure`.
@pytest.mark.parametrize("some", [slice(1, None, 3), pytest.param(slice(None), marks=pytest.mark.slow)], ids=str)
async def test_mirrored_pages_fit(mirror: Site, browser: Browser, some: slice) -> None:
    found: dict[str, list[str]] = {}
    for viewer, pages in by_viewer(mirror.made["pages"][some]).items():
        context = await browser.new_context(viewport=SMALL, reduced_motion="reduce")
        if viewer:
            answer = await context.request.post(
                f"{mirror.address}/login", form={"login": viewer, "password": PASSWORD}, max_redirects=0
            )
            assert answer.status == 303
        page = await context.new_page()
        for one in pages:
            await page.goto(mirror.address + one.path)
            if out := await beyond(page):
                found[one.name] = out
        await context.close()

    assert found == {}


async def test_english_on_an_arabic_page_keeps_its_direction_and_pictures_are_mirrored(open_tab: OpenTab) -> None:
    tab = await open_tab(locale="ar")
    page = tab.page
    await tab.open("/t/1/x")
    await page.locator(".clamp:not([open], [hidden])").first.wait_for()

    assert await page.locator(".clamp:not([open], [hidden])").first.evaluate(AT_THE_END)
    assert await page.locator(".group q").first.evaluate(STYLE, "quotes") == '"“" "”"'
    assert await page.locator(".comment-score b").first.evaluate(STYLE, "direction") == "ltr"
    assert (await page.locator("#article").bounding_box() or {})["x"] > 500
    await tab.open("/t/1/x?view=stand")
    assert await page.locator(".map svg").first.evaluate(STYLE, "transform") == "none"
    await tab.open("/how")
    assert await page.locator(".how svg").first.evaluate(STYLE, "transform") == MIRRORED
    assert await page.locator(".how text").first.evaluate(STYLE, "transform") == MIRRORED
