"""`parley article`: import an article from a file or a URL, or show what an import would make of it."""

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from parley.articles.articles.addresses import canonical
from parley.articles.articles.display import DISPLAYS
from parley.articles.articles.rules import is_web_address
from parley.articles.articles.text import ArticleText
from parley.articles.articles.thesis import as_thesis
from parley.articles.imports.reading import read_file, read_url
from parley.discussion.thesis import ops as theses
from parley.discussion.threads import edit_ops
from parley.discussion.threads.opening import OpenedThread, open_thread
from parley.extraction.fetching.fetch import ARTICLES, fetch
from parley.extraction.notes.linking import label_of, labels_in
from parley.extraction.sandbox.reading import ReadArticle, sandboxed_file, sandboxed_page
from parley.platform.environment import networks
from parley.platform.errors import CommandFailed
from parley.platform.settings import settings
from parley.site.cli.running import existing, offline, on_installation

SHOWN = 90  # characters of a passage, for people


@click.group()
def article() -> None:
    """Import an article, or show what an import would make of it."""


@article.command()
@click.argument("source", metavar="PATH_OR_URL")
@click.option("--url", help="The source of a file. An article from the same URL gets a revision.")
@click.option("--topic", default="ai-and-society", show_default=True, help="Topic of a new thread.")
@click.option(
    "--display", type=click.Choice(DISPLAYS), help="How much of this site's articles is shown, including existing ones."
)
@click.option("--thesis", help="What the article claims, in one sentence of at most 120 characters.")
@on_installation
async def add(source: str, url: str | None, topic: str, display: str | None, thesis: str | None) -> dict[str, Any]:
    """Import an article and print its thread's address."""
    claim = as_thesis(thesis) if thesis else None
    if source.startswith(("http://", "https://")):
        text = await read_url(source)
    else:
        content = existing(Path(source)).read_bytes()
        if url and not is_web_address(url):
            raise CommandFailed("--url takes the address of a web page, such as https://example.org/article.")
        text = await read_file(Path(source).name, content, canonical(url) if url else None)
    if display and text.url:
        await edit_ops.set_display(text.url, display)
    opened = await open_thread(text=text, topic=topic, starter=None)
    if claim is not None:
        await theses.put(opened.id, claim, None)
    address = f"{settings().base_url}{opened.address}"
    return {
        "text": "\n".join([address, *_outcome(opened, text)]),
        "thread": opened.id,
        "address": address,
        "new": opened.is_new,
        "revised": opened.revised,
        "passages": len(text.passages),
        "update": msgspec.structs.asdict(opened.result) if opened.result else None,
    }


def _outcome(opened: OpenedThread, text: ArticleText) -> list[str]:
    """Return what an update did, in one line, with the address for deciding its conflicts; nothing for a new thread."""
    taken = opened.result
    if taken is None:
        is_claimed = not opened.is_new and text.claimed_url
        return [f"Nothing was changed. To update it, add --url {text.claimed_url}"] if is_claimed else []
    if taken.waiting is None:
        return [f"{taken}."]
    return [f"{taken}. Decide at {settings().base_url}/t/{opened.id}/updates/{taken.waiting}"]


@article.command()
@click.argument("source", metavar="PATH_OR_URL")
@offline
def read(source: str) -> list[dict[str, Any]]:
    """Show what an import would make of a file or a URL. Nothing is stored."""
    article = asyncio.run(_read(source))
    return [as_record(article) | {"text": as_text(article)}]


async def _read(source: str) -> ReadArticle:
    if source.startswith(("http://", "https://")):
        allow = networks(os.environ.get("PARLEY_FETCH_ALLOW", ""))
        fetched = await fetch(source, allow=allow, accept=ARTICLES)
        return await sandboxed_page(fetched.body, url=fetched.final_url, charset=fetched.charset)
    return await sandboxed_file(Path(source).name, existing(Path(source)).read_bytes())


def as_record(read: ReadArticle) -> dict[str, Any]:
    """The article for programs. `where` says for each field where it was found."""
    article = read.extracted
    notes = {label: passage.text for passage in read.passages if (label := label_of(passage.html))}
    return {
        "title": article.title,
        "byline": list(article.byline),
        "site": article.site,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "updated_at": article.updated_at.isoformat() if article.updated_at else None,
        "language": article.lang,
        "direction": article.dir,
        "canonical": article.canonical_url,
        "section": article.section,
        "bio": article.bio,
        "licence": article.licence,
        "reservations": list(article.reservations),
        "where": article.where,
        "passages": [
            {
                "kind": passage.kind,
                "level": passage.level,
                "text": passage.text,
                "page": passage.page,
                # Those that it refers to.
                "footnotes": [{"label": label, "text": notes.get(label, "")} for label in labels_in(passage.html)],
            }
            for passage in read.passages
        ],
    }


def as_text(read: ReadArticle) -> str:
    """The article for people: a fact a line, then the beginning of each passage."""
    record = as_record(read)
    where = record.pop("where")
    passages = record.pop("passages")
    facts = [(name, ", ".join(value) if isinstance(value, list) else value) for name, value in record.items()]
    lines = [f"{name:<13} {value or '-'}" + (f"  ({where[name]})" if where.get(name) else "") for name, value in facts]
    lines.append("")
    for passage in passages:
        cut = "…" if len(passage["text"]) > SHOWN else ""
        lines.append(f"{passage['kind']:<10} {passage['text'][:SHOWN]}{cut}")
    return "\n".join(lines)
