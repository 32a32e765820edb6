"""What members' pages have in common is compressed once, and nobody gets another's part."""

import gzip
import zlib
from random import Random

import httpx
import pytest
import zstandard
from litestar import Litestar

from parley.platform.http import encodings, pages
from parley.platform.http.encodings import ENCODINGS, IDENTITY, compress, join
from parley.platform.http.pages import Finished, Prepared
from tests import make

pytestmark = pytest.mark.anyio

ACCEPTED = ["zstd", "gzip", "identity"]
PRESSED = 'aria-pressed="true"'


def decoded(content: bytes, encoding: str) -> bytes:
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress(content)
    if encoding == "gzip":
        member = zlib.decompressobj(31)
        plain = member.decompress(content)
        # Browsers read the first member of a file only.
        assert (member.eof, member.unused_data) == (True, b"")
        assert gzip.decompress(content) == plain
        return plain
    return content


@pytest.mark.parametrize("encoding", [*ENCODINGS, IDENTITY])
@pytest.mark.parametrize("sizes", [[], [0], [70_000], [0, 5, 0], [300, 400_000, 1, 90_000]])
def test_parts_are_read_as_one_page(encoding: str, sizes: list[int]) -> None:
    random = Random(len(sizes))
    parts = [bytes(random.choices(b"<p>abc", k=size)) for size in sizes]

    page = join([compress(part, encoding) for part in parts], encoding)

    assert decoded(page, encoding) == b"".join(parts)


def test_a_shared_part_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []
    monkeypatch.setitem(encodings.ENCODINGS, "zstd", lambda plain: made.append(plain) or plain)  # type: ignore[func-returns-value]
    shared = Prepared([b"<p>", b"all"], shared=True)

    pages = [Finished([own, shared, b"end"]).encoded("zstd").content for own in (b"one", b"two")]

    assert pages == [b"one<p>allend", b"two<p>allend"]
    assert made == [b"one", b"<p>all", b"end", b"two", b"end"]


async def test_each_member_gets_their_own_votes_and_blocks(app: Litestar) -> None:
    thread = await make.thread(starter=await make.member())
    author, voter, reader, hurt = [await make.member() for _ in range(4)]
    first = await make.comment(thread, author, "Whoever asks pays.")
    await make.comment(thread, voter, "Nobody asks.")
    await make.vote(voter, first)
    await make.block(hurt, author)
    address = await make.address(thread)
    shown: dict[str, set[tuple[bool, bool, bool]]] = {}
    for _ in range(2):
        for accepted in ACCEPTED:
            for name, who in {"reader": reader, "voter": voter, "hurt": hurt, "author": author}.items():
                async with make.browser(app) as client:
                    await make.sign_in(client, who)
                    page = (await client.get(address, headers={"Accept-Encoding": accepted})).text
                edits = f"/c/{first}/edit" in page
                shown.setdefault(name, set()).add((PRESSED in page, "Whoever asks pays." in page, edits))
    assert shown == {
        "reader": {(False, True, False)},
        "voter": {(True, True, False)},
        "hurt": {(False, False, False)},
        "author": {(False, True, True)},
    }


async def test_members_without_anything_of_their_own_share_the_comments(
    app: Litestar, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await make.thread(starter=await make.member())
    first = await make.comment(thread, await make.member(), "Whoever asks pays.")
    voter = await make.member()
    await make.vote(voter, first)
    address = await make.address(thread)
    compressed: list[bytes] = []
    zstd = ENCODINGS["zstd"]
    monkeypatch.setitem(ENCODINGS, "zstd", lambda plain: compressed.append(plain) or zstd(plain))  # type: ignore[func-returns-value]

    for who in (await make.member(), await make.member(), voter):
        await make.sign_in(client, who)
        page = await client.get(address, headers={"Accept-Encoding": "zstd"})
        assert "Whoever asks pays." in page.text

    # Once for the two readers, once for the voter.
    assert sum(b"Whoever asks pays." in part for part in compressed) == 2


def test_only_marks_of_what_is_prepared_are_taken_for_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, empty = Prepared([b"all"], shared=True), Prepared([])
    html = f"\x00a\x00 \x0012\x00{shared.mark}b\x00 {empty.mark}"
    monkeypatch.setattr(pages, "_rendered", lambda *_: html)

    assert pages.render_parts("any.html", shared=shared, empty=empty) == [b"\x00a\x00 \x0012\x00", shared, b"b\x00 "]
    assert pages.render("any.html", shared=shared, empty=empty) == b"\x00a\x00 \x0012\x00allb\x00 "
    assert pages.render("any.html") == html.encode()
