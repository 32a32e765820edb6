import asyncio
import gzip
import shutil
import ssl
from contextlib import suppress
from ipaddress import ip_address, ip_network
from itertools import count
from pathlib import Path
from time import thread_time

import anyio
import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.fetching import fetch as fetching
from parley.extraction.fetching.addresses import Address, GuardedNetwork, resolve
from parley.extraction.fetching.fetch import Inflater
from tests.extraction.site_of_tests import Site

pytestmark = pytest.mark.anyio

LOOPBACK = (ip_network("127.0.0.0/8"),)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


async def fetch(url: str, **more: object) -> fetching.Download:
    return await fetching.fetch(url, allow=LOOPBACK, **more)  # type: ignore[arg-type]


async def test_a_page_comes_with_what_its_server_says_about_it(site: Site) -> None:
    url = site.page(
        "/a", "<p>Zoë</p>".encode("latin-1"), "Content-Type: text/html; charset=ISO-8859-1", 'ETag: "v1"',
        "Last-Modified: Tue, 03 Feb 2026 07:30:00 GMT",
    )  # fmt: skip
    page = await fetch(url + "#part")
    assert (page.content_type, page.charset, page.etag) == ("text/html", "iso-8859-1", '"v1"')
    assert page.body.decode(page.charset or "") == "<p>Zoë</p>"
    assert page.last_modified == "Tue, 03 Feb 2026 07:30:00 GMT"
    assert page.final_url == url


@pytest.mark.parametrize("parameters", ["(" * 90_000, "; " + '"' * 90_000, "; a*0=b; a*=c" * 6_000])
async def test_a_very_long_type_costs_little_and_stops_nothing(site: Site, parameters: str) -> None:
    url = site.page("/a", b"<p>there</p>", f"Content-Type: text/html{parameters}")
    started = thread_time()
    with suppress(CannotImport):
        assert (await fetch(url)).content_type == "text/html"
    assert thread_time() - started < 1


async def test_the_request_names_us_and_carries_no_cookie(site: Site) -> None:
    site.page("/b", b"<p>there</p>")
    url = site.page("/a", b"", "Location: /b", "Set-Cookie: id=1; Path=/", status="302 Found")
    assert (await fetch(url)).final_url == site.url("/b")
    assert all("User-Agent: Parley" in request and "cookie" not in request.lower() for request in site.requests)
    assert f"Host: 127.0.0.1:{site.port}" in site.requests[-1]


async def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await fetch(site.page("/a", b"<p>there</p>"))).body == b"<p>there</p>"


async def test_three_redirects_are_followed_and_a_fourth_is_not(site: Site) -> None:
    site.page("/4", b"<p>there</p>")
    for step in range(4):
        site.redirect(f"/{step}", f"/{step + 1}")
    assert (await fetch(site.url("/1"))).final_url == site.url("/4")
    with pytest.raises(CannotImport, match="redirecting"):
        await fetch(site.url("/0"))


@pytest.mark.parametrize("broken", ["http://[", "//[x", "http://a:b/"])
async def test_a_redirect_to_what_is_no_address_says_so(site: Site, broken: str) -> None:
    site.redirect("/a", broken)
    with pytest.raises(CannotImport, match="not a web address"):
        await fetch(site.url("/a"))


async def test_a_redirect_loop_ends(site: Site) -> None:
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    with pytest.raises(CannotImport, match="redirecting"):
        await fetch(site.url("/a"))
    assert len(site.requests) == 2


@pytest.mark.parametrize("to", ["http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://me@127.0.0.1/"])
async def test_a_redirect_is_judged_like_a_first_address(site: Site, to: str) -> None:
    with pytest.raises(CannotImport):
        await fetch(site.redirect("/a", to))
    assert len(site.requests) == 1


async def test_a_redirect_from_a_public_name_to_this_machine_is_refused(site: Site) -> None:
    """The name is public in all but this test's resolver, which sends its first connection to our server."""
    site.redirect("/a", f"http://localhost:{site.port}/secret")
    with pytest.raises(CannotImport, match="public internet"):
        await fetching.fetch(site.url("/a"), allow=(ip_network("127.0.0.1/32"),), resolver=_localhost_is_six)
    assert len(site.requests) == 1


async def _localhost_is_six(host: str, port: int) -> list[Address]:
    return [ip_address("::1")] if host == "localhost" else list(await resolve(host, port))


async def test_a_server_that_drips_is_left_at_the_total_deadline(site: Site) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"<p>")
            await writer.drain()
            await asyncio.sleep(0.02)

    site.pages["/a"] = drip
    with pytest.raises(CannotImport, match=r"longer than 0\.3 seconds"):
        await fetch(site.url("/a"), deadline=0.3)


async def test_a_server_that_drips_its_headers_is_left_too(site: Site) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in count():
            writer.write(b"X-%d: 1\r\n" % number)
            await writer.drain()
            await asyncio.sleep(0.02)

    site.pages["/a"] = drip
    with pytest.raises(CannotImport, match="longer than"):
        await fetch(site.url("/a"), deadline=0.3)


async def test_an_endless_body_stops_at_the_limit(site: Site) -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    site.pages["/a"] = pour
    with pytest.raises(CannotImport, match=r"larger than 0\.1 MB"):
        await fetch(site.url("/a"), limit=100_000)
    assert sent < 20_000_000


