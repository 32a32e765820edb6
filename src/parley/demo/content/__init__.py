"""The demo's words, as files beside this one, and how they are read."""

from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent


class DemoMember(msgspec.Struct, frozen=True):
    name: str
    role: str
    camp: str
    bio: str


class DemoComment(msgspec.Struct, frozen=True):
    """A comment, `minutes` after its thread opened; `id` is unique in its thread only."""

    id: str
    parent: str | None
    author: str
    minutes: int
    stance: str | None
    passage: str | None
    body: str
    state: str = "visible"
    edited_body: str | None = None
    assisted: bool = False


@cache
def members() -> tuple[DemoMember, ...]:
    return tuple(msgspec.json.decode((FOLDER / "members.json").read_bytes(), type=list[DemoMember]))


def articles() -> list[Path]:
    """The articles' files, in order, without later revisions."""
    return sorted(file for file in (FOLDER / "articles").glob("*.md") if ".revised" not in file.name)


def discussion(article: Path) -> list[DemoComment]:
    """The comments on an article, oldest first."""
    lines = (FOLDER / "discussions" / f"{article.stem}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=DemoComment) for line in lines if line.strip()]


def revised(article: Path) -> Path | None:
    """The article's later revision, if it has one."""
    file = article.with_name(f"{article.stem}.revised.md")
    return file if file.exists() else None
