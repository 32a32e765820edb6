"""`parley jobs`: what failed is listed, and tried again when the operator says so."""

import json
import subprocess

import pytest

from parley.platform import db
from tests import command

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]

DEAD = """
insert into job_failure (job, item, attempts, error, failed_at, retry_at)
values ('notifications', '7', 8, 'ValueError()', now(), null),
  ('mail', '9', 1, 'KeyError()', now(), now() + interval '1 hour')
"""


def parley(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command.parley("jobs", *arguments)


async def test_failed_items_are_listed_the_dead_ones_first_and_tried_again() -> None:
    assert parley("failed").stdout == "No job has failed items.\n"
    await db.execute(DEAD)

    dead, waiting = json.loads(parley("failed", "--json").stdout)["failed"]
    assert (dead["job"], dead["item"], dead["retry_at"], waiting["job"]) == ("notifications", "7", None, "mail")
    assert "notifications 7: dead, 8 attempts; ValueError()" in parley("failed").stdout

    assert parley("retry", str(dead["id"])).returncode == 0
    assert await db.values("select job from job_failure where retry_at <= now()") == ["notifications"]
    assert json.loads(parley("retry", "all", "--json").stdout)["count"] == 2


@pytest.mark.parametrize(("which", "words"), [("12345", "No failed item has the id 12345"), ("x", "is not the id")])
async def test_what_is_no_failed_item_is_a_mistake_in_one_sentence(which: str, words: str) -> None:
    done = parley("retry", which)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