async def test_little_is_read_at_once(site: Site) -> None:
    """httpcore parsed 64 kB before others could run: four bodies in chunks of one byte took .6 s of a worker's CPU."""
    site.pages["/a"] = OK + b"\r\n" + b"a" * 100_000
    stream = await GuardedNetwork(LOOPBACK).connect_tcp("127.0.0.1", site.port)
    await stream.write(b"GET /a HTTP/1.1\r\n\r\n")
    await asyncio.sleep(0.1)
    assert 0 < len(await stream.read(65_536)) <= 4_096
    await stream.aclose()


async def test_a_gzip_bomb_stops_at_the_limit(site: Site) -> None:
    bomb = gzip.compress(b"<p>" * 20_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(CannotImport, match="larger than 2 MB"):
        await fetch(site.page("/a", bomb, "Content-Encoding: gzip"))


def test_what_follows_the_end_of_a_packed_body_costs_nothing() -> None:
    """zlib copied all of it again with each chunk: a worker's processor was busy for ten seconds, 20 MB later."""
    inflating = Inflater("gzip", 20_000_000)
    inflating.feed(gzip.compress(b"words"))
    started = thread_time()
    for _ in range(2_000):
        inflating.feed(bytes(4_096))
    assert inflating.body == b"words"
    assert thread_time() - started < 0.5


async def test_a_packed_page_is_unpacked(site: Site) -> None:
    body = b"<p>words</p>" * 1000
    page = await fetch(site.page("/a", gzip.compress(body), "Content-Encoding: gzip"))
    assert page.body == body


async def test_a_damaged_or_unasked_packing_is_refused(site: Site) -> None:
    for encoding in ("gzip", "br", "gzip, gzip"):
        with pytest.raises(CannotImport):
            await fetch(site.page("/a", b"not packed at all", f"Content-Encoding: {encoding}"))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("401 Unauthorized", "login"),
        ("402 Payment Required", "payment"),
        ("403 Forbidden", "login"),
        ("404 Not Found", "typing mistake"),
        ("410 Gone", "typing mistake"),
        ("429 Too Many Requests", "later"),
        ("500 Internal Server Error", "500"),
        ("503 Service Unavailable", "later"),
        ("304 Not Modified", "304"),
    ],
)
async def test_a_refusal_is_told_in_words(site: Site, status: str, says: str) -> None:
    with pytest.raises(CannotImport, match=says):
        await fetch(site.page("/a", b"", status=status))


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "application/pdf"),
        (b"<p>words", "application/pdf", "it is none"),
        (b"PK", "application/zip", "application/zip"),
        (b"{}", "application/json", "application/json"),
        (b" \n ", "text/html", "no text"),
    ],
)
async def test_what_is_no_page_is_told_in_words(site: Site, body: bytes, kind: str, says: str) -> None:
    with pytest.raises(CannotImport, match=says):
        await fetch(site.page("/a", body, f"Content-Type: {kind}"))


async def test_a_pdf_is_known_by_its_bytes_and_may_be_larger_than_a_page(site: Site) -> None:
    body = b"%PDF-1.7\n" + b" " * 3_000_000
    for kind in ("application/pdf", "application/octet-stream", "text/html"):
        found = await fetch(site.page("/a", body, f"Content-Type: {kind}"), accept=fetching.ARTICLES)
        assert (found.content_type, len(found.body)) == ("application/pdf", len(body))
    with pytest.raises(CannotImport, match="2 MB"):
        await fetch(site.page("/a", b"<p>" + body, "Content-Type: application/pdf"), accept=fetching.ARTICLES)
    with pytest.raises(CannotImport, match="20 MB"):
        await fetch(site.page("/a", body * 7, "Content-Type: application/pdf"), accept=fetching.ARTICLES)


async def test_pictures_are_fetched_where_they_are_asked_for(site: Site) -> None:
    url = site.page("/a.png", b"\x89PNG", "Content-Type: image/png")
    assert (await fetch(url, accept=fetching.PICTURES)).content_type == "image/png"
    with pytest.raises(CannotImport):
        await fetch(url)


async def test_a_broken_answer_is_told_in_words(site: Site) -> None:
    for answer in (b"", b"garbage\r\n\r\n", OK + b"Content-Length: 50\r\n\r\n<p>half"):
        site.pages["/a"] = answer
        with pytest.raises(CannotImport, match="was lost"):
            await fetch(site.url("/a"))


async def test_a_site_that_is_down_or_unknown_is_told_in_words(free_tcp_port: int) -> None:
    with pytest.raises(CannotImport, match="cannot be reached"):
        await fetch(f"http://127.0.0.1:{free_tcp_port}/")

    async def unknown(_host: str, _port: int) -> list[Address]:
        raise OSError

    with pytest.raises(CannotImport, match=r"no site called nowhere\.example"):
        await fetch("https://nowhere.example/", resolver=unknown)


async def test_a_site_that_speaks_no_tls_is_told_in_words() -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        with pytest.raises(CannotImport, match="secure connection"):
            await fetch(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl is not installed, so no certificate can be made")
    make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=us -keyout key -out cert"
    await anyio.run_process([openssl, *make.split()], cwd=tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=tls) as server:
        with pytest.raises(CannotImport, match="certificate"):
            await fetch(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
