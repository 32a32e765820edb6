"""Reading untrusted pages in a subprocess with limits on time and memory.

Some inputs keep a parser busy for minutes (libxml2: one tag with fifty thousand attributes), and a thread cannot be
stopped. Starting the process takes about half a second, in a job that waits for the network anyway.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from parley.extraction.errors import TOO_LARGE, CannotImport
from parley.extraction.html.extract import Extracted, extract_html
from parley.extraction.html.passages import ImportedPassage, cut_passages
from parley.extraction.limits import LONGEST_ARTICLE, is_archive, is_pdf, most_bytes
from parley.extraction.metadata.languages import detect_language
from parley.extraction.notes.linking import link_notes
from parley.extraction.sandbox import child
from parley.extraction.text.pasted import extract_file, extract_pasted
from parley.platform.text.messages import N_, deserialize, serialize

_SECONDS, _PDF_SECONDS = 15, 30
# How many of these processes run at once: each may use a core and two gigabytes.
MOST_PROCESSES = 3
_running = asyncio.Semaphore(MOST_PROCESSES)
_TOO_MUCH = N_("Reading it took too long. Paste the text instead.")
_TOO_LARGE = N_("This file is larger than {megabytes} MB. Save the part that is to be discussed as a file of its own.")
_TOO_SHORT = N_("This is too short for an article: it is one line, and there is no text below it. Add the text.")
_PDF_TOO_MUCH = N_("This PDF is too large or too unusual to be read here. Open it, copy its text, and paste it here.")


class ReadArticle(msgspec.Struct, frozen=True):
    """An article as it was extracted, and its passages."""

    extracted: Extracted
    passages: list[ImportedPassage]


async def sandboxed_page(
    data: bytes, *, url: str | None, charset: str | None = None, chosen: str | None = None
) -> ReadArticle:
    """`extract_html` and `cut_passages` in a subprocess, or `read_pdf` for a PDF."""
    if is_pdf(data):
        return await _run("pdf", data, url=url)
    return await _run("page", data, url=url, charset=charset, chosen=chosen)


async def sandboxed_paste(text: str, title: str = "") -> ReadArticle:
    """`extract_pasted` and `cut_passages` in a subprocess."""
    return await _run("pasted", text, title)


async def sandboxed_file(name: str, data: bytes, title: str = "", chosen: str | None = None) -> ReadArticle:
    """`extract_file` and `cut_passages` in a subprocess, or `read_pdf` for a PDF, `extract_document` for an archive."""
    if len(data) > most_bytes(data):
        raise CannotImport(_TOO_LARGE, megabytes=most_bytes(data) // 1_000_000)
    if is_archive(data):
        return await _run("document", data, title)
    return await (_run("pdf", data, title) if is_pdf(data) else _run("file", name, data, title, chosen))


async def _run(reader: str, *args: object, **kwargs: object) -> ReadArticle:
    request = msgspec.msgpack.encode((reader, args, kwargs))
    read, refusal = msgspec.msgpack.decode(
        await answer_of_process(request, is_pdf=reader == "pdf"), type=tuple[ReadArticle | None, str]
    )
    if not refusal and read is not None:
        return read
    error = CannotImport(deserialize(refusal))
    error.found = read.extracted if read is not None else None
    raise error


async def answer_of_process(request: bytes, *, is_pdf: bool) -> bytes:
    """Run `answer` in a process of its own. Raises CannotImport when that takes too much time or memory."""
    seconds, too_much = (_PDF_SECONDS, _PDF_TOO_MUCH) if is_pdf else (_SECONDS, _TOO_MUCH)
    try:
        async with _running:
            return await child.run(__name__, request, seconds)
    except child.Exceeded:
        raise CannotImport(too_much) from None


def _pdf(data: bytes, title: str = "", url: str | None = None) -> ReadArticle:  # noqa: ARG001 like the other readers
    from parley.extraction.pdf.reading import read_pdf  # noqa: PLC0415 PDFium takes 10 MB, only in its own process

    extracted, passages = read_pdf(data, title)
    # Its pictures are in the markup.
    _require_short(passage.text for passage in passages)
    return ReadArticle(_with_language(extracted, passages), passages)


def _document(data: bytes, title: str = "") -> ReadArticle:
    from parley.extraction.text.documents import extract_document  # noqa: PLC0415 seldom needed

    extracted, pictures = extract_document(data, title)
    read = read_article(extracted)
    return msgspec.structs.replace(read, passages=[pictures.put_into(passage) for passage in read.passages])


_READERS: dict[str, Callable[..., Extracted | ReadArticle]] = {
    "page": extract_html,
    "pasted": extract_pasted,
    "file": extract_file,
    "pdf": _pdf,
    "document": _document,
}


def read_article(extracted: Extracted, url: str | None = None) -> ReadArticle:
    """Cut an article that was found at `url` into passages. Raises CannotImport when there are too many, or too long.

    It does so for a text from elsewhere that has none below its title, too.
    """
    base_url = url or extracted.canonical_url
    passages = link_notes(cut_passages(extracted.html, base_url=base_url, title=extracted.title))
    _require_short(passage.html for passage in passages)
    if not passages and url is None:
        error = CannotImport(_TOO_SHORT)
        error.found = extracted
        raise error
    return ReadArticle(_with_language(extracted, passages), passages)


def _require_short(texts: Iterable[str]) -> None:
    if sum(map(len, texts)) > LONGEST_ARTICLE:
        raise CannotImport(TOO_LARGE)


def _with_language(extracted: Extracted, passages: list[ImportedPassage]) -> Extracted:
    """The article with its language: declared, else that of its words."""
    language = extracted.lang or detect_language(" ".join(passage.text for passage in passages))
    where = {"language": "declared" if extracted.lang else "words"} if language else {}
    return msgspec.structs.replace(extracted, lang=language, where=extracted.where | where)


def _read(reader: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[ReadArticle | None, str]:
    try:
        result = _READERS[reader](*args, **kwargs)
        return result if isinstance(result, ReadArticle) else read_article(result, kwargs.get("url")), ""
    except CannotImport as error:
        return ReadArticle(error.found, []) if error.found else None, serialize(error.message)


def answer(request: bytes) -> bytes:
    """Read the article in an encoded request, and return it or the refusal, encoded."""
    return msgspec.msgpack.encode(
        _read(*msgspec.msgpack.decode(request, type=tuple[str, tuple[Any, ...], dict[str, Any]]))
    )


if __name__ == "__main__":
    child.main(answer)
