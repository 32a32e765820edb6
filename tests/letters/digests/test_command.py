"""`parley digest preview`, `parley digest why` and `parley digest run`."""

import json
import subprocess

import pytest

from parley.discussion.threads import reading
from parley.letters.digests import ops
from parley.platform import db
from tests import command, make
from tests.letters.digests.issuing import due, reader, thread_with_sides

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]


def parley(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command.parley("digest", *arguments)


async def test_the_next_issue_is_shown_as_it_is_read_in_a_terminal() -> None:
    await reader("mira")
    await thread_with_sides()

    done = parley("preview", "Mira")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Next issue: 20")
    assert 'disagree on "The wager' in done.stdout
    assert "It is right, and here is why." in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "http" not in line) <= 72
    assert await db.value("select count(*) from issue_item") == 0


async def test_it_is_shown_as_json_and_as_html_too() -> None:
    await reader("mira")
    await thread_with_sides()

    found = json.loads(parley("preview", "mira", "--json").stdout)

    assert 'disagree on "The wager' in found["subject"]
    assert parley("preview", "mira", "--html").stdout.startswith("<!DOCTYPE html>")


async def test_an_empty_preview_says_that_nothing_would_be_sent() -> None:
    mira = await reader("mira")
    assert "nothing would be sent" in parley("preview", "mira").stdout
    await ops.stop(mira.id)
    assert "the digest is off" in parley("preview", "mira").stdout


async def test_an_unknown_member_is_one_clear_sentence() -> None:
    done = parley("preview", "nobody")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "There is no member nobody with a confirmed address.\n"


async def test_why_says_that_a_comment_is_in_the_next_issue_or_what_keeps_it_out() -> None:
    mira = await reader("mira")
    thread, first, _ = await thread_with_sides()
    unnoticed = await make.comment(thread, await make.member("sam"), "Nobody answered.", stance="adds")

    assert parley("why", "mira", str(first)).stdout == "It is in the next issue.\n"
    assert parley("why", "mira", str(unnoticed)).stdout == (
        "Nobody voted that it is worth reading, and nobody else replied.\n"
    )
    await reading.open_thread(mira.id, thread)
    assert "The member has read it" in parley("why", "mira", str(first)).stdout
    assert parley("why", "mira", "999999").stderr == "There is no comment 999999.\n"


async def test_a_dry_run_counts_and_a_run_builds_what_was_planned() -> None:
    await due(await reader("mira"))
    await thread_with_sides()

    dry = parley("run", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout == (
        "1 issue is due: 1 letter with 2 items in all, 0 empty, 0 asked whether they still want it.\n"
    )
    assert await db.value("select count(*) from issue") == 0

    assert parley("run").returncode == 0
    assert await db.value("select count(*) from issue") == 1
