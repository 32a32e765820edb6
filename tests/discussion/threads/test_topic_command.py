"""`parley topic`: topics are listed, added, renamed and removed; mistakes are said in one sentence."""

import asyncio
import json
import subprocess

import httpx
import pytest

from parley.platform import db, tasks
from parley.platform.http.environment import environment
from parley.site import app
from tests import command, make

SECONDS = 30

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]


def parley(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command.parley("topic", *arguments)


async def test_a_topic_is_added_at_the_end_renamed_and_removed() -> None:
    assert parley("add", "chess", "Chess").stdout == "Added chess.\n"
    assert parley("rename", "chess", "  Chess and Go ").returncode == 0
    assert json.loads(parley("list", "--json").stdout)["topics"][-1] == {"slug": "chess", "name": "Chess and Go"}

    assert parley("remove", "chess").stdout == "Removed chess.\n"
    assert "chess" not in parley("list").stdout


async def test_pages_show_a_new_topic_without_a_restart(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(environment().globals, "topics", [])
    monkeypatch.setattr(app, "TOPICS_SECONDS", 0.01)
    parley("add", "chess", "Chess").check_returncode()
    reading = asyncio.create_task(app._read_topics())
    async with asyncio.timeout(SECONDS):
        while not environment().globals["topics"]:
            await asyncio.sleep(0.01)
    await tasks.end([reading])
    # Tests share the topics.
    parley("remove", "chess").check_returncode()

    assert "/?topic=chess" in (await client.get("/")).text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "Chess!", "Chess"), "'Chess!' is not a slug"),
        (("add", "research", "Chess"), "There is a topic research"),
        (("add", "chess", "Research"), "one called “Research”"),
        (("add", "chess", " "), "1 to 60 characters"),
        (("add", "chess", "a\x01"), "cannot be stored"),
        (("rename", "craft", "Research"), "Another topic is called “Research”"),
        (("rename", "chess", "Chess"), "There is no topic chess"),
        (("remove", "chess"), "There is no topic chess"),
    ],
    ids=str,
)
async def test_a_mistake_is_said_in_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    done = parley(*arguments)

    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_topic_with_threads_stays() -> None:
    await make.thread()
    topic = await db.value("select topic from thread")

    assert f"use {topic}, so it stays" in parley("remove", topic).stderr
