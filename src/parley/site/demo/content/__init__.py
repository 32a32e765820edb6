"""The demo's content, read from the files beside this one."""

from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent


class DemoMember(msgspec.Struct, frozen=True):
    name: str
    role: str
    camp: str
    bio: str
    # Days since they joined; None for most, who joined before the first thread.
    days: int | None = None


class DemoComment(msgspec.Struct, frozen=True):
    """A comment, `minutes` after its thread opened; `id` is unique within its thread."""

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


class DemoStatement(msgspec.Struct, frozen=True, array_like=True):
    """A comment or an article in one sentence, and who agrees with it: a camp, all (`shared`), or `mixed`."""

    text: str
    side: str


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
    # The action that another moderator chose in a second look two hours later.
    again: str | None = None


class DemoAppeal(msgspec.Struct, frozen=True):
    """An appeal; one without an outcome is waiting."""

    minutes: int
    text: str
    by: str | None = None
    decided: int = 0
    outcome: str | None = None
    answer: str = ""


class DemoHeld(msgspec.Struct, frozen=True):
    author: str
    minutes: int
    rules: list[str]
    body: str


class DemoCase(msgspec.Struct, frozen=True):
    """A case of moderation: a comment, a held comment or a member, with its reports, decision and appeal."""

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
    """The cases that the demo's moderators have decided or still have to decide."""
    return msgspec.json.decode((FOLDER / "moderation.json").read_bytes(), type=list[DemoCase])


def statements(thread: str) -> dict[str, DemoStatement]:
    raw = (FOLDER / "statements.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, dict[str, DemoStatement]]).get(thread, {})


def theses() -> dict[str, DemoStatement]:
    """What each article claims, in its author's words."""
    return msgspec.json.decode((FOLDER / "theses.json").read_bytes(), type=dict[str, DemoStatement])


def first_names() -> list[str]:
    return msgspec.json.decode((FOLDER / "first_names.json").read_bytes(), type=list[str])


def articles() -> list[Path]:
    """The articles' files, in order, without later revisions."""
    return sorted(file for file in (FOLDER / "articles").glob("*.md") if ".revised" not in file.name)


def discussion(article: Path) -> list[DemoComment]:
    """The comments on an article, oldest first."""
    lines = (FOLDER / "discussions" / f"{article.stem}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=DemoComment) for line in lines if line.strip()]


def later_revision(article: Path) -> Path | None:
    """The article's later revision, if it has one."""
    file = article.with_name(f"{article.stem}.revised.md")
    return file if file.exists() else None
