"""Isso, the smallest of the peers, beside Parley: the same load on the same machine in the same run.

Isso has one level of replies, no accounts and no ranking. Its package is installed apart from Parley's.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path

import httpx
import msgspec

from bench.harness import ROUNDS, Harness, free_port, web
from bench.load import drive, request
from bench.report import Figure
from bench.writing import HTMX, reply, spread, vote

ROOT = Path(__file__).parents[1]
VERSION = "isso==0.13.0"
COMMENTS = 40
# Of httpx, with pauses that double: half a minute.
RETRIES = 6
SECONDS = 2.0
SETTINGS = """
[general]
dbpath = {folder}/comments.db
host = http://localhost/
[server]
listen = http://127.0.0.1:{port}/
[guard]
enabled = false
"""


async def measure(harness: Harness) -> list[Figure]:
    """The share is how many times Parley does what Isso does."""
    community = harness.community
    path, cookies = f"/t/{community.written[-1]}/thread", cycle(community.cookies[:200])
    replies = (reply(community.cookies, one, **HTMX) for one in spread(community, 21, most=1))
    votes = (vote(community.cookies, one, **HTMX) for one in spread(community, 22))
    with isso(harness.folder) as port:
        async with web() as running:
            numbers = count(COMMENTS + 1)
            likes = cycle([sent(f"/id/{one}/like", {}) for one in range(1, COMMENTS + 1)])
            kinds: list[tuple[str, Iterator[bytes], Iterator[bytes]]] = [
                (
                    f"a thread of {COMMENTS} comments, 200 members in turn",
                    (request("GET", path, Cookie=one) for one in cookies),
                    cycle([request("GET", "/?uri=/a/")]),
                ),
                ("a reply by htmx, all in one thread", replies, (comment(next(numbers)) for _ in cycle([0]))),
                ("a vote by htmx", votes, likes),
            ]
            figures = [Figure("peers", f"{name}, beside Isso", "/s", [], []) for name, _, _ in kinds]
            for _ in range(ROUNDS):
                for figure, (_, ours, theirs) in zip(figures, kinds, strict=True):
                    figure.runs.append((await drive(running.port, ours, seconds=SECONDS)).rate)
                    figure.ceiling.append((await drive(port, theirs, seconds=SECONDS)).rate)
    return figures


@contextmanager
def isso(folder: Path) -> Iterator[int]:
    """Install and start Isso with one thread, and stop it at the end."""
    environment, port = folder / "isso", free_port()
    uv, settings = ROOT / "bin" / "uv", folder / "isso.cfg"
    subprocess.run([uv, "venv", "--quiet", environment], check=True)
    # gevent serves it; it imports pkg_resources, which newer setuptools do not have, and does not require it.
    packages = (VERSION, "gevent", "setuptools<81")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", environment / "bin" / "python", *packages], check=True)
    settings.write_text(SETTINGS.format(folder=folder, port=port))
    with (folder / "isso.log").open("w") as log:
        process = subprocess.Popen([environment / "bin" / "isso", "-c", settings, "run"], stdout=log, stderr=log)
    try:
        _fill(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _fill(port: int) -> None:
    """Wait until Isso serves, and give it a thread. Raises httpx.TransportError if it does not start."""
    retried = httpx.HTTPTransport(retries=RETRIES)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=retried) as http:
        for number in range(1, COMMENTS + 1):
            http.post("/new", params={"uri": "/a/"}, json=_text(number)).raise_for_status()


def comment(number: int) -> bytes:
    return sent("/new?uri=/b/", _text(number))


def _text(number: int) -> dict[str, str]:
    return {"title": "A", "text": f"The {number}th comment says what the others said, in words of its own."}


def sent(path: str, values: dict[str, str]) -> bytes:
    """The bytes of a request with JSON."""
    body = msgspec.json.encode(values)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
