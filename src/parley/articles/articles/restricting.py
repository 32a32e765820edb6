"""Showing less of an article than its source allows: an excerpt, no text, or no title."""

import hashlib

import msgspec

from parley.articles.articles.tables import Article, RemovedPassage
from parley.articles.articles.text import ArticleText
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

# Shorter passages are in many texts.
DISTINCTIVE = 60
TAKEN_DOWN = N_("This text was taken down here, so it cannot be added again.")
FROZEN = N_("A moderator restricted what is shown of this article, so its text does not change any more.")
# A picture is served while a passage that may be read shows it, in any revision of any article.
HIDE_PICTURES = """
with shown as (
    select m[1] as hash, bool_or(a.id = $1) as concerned,
           bool_or(a.display = 'full' or a.display = 'parts' and p.lineage <> all(a.removed_passages)) as readable
    from passage p join revision r on r.id = p.revision join article a on a.id = r.article
    cross join lateral regexp_matches(p.html, '/media/([0-9a-f]{64})', 'g') m
    where p.html like '%/media/%' group by 1
)
update media set hidden = not shown.readable from shown where shown.concerned and media.hash = shown.hash
"""
IS_RESTRICTED = "select restricted <> '' or untitled or removed_passages <> '{}' from article where id = $1"
REMEMBER_PASSAGES = """
insert into removed_passage (article, digest) select $1, * from unnest($2::bytea[]) on conflict do nothing
"""
SELECT_TEXTS = "select distinct p.text from passage p join revision r on r.id = p.revision where r.article = $1"


class Restriction(msgspec.Struct, frozen=True):
    """What moderators restricted an article to: '', `excerpt` or `none`; and whether they removed its title.

    `removed_passages` are the lineages of single passages that they removed.
    """

    restricted: str = ""
    untitled: bool = False
    removed_passages: list[int] = []


async def restrict(article: int, to: Restriction) -> None:
    """Show no more of an article than `to` allows. The caller has locked the thread's row."""
    await Article.update(**msgspec.structs.asdict(to)).where(
        Article.id == article,
        Article.erased == False,  # noqa: E712 SQL
    )
    await hide_pictures(article)
    await RemovedPassage.delete().where(RemovedPassage.article == article)
    if to.restricted == "none":
        texts = await db.values(SELECT_TEXTS, article)
        await db.execute(REMEMBER_PASSAGES, article, [_digest(text) for text in texts if len(text) >= DISTINCTIVE])


async def refuse_frozen(article: int) -> None:
    """Raise Refused if an article's text, a part of it or its title was taken down."""
    if await db.value(IS_RESTRICTED, article):
        raise Refused(FROZEN)


async def hide_pictures(article: int) -> None:
    """Stop serving the pictures of an article that may not be read in full, or serve them again."""
    await db.execute(HIDE_PICTURES, article)


def _digest(text: str) -> bytes:
    """The hash of a text's letters and digits, however they are set."""
    letters = "".join(letter for letter in text.casefold() if letter.isalnum())
    return hashlib.sha256(letters.encode()).digest()


async def check_not_removed(text: ArticleText) -> None:
    """Raise Refused if half of a text's longer passages, or its only one, were taken down here."""
    known = [_digest(passage.text) for passage in text.passages if len(passage.text) >= DISTINCTIVE]
    removed: int = await db.value(
        "select count(distinct digest) from removed_passage where digest = any($1::bytea[])", known
    )
    if removed and removed * 2 >= len(set(known)):
        raise Refused(TAKEN_DOWN)
