"""Tests connect to nothing outside this machine, not even to an address of documentation (RFC 5737)."""

import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import pytest

# What was refused since the last test began.
refused: list[str] = []


class OutsideError(Exception):
    """A test would have reached another machine. Replace the connector or the resolver instead."""


def is_here(host: object) -> bool:
    """Whether connecting to `host` reaches this machine, without asking a name server for it."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    with suppress(ValueError):
        ip = ip_address(str(name).partition("%")[0])
        return ip.is_loopback or ip.is_unspecified
    return False


def is_address(host: object) -> bool:
    """Whether `host` is an address, also in an odd spelling such as 127.1, so that no name server is asked."""
    with suppress(OSError):
        return bool(socket.inet_aton(str(host)))
    with suppress(ValueError):
        return bool(ip_address(str(host).partition("%")[0]))
    return False


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        sock, address = args[0], args[1]
        if sock.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
            _refuse(f"{event} {address[0]}:{address[1]}")
    elif event == "socket.getaddrinfo" and not is_here(args[0]) and not is_address(args[0]):
        _refuse(f"{event} {args[0]}")


def _refuse(what: str) -> None:
    refused.append(what)
    raise OutsideError(what)


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def nothing_outside() -> Iterator[None]:
    """Fail a test that tried to reach another machine, also where the code that it tests took the error."""
    refused.clear()
    yield
    if refused:
        pytest.fail(f"this test would have reached another machine: {', '.join(refused)}", pytrace=False)
