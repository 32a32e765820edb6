"""The commands in the documents: those in blocks of `sh` are run, and options that sentences name exist.

A new block is run too, or stands in NOT_RUN with the reason.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import rich_click as click

from parley.site.cli import main
from parley.site.demo import logins
from tests.platform.local_servers.installation import Up, wait_for
from tests.ports import free_port
from tests.programs import installed
from tests.project.test_documents import DOCUMENTS, ROOT

FENCED = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# `parley` as it is called in a sentence, also in a container. An ellipsis stands for arguments.
CALLED = re.compile(r"`(?:docker compose exec web )?parley ([a-z][^`]*)`")
# The first line of a block, and why it is not run here.
NOT_RUN = {
    "git clone <address of this repository> parley && cd parley": "the network",
    "make run     # starts everything with a demo community; prints the address and the demo logins": (
        "installs into the checkout, then starts `parley up` as this test does"
    ),
    'parley api post /api/v1/imports \'{"source": "url", "url": "https://blog.example/story", '
    '"topic": "research"}\'': "the network; tests/interfaces/api/test_articles.py sends the same",
    "for id in $(seq 1 2000); do  # up to the newest topic": "the network",
    "git pull": "the Docker engine",
    "python3 -m venv .venv       # Debian and Ubuntu: apt-get install python3-venv": "installs a release",
    'in_folder="docker compose run --rm --no-deps --user $(id -u) --volume $PWD:/backup migrate"': "the Docker engine",
    ".venv/bin/parley backup last.backup                   # with the version of Parley that wrote the folder": (
        "two versions; tests/platform/upgrade/test_major.py does it"
    ),
    "parley upgrade --undo": "Parley must not run; tests/platform/upgrade/test_undoing.py does it",
    "git tag --sign v1.2.3 --message \"$(sed -n '/^## 1.2.3/,/^## /p' CHANGELOG.md | sed '$d')\" "
    "&& git push origin v1.2.3": "publishes a release",
    "sha256sum --check SHA256SUMS": "a release on GitHub",
    "uvx openapi-python-client generate --url https://parley.example/api/v1/openapi.json --meta none --output-path "
    "parley_client": "the network; tests/interfaces/api/test_generated_client.py runs it",
}
POST_SECONDS = 8.0
ESSAY = "# An essay\n\n" + "Words of an essay that is long enough to be one, said in several ways. " * 12
TALK = '{"id": "a", "parent": null, "author": "jon", "created_utc": 1700000000, "body": "From elsewhere."}\n'
DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"><thread dsq:id="1">
<link>https://gone.invalid/story</link><title>A story</title></thread>
<post dsq:id="2"><message>Words.</message><createdAt>2020-01-01T00:00:00Z</createdAt><isDeleted>false</isDeleted>
<author><name>Jon</name></author><thread dsq:id="1"/></post></disqus>"""
OPML = '<opml version="2.0"><body><outline xmlUrl="https://gone.invalid/feed.xml"/></body></opml>'
FILES = {"essay.md": ESSAY, "talk.jsonl": TALK, "export.xml": DISQUS, "subscriptions.opml": OPML}


def blocks() -> Iterator[tuple[str, str]]:
    """Yield the name of the document and the text of each block of `sh`."""
    for document in DOCUMENTS:
        for _, text in FENCED.findall(document.read_text()):
            yield document.relative_to(ROOT).as_posix(), textwrap.dedent(text)


def head(block: str) -> str:
    return block.partition("\n")[0]


def calls() -> set[str]:
    texts = (FENCED.sub("", document.read_text()) for document in DOCUMENTS)
    return {call.replace("\n", " ") for text in texts for call in CALLED.findall(text)}


def unknown(call: str) -> list[str]:
    """Return the words of a call that are neither commands nor options."""
    group: click.Command = main
    words = shlex.split(call.replace("[", " ").replace("]", " ").replace("…", ""))
    while isinstance(group, click.Group) and words:
        name = words.pop(0)
        found = group.get_command(click.Context(group), name)
        if found is None:
            return [name]
        group = found
    known = {option for parameter in group.params for option in [*parameter.opts, *parameter.secondary_opts]}
    return [word for word in words if word.startswith("--") and word not in known | {"--help"}]


def test_every_command_and_option_that_a_sentence_names_exists() -> None:
    assert len(calls()) > 50
    assert {call: found for call in calls() if (found := unknown(call))} == {}
    assert (unknown("membr add"), unknown("member add NAME --rank x")) == (["membr"], ["--rank"])


