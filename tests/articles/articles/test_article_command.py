"""`parley article add`: what went is said in one line, and what it is given wrong ends with one sentence."""

import json
import subprocess
from pathlib import Path

import pytest

from parley.platform import db
from tests import command

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]


def add(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("add", *arguments)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command.parley("article", *arguments)


@pytest.mark.parametrize("url", ["https://[", "essay.md", "javascript:alert(1)"])
async def test_the_origin_of_a_file_must_be_a_web_address(tmp_path: Path, url: str) -> None:
    file = tmp_path / "essay.md"
    file.write_text("# A modest title\n\nSome words.\n")

    done = add(str(file), "--url", url, "--topic", "research")

    assert done.returncode == 1
    assert "takes the address of a web page" in done.stderr
    assert "Traceback" not in done.stderr
    assert await db.value("select count(*) from article") == 0


async def test_what_the_article_claims_is_given_with_it_and_a_longer_claim_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "essay.md"
    file.write_text("# The wager\n\nSome words that say something.\n")

    refused = add(str(file), "--topic", "research", "--thesis", "x" * 121)
    assert refused.returncode == 1 and "120" in refused.stderr
    assert await db.value("select count(*) from article") == 0

    done = add(str(file), "--topic", "research", "--thesis", "Words say something.")
    assert done.returncode == 0, done.stderr
    assert await db.value("select text from thesis where ended_at is null") == "Words say something."


async def test_a_known_address_is_updated_and_one_line_says_what_changed(tmp_path: Path) -> None:
    file = tmp_path / "essay.md"
    sentences = [f"Paragraph {number} says what it says at some length, and says it again." for number in range(8)]
    given = (str(file), "--url", "https://essay.example/wager", "--topic", "research")
    file.write_text("# The wager\n\n" + "\n\n".join(sentences))
    first = add(*given)
    await correct(0, "ease")
    await correct(1, "ease")
    sentences[0] = sentences[0].replace("length", "pain")
    sentences[2:5] = [one.replace("length", "great length") for one in sentences[2:5]]
    file.write_text("# The wager\n\n" + "\n\n".join(sentences[:7]))

    second = add(*given)

    address, told = second.stdout.splitlines()
    assert first.stdout.splitlines() == [address]
    assert told.startswith("Updated: 3 paragraphs changed, 1 removed; 1 correction kept, 1 conflict. Decide at http")
    assert "/updates/" in told
    assert "says what it says at ease" in await db.value("select string_agg(text, ' ') from passage where position = 0")


async def test_reading_a_file_shows_its_article_and_stores_nothing(tmp_path: Path) -> None:
    file = tmp_path / "essay.md"
    file.write_text("---\ntitle: The wager\nauthor: Ada Osei\ndate: 2026-02-03\n---\n\nSome words.\n\n- An item.\n")

    done = run("read", str(file), "--json")

    found = json.loads(done.stdout)
    assert (found["title"], found["byline"], found["published_at"][:10]) == ("The wager", ["Ada Osei"], "2026-02-03")
    assert [(one["kind"], one["text"]) for one in found["passages"]] == [
        ("paragraph", "Some words."),
        ("item", "An item."),
    ]
    assert found["where"]["byline"] == "front matter"
    assert await db.value("select count(*) from article") == 0


async def test_a_file_that_has_no_text_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "essay.md"
    file.write_bytes(b"\x89PNG\r\n")

    done = run("read", str(file))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("This cannot be read here")


async def test_a_file_that_only_claims_an_address_does_not_update_the_article_there(tmp_path: Path) -> None:
    file = tmp_path / "essay.md"
    file.write_text("# The wager\n\nWhat the author wrote.\n")
    add(str(file), "--url", "https://essay.example/wager", "--topic", "research")
    file.write_text("---\nurl: https://essay.example/wager\n---\n\n# The wager\n\nSomething else.\n")

    done = add(str(file), "--topic", "research")

    assert done.stdout.splitlines()[1] == "Nothing was changed. To update it, add --url https://essay.example/wager"
    assert await db.values("select count(*) from revision") == [1]


async def correct(position: int, word: str) -> None:
    """Let somebody have corrected one paragraph here."""
    await db.execute(
        "update passage set text = replace(text, 'some length', $2), html = replace(html, 'some length', $2)"
        " where position = $1",
        position,
        word,
    )
