"""How long imports, their drafts and pictures are kept."""

from parley.core.retention import Kept, Rule

# The pictures in published revisions, and in drafts that may still be published.
SHOWN = """
select m[1] as hash from (
    select html from passage where html like '%/media/%'
    union all select convert_from(draft, 'UTF8') from article_import where draft is not null
    union all select convert_from(draft, 'UTF8') from suggested_update where draft is not null
) texts cross join lateral regexp_matches(texts.html, '/media/([0-9a-f]+)', 'g') m
"""

RULES = (
    Rule(
        table="article_import",
        what="imports that failed or were never read",
        days=30,
        since="changed_at",
        after="their last change",
        why="the member can read why and try again; the pasted or uploaded text is deleted with them",
        where="state not in ('ready', 'published')",
    ),
    Rule(
        table="article_import",
        what="drafts that were never published",
        days=90,
        since="changed_at",
        after="they were read",
        why="members publish a draft within days, and by then its source may have changed",
        where="state = 'ready'",
    ),
    Rule(
        table="article_import",
        what="drafts of closed accounts",
        days=7,
        since="changed_at",
        after="they were read",
        why="nobody can publish them",
        where="""state <> 'published' and exists (
            select from member m where m.id = article_import.member and m.state in ('deactivated', 'anonymised'))""",
    ),
    Rule(
        table="article_import",
        what="imports that were published",
        days=30,
        since="changed_at",
        after="they were published",
        why="they lead to the discussion, and hold no text",
        where="state = 'published'",
    ),
    Rule(
        table="media",
        what="pictures that no article, draft or suggested update shows",
        days=7,
        since="created_at",
        after="they were last fetched",
        why="an import that is being read refers to its pictures within minutes",
        where=f"not exists (select from ({SHOWN}) shown where shown.hash = media.hash)",
        key="hash",
    ),
)
KEPT: Kept = {
    "source": "settings of this installation",
    "article": "published",
    "revision": "published, and what comments answer",
    "passage": "published, and what comments answer",
    "merged_passage": "leads comments to the passage that their words were merged into",
    "media": "published with its article",
}