def test_no_block_is_said_not_to_be_run_that_is_not_there() -> None:
    assert NOT_RUN.keys() - {head(block) for _, block in blocks()} == set()


def token_of(site: str, which: int) -> str:
    """Make a token as a member of the demo does, on the pages."""
    _, name, password = logins()[which]
    with httpx.Client(base_url=site, headers={"Origin": site}, follow_redirects=True) as browser:
        assert browser.post("/login", data={"login": name, "password": password}).is_success
        made = browser.post("/settings/tokens", data={"name": "a test", "days": "7", "comment": "1", "vote": "1"})
    found = re.search(r"prl_[\w-]+", made.text)
    assert found, made.text
    return found[0]


class Shell:
    """Bash in a folder with an installation `var`, in which `parley` is that of this environment."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder, self.posted = folder, 0.0
        for name, text in FILES.items():
            (folder / name).write_text(text)
        (folder / ".venv").symlink_to(Path(sys.prefix))
        token, self.other = (token_of(site, which) for which in (0, 1))
        paths = [str(Path(sys.prefix) / "bin"), *{str(Path(installed(name, name)).parent) for name in ("curl", "jq")}]
        own = {
            "PATH": ":".join([*paths, os.environ["PATH"]]),
            "PARLEY_BASE_URL": site,
            "CHAT_WEBHOOK": f"{site}/healthz",
        }
        self.env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | own
        self.env |= {"PARLEY_TOKEN": token, "TOKEN": token}
        # What stands for the reader's own.
        self.own = {
            "https://parley.example": site, "/t/12/": "/t/1/", ".thread == 12": ".thread == 1",
            "docker compose exec web parley": "parley",
            "parley up --data new": f"parley up --data new --port {free_port()}",
            "--port 8001": f"--port {free_port()}",
        }  # fmt: skip

    def start(self, block: str) -> subprocess.Popen[bytes]:
        for theirs, ours in self.own.items():
            block = block.replace(theirs, ours)
        with (self.folder / "said").open("wb") as said:
            command = ["bash", "-euo", "pipefail", "-c", block]
            return subprocess.Popen(
                command, cwd=self.folder, env=self.env, stdout=said, stderr=said, start_new_session=True
            )

    def said(self) -> str:
        return (self.folder / "said").read_text()

    def comment(self) -> None:
        """Post a comment that names the bad site of the recipe; a link would wait for a moderator."""
        body = {"body": f"Look at bad.example for {os.urandom(8).hex()}."}
        answer = httpx.post(
            f"{self.env['PARLEY_BASE_URL']}/api/v1/threads/1/comments",
            json=body,
            headers={"Authorization": f"Bearer {self.other}"},
        )
        assert answer.is_success, answer.text

    def reported(self) -> bool:
        """Post every few seconds until the script has seen it; it may begin late."""
        if time.monotonic() > self.posted + POST_SECONDS:
            self.posted = time.monotonic()
            self.comment()
        return (self.folder / "position").exists()

    def is_done(self, block: str) -> Callable[[], bool] | None:
        """Say when a block that goes on forever has done what it is for."""
        if re.search(r"parley up\b", block):
            return lambda: "ready http" in self.said()
        if "api watch" not in block:
            return None
        return (self.folder / "thread.md").exists if "mirror()" in block else self.reported

    def fault(self, block: str) -> str | None:
        """Run a block, and return what it said if it failed."""
        for earlier in self.folder.glob("*.backup"):
            earlier.unlink()
        process, is_done = self.start(block), self.is_done(block)
        if is_done is None:
            return None if process.wait() == 0 else self.said()
        wait_for(lambda: process.poll() is not None or is_done())
        if process.poll() is not None:
            return self.said() or "It ended."
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        return None


@contextmanager
def shell(folder: Path) -> Iterator[Shell]:
    up = Up(folder / "var", free_port())
    try:
        up.read_until("ready ")
        yield Shell(folder, up.address)
    finally:
        up.end(signal.SIGTERM)


@pytest.mark.slow
def test_the_commands_of_the_documents_work_in_their_order(tmp_path: Path) -> None:
    with shell(tmp_path) as bash:
        run = [(name, block) for name, block in blocks() if head(block) not in NOT_RUN]
        assert {f"{name}: {block}": fault for name, block in run if (fault := bash.fault(block))} == {}
