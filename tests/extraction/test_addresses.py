# ruff: noqa: S104 - 0.0.0.0 is refused here, not bound to
import asyncio
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path

import httpcore
import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.addresses import Address, is_public, resolve
from parley.extraction.fetching.fetch import fetch

pytestmark = pytest.mark.anyio

REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "127.0.0.1", "127.1.2.3", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::8.8.8.8", "64:ff9b:1::a00:1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::1", "2002:a00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fd12:3456:789a::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "ff0e::1", "4000::1",
]  # fmt: skip
ALLOWED = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.32.0.1",
    "192.169.0.1", "198.20.0.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e",
    "2001:4860:4860::8888", "2003::1",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ALLOWED)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0x7f000001", "localhost", "[::1]", "[::ffff:127.0.0.1]"],
)
async def test_an_odd_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotImport):
        await fetch(f"http://{host}/")


@pytest.mark.parametrize("url", ["ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "//a.example", ""])
async def test_only_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(CannotImport, match="https"):
        await fetch(url)


async def test_a_name_in_the_address_is_refused() -> None:
    with pytest.raises(CannotImport, match="@"):
        await fetch("http://example.org@127.0.0.1/")


async def test_other_ports_than_the_webs_are_refused() -> None:
    with pytest.raises(CannotImport, match="6379"):
        await fetch("http://public.example:6379/", resolver=_resolver("93.184.216.34"))


async def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(CannotImport, match="public internet"):
        await fetch("http://mixed.example/", resolver=_resolver("93.184.216.34", "10.0.0.1"))


async def test_an_allowed_network_does_not_open_the_others() -> None:
    with pytest.raises(CannotImport, match="public internet"):
        await fetch("http://127.0.0.1/", allow=(ip_network("10.0.0.0/8"),))


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that would have been connected to. None is."""
    tried: list[str] = []

    async def refuse(_backend: object, host: str, *_more: object) -> httpcore.AsyncNetworkStream:
        tried.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", refuse)
    return tried


async def test_a_host_is_resolved_once_and_that_address_is_the_one_connected_to(tried: list[str]) -> None:
    answers = [[ip_address("93.184.216.34")], [ip_address("127.0.0.1")]]

    async def rebinding(_host: str, _port: int) -> list[Address]:
        return answers.pop(0)

    with pytest.raises(CannotImport, match="cannot be reached"):
        await fetch("http://rebinding.example/", resolver=rebinding)
    assert tried == ["93.184.216.34"]
    assert len(answers) == 1


async def test_few_of_a_thousand_addresses_are_tried(tried: list[str]) -> None:
    names = [f"127.0.{number // 256}.{number % 256}" for number in range(1, 1_001)]
    with pytest.raises(CannotImport, match="cannot be reached"):
        await fetch("http://many.example/", allow=(ip_network("127.0.0.0/8"),), resolver=_resolver(*names))
    assert tried == names[:8]


async def test_names_that_nobody_resolves_hold_up_no_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six lookups of one member occupied all threads of the worker, so that it could not reach its mail server."""
    may_answer = threading.Event()

    def hang(*_args: object, **_options: object) -> list[object]:
        may_answer.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    lookups = [asyncio.create_task(resolve(f"{number}.example", 443)) for number in range(64)]
    await asyncio.sleep(0)

    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 30) == "done"
    finally:
        may_answer.set()
        await asyncio.gather(*lookups)


async def test_no_encoding_of_a_private_address_is_connected_to(
    real: Callable[[str], Path], tell: Callable[[str], None]
) -> None:
    """Every host of the list is resolved to a private address, as a hostile name server would."""
    lists = sorted(real("text").glob("ssrf/encodings-*.txt"))
    urls = [line.encode().decode("unicode_escape") for file in lists for line in file.read_text().splitlines()]
    for url in filter(None, urls):
        with pytest.raises(CannotImport):
            await fetch(url, resolver=_resolver("10.0.0.1"))
    assert len(urls) > 100
    tell(f"ssrf: {len(urls)} spellings, all refused")


def _resolver(*addresses: str) -> Callable[[str, int], object]:
    async def answer(_host: str, _port: int) -> list[Address]:
        return [ip_address(address) for address in addresses]

    return answer
