"""Made-up rows in the shapes that templates expect."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from parley.articles.articles.queries import ArticleRow, PassageRow
from parley.discussion.comments.queries import CommentRow
from parley.discussion.threads.queries import StanceCounts, ThreadRow
from parley.interfaces.pages.display import Display
from parley.people.accounts.viewer import Viewer
from parley.platform.http.environment import environment, set_globals

Row = SimpleNamespace

SITE = Row(name="Parley", base_url="http://parley.test", local=True, mail_to_files=False)
MIRA = Viewer(id=1, name="mira", role="member", verified=True, session=0)
WORDS = ("Costs come first.", "A curve that holds would use as much power as a country.", "Then it learns.")


def thread(**changes: Any) -> ThreadRow:
    long_ago = datetime.now(UTC) - timedelta(days=2)
    row = {"id": 1, "slug": "wager", "state": "open", "slow": 0, "raw_slow_branches": "[]", "title": "The wager"}
    row |= {
        "topic": "Research",
        "topic_slug": "research",
        "comment_count": 2,
        "last_seq": 7,
        "people": 2,
        "common_ground": 0,
    }
    row |= {"created_at": long_ago, "last_activity_at": long_ago, "starter": "ada"}
    return _row(ThreadRow, **(row | changes))


def article(**changes: Any) -> ArticleRow:
    now = datetime.now(UTC)
    row = {
        "id": 1,
        "title": "The wager",
        "display": "full",
        "words": 690,
        "revision": 1,
        "revision_at": now,
        "reservations": [],
    }
    return _row(ArticleRow, **(row | changes))


def comment(number: int, **changes: Any) -> CommentRow:
    row = {"id": number, "thread": 1, "depth": 0, "author": "jon", "author_title": "", "state": "visible"}
    row |= {"raw_html": f"<p>Comment {number}.</p>", "score": 5, "reply_count": 0, "has_profile": True}
    return _row(CommentRow, **(row | {"created_at": datetime.now(UTC) - timedelta(hours=3)} | changes))


def _row(kind: type[Any], **values: Any) -> Any:
    """A struct in which every field that has no value is None."""
    return kind(**dict.fromkeys(kind.__struct_fields__) | values)


def form(**changes: Any) -> Row:
    row: dict[str, Any] = dict.fromkeys(("parent", "comment", "stance", "statement", "passage", "quote"))
    row |= {"kind": "new", "action": "/t/1/comments", "body": "", "assisted": False, "errors": {}}
    row |= {"thread": 1, "submission": "5f2b6c1e-0000-4000-8000-000000000000"}
    return Row(**(row | changes))


def rendered(template: str, **context: Any) -> str:
    """A template as it is without an application, whose own globals stay what they are."""
    defaults = {"viewer": MIRA, "path": "/t/1/wager", "viewer_state": None, "replies": "", "stub": None}
    defaults |= {
        "pending": Counter(),
        "on_page": (),
        "parent_author": None,
        "flat": False,
        "thread": thread(),
        "wait": None,
        "folds": False,
    }
    defaults |= {"comment_count": thread().comment_count}
    every = environment().globals
    kept = dict(every)
    topics = [Row(slug="research", name="Research", hue=None)]
    set_globals(site=SITE, topics=topics, menu_topics=topics, may_edit_article=lambda *_: False)
    try:
        return environment().get_template(template).render(defaults | context)
    finally:
        every.clear()
        every.update(kept)


def passages() -> Markup:
    return passage_rows(
        passage(place, words, challenges=1 if place == 2 else 0) for place, words in enumerate(WORDS, start=1)
    )


def thread_page(comments: str | None = None, **context: Any) -> str:
    """The thread's page: comment 1 with a reply, 2, to the article; comment 3 to words of the second passage."""
    if comments is None:
        reply = Markup(rendered("discussion/comments/_comment.html", comment=comment(2, parent=1, depth=1)))  # noqa: S704
        first = rendered("discussion/comments/_comment.html", comment=comment(1, reply_count=1), replies=reply)
        anchored = comment(3, passage=2, anchor="same", quote="as much power", stance="challenges")
        comments = first + rendered("discussion/comments/_comment.html", comment=anchored)
    shown: dict[str, Any] = {"article": article(), "passages_html": passages(), "form": form()}
    shown |= {"comments_html": Markup(comments), "sort": "best", "sorts": ("best", "new"), "focus": None}  # noqa: S704
    shown |= {
        "left": None,
        "view": "all",
        "stance": None,
        "stances": StanceCounts(challenges=1, none=1),
        "passage_row": None,
    }
    shown |= {
        "voices": None,
        "hits": None,
        "thesis": None,
        "may_set_thesis": False,
        "pinned": None,
        "found": None,
        "here": None,
        "display": Display(legend=False),
    }
    shown |= {
        "back": None,
        "following": None,
        "passage": None,
        "next_url": None,
        "live_from": 7,
        "opening": "Last autumn I watched a robot lose an argument.",
        "canonical": "http://parley.test/t/1/wager",
    }
    return rendered("interfaces/pages/thread.html", **(shown | context))


def passage(lineage: int, words: str, **counts: int) -> PassageRow:
    return PassageRow(lineage, "paragraph", None, f"<p>{words}</p>", words, lineage, **counts)


def passage_rows(rows: Iterable[PassageRow]) -> Markup:
    return Markup("").join(Markup(rendered("discussion/threads/_passage.html", passage=row)) for row in rows)  # noqa: S704


def group(on: PassageRow | None, *comments: CommentRow) -> str:
    """The group of a passage, or of the whole article."""
    inside = Markup("").join(Markup(rendered("discussion/comments/_comment.html", comment=one)) for one in comments)  # noqa: S704
    row = {"passage": on, "kind": "passage" if on else "whole", "name": str(on.lineage) if on else "whole"}
    row |= {"words": on.html.striptags()[:90] if on else "", "total": len(comments), "left": 0}
    return rendered("discussion/comments/_group.html", group=Row(**row), comments=inside, sort="best", stance=None)


LONG = "Training runs are measured in small cities, in the water they drink and in the power they draw. " * 6


def passage_page(**context: Any) -> str:
    """The thread's page by passage: twelve long passages; comments on the 2nd, 5th and 9th, and on the whole."""
    rows = [passage(n, f"Passage {n} begins. {LONG}", challenges=1 if n in {2, 5, 9} else 0) for n in range(1, 13)]
    on = {
        n: comment(30 + n, passage=n, anchor="same", quote="the water they drink", stance="challenges")
        for n in (2, 5, 9)
    }
    groups = [group(rows[n - 1], one) for n, one in on.items()] + [group(None, *map(comment, range(61, 69)))]
    return thread_page("".join(groups), view="passage", passages_html=passage_rows(rows), **context)
