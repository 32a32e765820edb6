"""Word's documents and books in EPUB: their text, notes and pictures, and what they state about themselves."""

import base64
import io
import zipfile
from collections.abc import Callable
from typing import cast

import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.sandbox.reading import ReadArticle, sandboxed_file

pytestmark = [pytest.mark.anyio, pytest.mark.sandboxed]

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==")
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
    for name in ("Title", "heading 1")
)
RELATIONS = "".join(
    f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>' for kind in ("styles", "footnotes")
)


def archive(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, part in parts.items():
            whole.writestr(name, part)
    return file.getvalue()


def paragraph(words: str, style: str = "", note: str = "") -> str:
    mark = f'<w:r><w:footnoteReference w:id="{note}"/></w:r>' if note else ""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{words}</w:t></w:r>{mark}</w:p>"


def docx(*paragraphs: str) -> bytes:
    return archive({
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{RELATIONS}</Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{STYLES}</w:styles>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="2">'
        f"{paragraph('Measured at sea level.')}</w:footnote></w:footnotes>",
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{"".join(paragraphs)}</w:body></w:document>',
    })  # fmt: skip


def epub(chapters: dict[str, str], metadata: str = "") -> bytes:
    items = "".join(f'<item id="{name}" href="text/{name}.xhtml"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    parts: dict[str, str | bytes] = {
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
        "OPS/dot.gif": DOT,
    }  # fmt: skip
    return archive(parts | {f"OPS/text/{name}.xhtml": f"<body>{text}</body>" for name, text in chapters.items()})


def told(read: ReadArticle) -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in read.passages]


async def test_a_word_document_has_its_title_headings_and_notes() -> None:
    read = await sandboxed_file(
        "kettle.docx",
        docx(
            paragraph("The kettle", "Title"),
            paragraph("By Ada Osei"),
            paragraph("Water", "heading1"),
            paragraph("Water boils at 100 degrees.", note="2"),
        ),
    )

    assert (read.extracted.title, read.extracted.byline) == ("The kettle", ("Ada Osei",))
    assert read.extracted.where["title"] == "document"
    assert told(read) == [
        ("heading", "Water"),
        ("paragraph", "Water boils at 100 degrees."),
        ("footnote", "Measured at sea level."),
    ]
    assert 'role="doc-noteref"' in read.passages[1].html


async def test_a_book_has_its_chapters_facts_notes_and_pictures_without_its_contents_list() -> None:
    read = await sandboxed_file(
        "book.epub",
        epub(
            {
                "toc": '<p><a href="one.xhtml">One</a></p><p><a href="notes.xhtml">Notes</a></p>',
                "one": "<nav>Turn the page</nav><h1>One</h1>"
                '<p>Water boils.<sup><a href="notes.xhtml#n1">1</a></sup></p>'
                '<p><img src="../dot.gif" alt="A kettle"/></p>',
                "notes": '<p id="n1">1. At sea level.</p>',
            },
            '<dc:title>The kettle</dc:title><dc:creator id="a">Ada Osei</dc:creator>'
            '<dc:creator opf:role="ill">Ben Lund</dc:creator>'
            "<dc:language>en</dc:language><dc:date>2026-02-03</dc:date>",
        ),
    )

    found = read.extracted
    assert (found.title, found.byline, found.lang) == ("The kettle", ("Ada Osei",), "en")
    assert found.published_at is not None
    assert found.published_at.date().isoformat() == "2026-02-03"
    assert told(read) == [
        ("heading", "One"),
        ("paragraph", "Water boils."),
        ("figure", "A kettle"),
        ("footnote", "At sea level."),
    ]
    assert f'src="data:image/png;base64,{base64.b64encode(DOT).decode()}"' in read.passages[2].html


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (archive({"notes.txt": "Words."}), "of a kind that cannot be read"),
        (docx(paragraph("Words."))[:-60], "damaged"),
        (archive({"META-INF/container.xml": "<container/>"}), "damaged"),
        (archive({"word/document.xml": b"\0" * 100_000_001}), "too large"),
    ],
    ids=["other", "cut", "empty", "bomb"],
)
async def test_other_archives_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(CannotImport, match=said):
        await sandboxed_file("a.docx", data)


async def test_entities_of_a_book_name_no_file_of_this_machine() -> None:
    book = epub({"one": "<p>Water boils at a hundred degrees.</p>"}, "<dc:title>&file;</dc:title>")
    with zipfile.ZipFile(io.BytesIO(book)) as whole:
        parts: dict[str, str | bytes] = {name: whole.read(name) for name in whole.namelist()}
        named = whole.read("OPS/book.opf")
    parts["OPS/book.opf"] = b'<!DOCTYPE a [<!ENTITY file SYSTEM "/etc/hostname">]>' + named

    read = await sandboxed_file("a.epub", archive(parts))

    assert read.extracted.title is None or read.extracted.title.startswith("Water")


ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
LAUGHS = f'<!DOCTYPE {{0}} [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>'
DEEP = "<w:tbl><w:tr><w:tc>" * 5_000 + paragraph("deep") + "</w:tc></w:tr></w:tbl>" * 5_000


def replaced(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """An archive with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        parts: dict[str, str | bytes] = {one: whole.read(one) for one in whole.namelist()}
    return archive(parts | {name: change(cast("bytes", parts[name]).decode())})


def with_lie() -> bytes:
    """A book whose chapter says that it has a thousand bytes, and has sixteen million."""
    data, size = epub({"a": "<p>" + "words " * 2_700_000}), 0
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        size = whole.getinfo("OPS/text/a.xhtml").file_size
    return data.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            replaced(docx(paragraph("&i;")), "word/document.xml", lambda xml: LAUGHS.format("w:document") + xml),
            id="entities of a document",
        ),
        pytest.param(
            replaced(epub({"a": "<p>w"}, "&i;"), "OPS/book.opf", lambda xml: LAUGHS.format("package") + xml),
            id="entities of a book",
        ),
        pytest.param(docx(DEEP), id="tables in tables"),
        pytest.param(with_lie(), id="a false size"),
    ],
)
async def test_a_hostile_archive_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(CannotImport, match="damaged"):
        await sandboxed_file("a", data)
