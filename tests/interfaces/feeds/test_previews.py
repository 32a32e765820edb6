"""Previews of links: the picture that the worker draws, and oEmbed."""

from io import BytesIO

import httpx
import msgspec
import pytest
from litestar import Litestar
from lxml import etree
from PIL import Image, ImageChops

from parley.discussion.commenting import editing
from parley.discussion.threads.voices import Voice, Voices
from parley.interfaces.feeds import drawing, fonts, jobs
from parley.platform import db
from tests import make
from tests.restricting import decide

pytestmark = pytest.mark.anyio

PICTURE = "select '/card/' || thread || '/' || digest || '.png' from link_picture where thread = $1"


async def test_the_worker_draws_a_picture_that_the_page_names(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    assert "og:image" not in (await client.get(f"/t/{thread}?sort=new")).text

    assert await jobs.draw_due() == 1
    assert await jobs.draw_due() == 0

    path = await db.value(PICTURE, thread)
    page = (await client.get(f"/t/{thread}?sort=old")).text
    answer = await client.get(path)
    assert f'<meta property="og:image" content="http://localhost{path}">' in page
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert Image.open(BytesIO(answer.content)).size == (1200, 630)
    assert (await client.get(f"/card/{thread}/{'0' * 16}.png")).status_code == 404


async def test_it_is_drawn_again_at_the_first_comment(client: httpx.AsyncClient, app: Litestar) -> None:
    thread, jon = await make.thread(), await make.member()
    await jobs.draw_due()
    first = await db.value(PICTURE, thread)
    await make.comment(thread, jon)
    assert await jobs.draw_due() == 1
    await make.comment(thread, jon)
    assert await jobs.draw_due() == 0

    assert await db.value(PICTURE, thread) != first
    assert (await client.get(first)).status_code == 404


async def test_a_picture_of_a_withheld_title_is_not_served_even_before_the_worker_runs(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    thread, admin = await make.thread(), await make.member(role="admin")
    await jobs.draw_due()
    path = await db.value(PICTURE, thread)

    await decide(admin, thread, "title")

    assert (await client.get(path)).status_code == 404
    assert "og:image" not in (await client.get(f"/t/{thread}")).text
    await jobs.draw_due()
    assert await db.value("select count(*) from link_picture") == 0


async def test_it_shows_the_disagreement_while_both_sides_are_there(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    await jobs.draw_due()
    without = await db.value(PICTURE, thread)
    pair = [
        await make.comment(thread, await make.member(), f"It {stance}.", stance=stance)
        for stance in ("supports", "challenges")
    ]
    await jobs.draw_due()
    await db.execute(
        "update thread_stats set disagreement = $2::bigint[], refreshed_at = now() + interval '1 s' where thread = $1",
        thread,
        pair,
    )
    # Not of what the page shows now, and drawn again once: its worker compares them after the stats were computed.
    assert "og:image" not in (await client.get(f"/t/{thread}?sort=new")).text
    assert await jobs.draw_due() == 1
    path = await db.value(PICTURE, thread)
    assert path != without
    assert {(26, 106, 79), (163, 55, 16)} <= colours((await client.get(path)).content)
    assert path in (await client.get(f"/t/{thread}?sort=old")).text

    await make.put_state("comment", pair[0], "removed")

    assert (await client.get(path)).status_code == 404
    await jobs.draw_due()
    assert await db.value(PICTURE, thread) != path


async def test_what_is_no_longer_said_is_compared_once(app: Litestar) -> None:
    thread = await make.thread()
    await jobs.draw_due()
    await db.execute(
        "update thread_stats set disagreement = '{7}', refreshed_at = drawn_at + interval '1 us' from link_picture k"
        " where k.thread = thread_stats.thread and k.thread = $1",
        thread,
    )
    assert [await jobs.draw_due(), await jobs.draw_due()] == [1, 0]


def test_a_side_in_letters_that_our_fonts_lack_leaves_out_both() -> None:
    side = [
        msgspec.convert(
            dict.fromkeys(Voice.__struct_fields__, 1)
            | {"is_disputed": True, "stance": stance, "author": "ada", "is_member": True, "assisted": False}
            | {"words": words, "passage_text": "p", "quote": "x", "around": "x"},
            Voice,
        )
        for stance, words in (("supports", "It does."), ("challenges", "ქართული"))
    ]
    both = Voices(side, is_disputed=True, about="sentence", passage=1, quote="It does")

    assert drawing.draw("T", None, [1, 2], 3, 2, "Parley", "", both) == drawing.draw("T", None, [1, 2], 3, 2, "Parley")


def colours(picture: bytes) -> set[object]:
    image = Image.open(BytesIO(picture)).convert("RGB")
    return {colour for _, colour in image.getcolors(1 << 20) or []}


INK = (29, 27, 23)
TITLES = {
    "latin, greek": ("Wagers, žluťoučký, Στοίχημα", None),
    "cyrillic": ("Заменит ли ИИ писателей?", None),
    "simplified": ("人工智能会取代作家吗？", "sc"),
    "traditional": ("鈉離子電池", "tc"),
    "traditional and simplified": ("人工智慧會取代作家嗎？鈉離子電池", None),
    "japanese": ("人工知能は作家に取って代わるのか", "jp"),
    "korean": ("인공지능은 작가를 대체할 것인가", "kr"),
    "korean with hanja": ("한국어와 漢字", None),
    "arabic": ("هل سيحل الذكاء الاصطناعي محل الكتّاب في GPT-5؟", "arabic"),
    "hebrew": ("האם GPT-5 תחליף סופרים?", "hebrew"),
    "hindi": ("क्या हिन्दी में एक लंबी बहस होगी?", "devanagari"),
    "thai": ("ปัญญาประดิษฐ์จะมาแทนที่นักเขียนหรือไม่", "thai"),
    "emoji": ("A title 🎉👩🏽‍💻 with ❤️ emoji", "latin"),
}
needs_fribidi = pytest.mark.skipif(not fonts.CAN_SHAPE, reason="FriBiDi is not installed")


@needs_fribidi
@pytest.mark.parametrize(("title", "font"), TITLES.values(), ids=TITLES)
def test_titles_of_many_scripts_are_drawn(title: str, font: str | None) -> None:
    names = fonts.fonts_for(fonts.without_emoji(title))

    assert names
    assert font is None or names == (font,)
    assert INK in colours(drawing.draw(title, None, [3, 1, 0, 0, 2], 6, 4, "Parley"))


@pytest.mark.parametrize("title", ["ქართული", "Ein ქ", "שלום 人工智能", "\ue000"])
def test_a_title_in_letters_that_our_fonts_lack_is_left_out(title: str) -> None:
    assert fonts.fonts_for(title) == ()
    assert INK not in colours(drawing.draw(title, title, [], 0, 0, title))


def test_only_the_large_font_of_the_title_is_opened_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (fonts._font, fonts._sample_font, fonts._has):
        one.cache_clear()
    opened: list[str] = []
    truetype = fonts.ImageFont.truetype
    monkeypatch.setattr(
        fonts.ImageFont, "truetype", lambda path, *a, **k: opened.append(path.stem) or truetype(path, *a, **k)
    )

    drawing.draw("人工智能", "paper.example", [], 0, 0, "Parley")

    large = {f"noto-sans-{name}" for name in fonts.EAST_ASIAN}
    assert [one for one in opened if one in large] == ["noto-sans-sc"]


@needs_fribidi
def test_letters_are_joined_and_run_from_right_to_left() -> None:
    arabic = fonts.Lettering(("arabic",), 60)
    assert arabic.width("لا") < arabic.width("ل") + arabic.width("ا")
    title = Image.open(BytesIO(drawing.draw("شعر", None, [], 0, 0, ""))).crop((0, 100, drawing.WIDTH, 300))

    left, _, right, _ = ImageChops.difference(title, Image.new("RGB", title.size, drawing.PAPER)).getbbox() or (
        0,
        0,
        0,
        0,
    )

    assert left > drawing.WIDTH / 2
    assert right == pytest.approx(drawing.WIDTH - drawing.MARGIN, abs=6)


def test_without_fribidi_only_scripts_that_need_it_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "NAMES", tuple(name for name in fonts.NAMES if name not in fonts.SHAPED))
    monkeypatch.setattr(fonts, "CAN_SHAPE", False)

    assert not fonts.fonts_for("שלום")
    assert INK in colours(drawing.draw("人工智能", None, [], 0, 0, "Parley"))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("A long word", ["A", " long", " word"]),
        ("関係、「言葉」。", ["関", "係、", "「言", "葉」。"]),
        ("GPT（人工）", ["GPT", "（人", "工）"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("เขา word (or)", ["เขา", " word", " (or)"]),
    ],
)
def test_where_a_line_may_end(text: str, pieces: list[str]) -> None:
    assert drawing.PIECE.findall(text) == pieces


def test_no_word_is_longer_than_its_line() -> None:
    picture = Image.open(BytesIO(drawing.draw("Donaudampfschiff" * 20, None, [], 0, 0, "Parley")))

    margin = picture.crop((drawing.WIDTH - drawing.MARGIN + 4, 20, drawing.WIDTH, drawing.HEIGHT))
    assert margin.getcolors() == [(margin.width * margin.height, (251, 250, 246))]


@pytest.mark.parametrize("title", ["", " ", "a" * 5_000, "W " * 3_000, "\x00\x07", "é́" * 300])
def test_any_title_can_be_drawn(title: str) -> None:
    assert Image.open(BytesIO(drawing.draw(title, title, [1], 1, 1, "Parley"))).size == (1200, 630)


async def test_oembed_describes_a_thread_and_a_comment(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread(make.text(title="A <b> title"))
    comment = await make.comment(thread, jon, "Fine & <well>.")
    page = f"http://localhost{await make.address(thread)}"

    of_thread = (await client.get("/oembed", params={"url": page, "maxwidth": "400"})).json()
    of_comment = await client.get("/oembed", params={"url": f"http://localhost/c/{comment}"})

    assert (of_thread["version"], of_thread["type"], of_thread["width"]) == ("1.0", "rich", 400)
    assert "A &lt;b&gt; title" in of_thread["html"]
    assert of_comment.headers["access-control-allow-origin"] == "*"
    assert of_comment.json()["author_name"] == "jon"
    assert "Fine &amp; &lt;well&gt;." in of_comment.json()["html"]
    assert f'href="http://localhost/oembed?url={page.replace(":", "%3A")}"' in (await client.get(page)).text


async def test_oembed_gives_no_words_of_a_collapsed_comment(client: httpx.AsyncClient, app: Litestar) -> None:
    comment = await make.comment(await make.thread(), await make.member("jon"), "Shouting.")
    await db.execute("update comment set collapsed = 'noise' where id = $1", comment)

    described = await client.get("/oembed", params={"url": f"http://localhost/c/{comment}"})

    assert described.status_code == 200
    assert "Shouting" not in described.text and "jon" not in described.text


async def test_oembed_refuses_other_addresses(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, thread = await make.member(), await make.thread()
    gone = await make.comment(thread, jon)
    await editing.delete_comment(viewer=jon, comment_id=gone)
    others = ("", "x", "http://[", f"https://evil.example/t/{thread}", f"http://localhost/t/{thread}/a/b", "/t/1")

    for url in (*others, f"http://localhost/c/{gone}", "http://localhost/c/999999", "http://localhost/settings"):
        assert (await client.get("/oembed", params={"url": url})).status_code == 404, url


async def test_oembed_of_a_thread_has_its_claim_its_disagreement_and_its_picture(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    thread = await make.thread()
    [lineage, *_] = await make.lineages(thread)
    pair = [
        await make.comment(
            thread,
            await make.member(stance),
            f"It <{stance}>.",
            stance=stance,
            passage=lineage,
            quote="The model answers",
        )
        for stance in ("supports", "challenges")
    ]
    await make.thesis(thread, "Models answer & err.")
    await db.execute("update thread_stats set disagreement = $2::bigint[] where thread = $1", thread, pair)
    await jobs.draw_due()
    page = f"http://localhost{await make.address(thread)}"

    described = (await client.get("/oembed", params={"url": page})).json()

    assert f"<p>The article claims: Models answer &amp; err.</p><p><q>{make.WORDS[0]}</q></p>" in described["html"]
    assert "<strong>Supports:</strong> It &lt;supports&gt;. supports</p>" in described["html"]
    assert "<strong>Challenges:</strong> It &lt;challenges&gt;. challenges</p>" in described["html"]
    assert described["thumbnail_url"].startswith(f"http://localhost/card/{thread}/")
    assert (described["thumbnail_width"], described["thumbnail_height"]) == (1200, 630)
    assert (await client.get(described["thumbnail_url"])).headers["content-type"] == "image/png"
    small = (await client.get("/oembed", params={"url": page, "maxwidth": "800"})).json()
    assert "thumbnail_url" not in small
    await make.put_state("comment", pair[0], "removed")
    assert "challenges" not in (await client.get("/oembed", params={"url": page})).json()["html"]


@pytest.mark.parametrize("format_", ["json", "xml"])
async def test_oembed_answers_and_errors_have_the_format_that_was_asked_for(
    client: httpx.AsyncClient, app: Litestar, format_: str
) -> None:
    page = f"http://localhost{await make.address(await make.thread(make.text(title='A & <b>')))}"

    def fields(answer: httpx.Response) -> dict[str, str]:
        if format_ == "json":
            assert answer.headers["content-type"] == "application/json"
            return {name: str(value) for name, value in answer.json().items()}
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        return {str(one.tag): one.text or "" for one in etree.fromstring(answer.content)}

    found = await client.get("/oembed", params={"url": page, "format": format_})
    missing = await client.get("/oembed", params={"url": "x", "format": format_})
    unknown = await client.get("/oembed", params={"url": page, "format": "yaml"})

    assert fields(found)["title"] == "A & <b>" and fields(found)["version"] == "1.0"
    assert missing.status_code == 404 and fields(missing)["detail"] == "There is no page at this address."
    assert unknown.status_code == 501 and unknown.json()["status"] == 501
