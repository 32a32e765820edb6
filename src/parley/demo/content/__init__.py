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
    # How many days ago they joined; most were here before the first thread.
    days: int | None = None


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


class DemoReport(msgspec.Struct, frozen=True):
    """A report of a member or, without one, of a visitor; times here are minutes after the thread opened."""

    minutes: int
    by: str | None
    ground: str
    text: str
    name: str | None = None
    email: str | None = None


class DemoDecision(msgspec.Struct, frozen=True):
    minutes: int
    by: str
    action: str
    ground: str | None
    reason: str
    # What the other moderator would have done, asked two hours later without knowing it.
    again: str | None = None


class DemoAppeal(msgspec.Struct, frozen=True):
    """An appeal; one that is not decided waits."""

    minutes: int
    text: str
    by: str | None = None
    decided: int = 0
    outcome: str | None = None
    answer: str = ""


class DemoHeld(msgspec.Struct, frozen=True):
    """A comment that rules held back."""

    author: str
    minutes: int
    rules: list[str]
    body: str


class DemoCase(msgspec.Struct, frozen=True):
    """What was reported or held in a thread, and what became of it: a comment, a held one, or else a member."""

    thread: str
    reports: list[DemoReport]
    comment: str | None = None
    held: DemoHeld | None = None
    member: str | None = None
    decision: DemoDecision | None = None
    appeal: DemoAppeal | None = None


@cache
def members() -> tuple[DemoMember, ...]:
    return tuple(msgspec.json.decode((FOLDER / "members.json").read_bytes(), type=list[DemoMember]))


def cases() -> list[DemoCase]:
    """What the moderators of the demo have done and have still to do."""
    return msgspec.json.decode((FOLDER / "moderation.json").read_bytes(), type=list[DemoCase])


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
