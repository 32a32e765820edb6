"""How long imports, their drafts and pictures are kept."""

from parley.platform.retention import Kept, RetentionRule

# Pages show this number to members with a draft.
DRAFT_DAYS = 90

# The pictures that a text shows: one that is published in any revision, or one that may still be.
SHOWN_PICTURES = """
select m[1] as hash from (
    select html from passage where html like '%/media/%'
    union all select convert_from(draft, 'UTF8') from article_import where draft is not null
    union all select convert_from(draft, 'UTF8') from suggested_update where draft is not null
) texts cross join lateral regexp_matches(texts.html, '/media/([0-9a-f]+)', 'g') m
"""

# The last decision that took down the text of an article. SQL, as its table is in a package above this one.
TAKEN_DOWN = """(
    select max(d.created_at) from decision d join thread t on t.id = d.target
    where d.kind = 'article' and d.state = 'in_force' and d.action in ('text', 'remove') and t.article = {article}
)"""
OF_REVISION = "(select article from revision where id = passage.revision)"
APPEALED = "its member can appeal for six months, and the appeal may bring it back; then nobody may read it any more"

RULES = (
    RetentionRule(
        table="passage",
        what="texts of articles that were taken down",
        days=220,
        since=TAKEN_DOWN.format(article=OF_REVISION),
        after="the decision",
        why=APPEALED,
        where="""(html <> '' or text <> '') and revision in (
            select r.id from revision r join article a on a.id = r.article where a.restricted = 'none')""",
        blank="html = '', text = ''",
    ),
    RetentionRule(
        table="article",
        what="texts of sources of articles that were taken down",
        days=220,
        since=TAKEN_DOWN.format(article="article.id"),
        after="the decision",
        why=APPEALED,
        where="restricted = 'none' and (source_text is not null or merge_base is not null)",
        blank="source_text = null, merge_base = null",
    ),
    RetentionRule(
        table="article_import",
        what="imports that failed or were never read",
        days=30,
        since="changed_at",
        after="their last change",
        why="until then, their member can read why and try again; the text is deleted with them",
        where="state not in ('ready', 'published')",
    ),
    RetentionRule(
        table="article_import",
        what="drafts that were never published",
        days=DRAFT_DAYS,
        since="changed_at",
        after="they were read",
        why="whoever wanted to publish one has done so, and the source has changed since",
        where="state = 'ready'",
    ),
    RetentionRule(
        table="article_import",
        what="drafts of closed accounts",
        days=7,
        since="changed_at",
        after="they were read",
        why="nobody can publish them",
        where="""state <> 'published' and exists (
            select from member m where m.id = article_import.member and m.state in ('deactivated', 'anonymised'))""",
    ),
    RetentionRule(
        table="article_import",
        what="imports that were published",
        days=30,
        since="changed_at",
        after="they were published",
        why="they only lead to the discussion, and hold no text",
        where="state = 'published'",
    ),
    RetentionRule(
        table="media",
        what="pictures that no article, draft or suggested update shows",
        days=7,
        since="created_at",
        after="they were last fetched",
        why="an import names its pictures within minutes",
        where=f"not exists (select from ({SHOWN_PICTURES}) shown where shown.hash = media.hash)",
        key="hash",
    ),
)
KEPT: Kept = {
    "source": "settings of this installation",
    "article": "published",
    "revision": "published, and comments refer to it",
    "passage": "published, and comments refer to it",
    "import_part": "a part of an uploaded file: deleted with its import, and before that when nobody may read it again",
    "merged_passage": "leads from comments to the passage into which their text was merged",
    "media": "published with its article",
    "removed_passage": "recognises a text that was taken down when somebody adds it again",
}
