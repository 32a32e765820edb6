"""The preview of an imported article, with where each fact about it was found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response

from parley.articles.articles import queries
from parley.articles.articles.rules import DRAFT_DAYS
from parley.articles.articles.text import ArticleText
from parley.articles.articles.thesis import suggest
from parley.articles.imports import ops as imports
from parley.articles.imports.forms import ABOUT, PublishForm
from parley.articles.imports.ops import decode
from parley.extraction.text.decoding import ENCODING_NAMES
from parley.platform.concurrency import in_thread
from parley.platform.http.access import AnyRequest
from parley.platform.http.environment import environment
from parley.platform.http.pages import Prepared, page
from parley.platform.text.messages import N_, Message, deserialize

_DECLARED = N_("As the page or file declares it.")
_IN_TEXT = N_("From the text or the address. Please check it.")
_WHERE = {
    "heading": N_("From its heading."),
    "title": N_("From the title of the page's window."),
    "words": N_("Detected from its words."),
} | {
    **dict.fromkeys(("declared", "front matter", "document", "pdf properties"), _DECLARED),
    **dict.fromkeys(("text", "opening", "byline", "largest text", "below title", "arXiv stamp"), _IN_TEXT),
}
# Where the head and the marks of a page say it.
_MARKED = {"json-ld", "citation", "microdata", "rel=author", "rel=license"}
FACTS = ("title", "byline", "published_at", "updated_at", "language", "section", "licence", "bio")
_PAGES = {
    "picture_pages": N_("Without text, shown as pictures: {pages}."),
    "missing_pages": N_("Could not be read and are missing: {pages}."),
}
_META = N_("From the page's metadata ({name}).")


def described_facts(where: Mapping[str, str]) -> dict[str, Message | None]:
    """For each of FACTS, the sentence for where it was found; None where it was not, or where that says nothing."""
    return {name: describe(where.get(name, "")) for name in FACTS}


def describe(where: str) -> Message | None:
    """The sentence for a name in `ArticleText.where`; None where it says nothing."""
    if where in _MARKED or where.startswith("meta "):
        return _META.format(name=where.removeprefix("meta "))
    return _WHERE.get(where)


def described_pages(where: Mapping[str, str]) -> list[Message]:
    """The sentences for pages of a PDF that were not read as text."""
    return [sentence.format(pages=where[name]) for name, sentence in _PAGES.items() if where.get(name)]


def _day(when: datetime | None) -> str:
    return when.date().isoformat() if when else ""


async def preview(request: AnyRequest, draft: imports.Import, form: PublishForm, status: int = 200) -> Response[Any]:
    """The article before it is published, with a form for what was found of it."""
    text, html = await in_thread(_read, draft.draft or b"")
    fields = _preview_fields(form, text)
    return page(
        request,
        "articles/preview.html",
        status=status,
        again=draft.id,
        form={**fields, "errors": form.errors if status != 200 else {}},  # noqa: PLR2004
        byline=fields["byline"],
        site_name=text.site,
        about=ABOUT,
        address=text.url or text.claimed_url,
        published=text.published_at,
        updated=text.updated_at,
        where=described_facts(text.where),
        pages=text.where.get("pages", ""),
        unread_pages=described_pages(text.where),
        encoding=text.encoding,
        sure=text.sure,
        not_read_again=deserialize(draft.message),
        encodings=ENCODING_NAMES,
        suggestions=suggest([passage.text for passage in text.passages if passage.kind == "paragraph"], text.title),
        chosen=form.values.get("suggestion", ""),
        kept_days=DRAFT_DAYS,
        kept_most=imports.MOST_KEPT,
        images=sum("<img" in passage.html for passage in text.passages),
        passages_html=html,
    )


def _read(draft: bytes) -> tuple[ArticleText, Prepared]:
    text = decode(draft)
    return text, _preview_html(text)


def _preview_fields(form: PublishForm, text: ArticleText) -> dict[str, str]:
    """The fields of the form: what was typed, else what was found of the article."""
    fields = {
        "title": text.title,
        "byline": text.byline or "",
        "topic": "",
        "thesis": "",
        "lang": text.lang or "",
        "published": _day(text.published_at),
        "updated": _day(text.updated_at),
        **{name: getattr(text, name) or "" for name in ABOUT},
    }
    return {name: form.values.get(name, value) for name, value in fields.items()}


def _preview_html(text: ArticleText) -> Prepared:
    template = environment().get_template("discussion/threads/_passage.html")
    pages_before = [None, *(passage.page for passage in text.passages)]
    rows = [
        queries.PassageRow(
            number,
            passage.kind,
            passage.level,
            passage.html,
            passage.text,
            number=number,
            page=passage.page,
            new_page=passage.page if passage.page != before else None,
        )
        for number, (before, passage) in enumerate(zip(pages_before, text.passages, strict=False), start=1)
    ]
    return Prepared([template.render(passage=row).encode() for row in rows])
