"""Word's documents and books in EPUB: their text, notes and pictures, and what they state about themselves."""

import base64
import contextlib
import io
import socket
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.sandbox.reading import ReadArticle, sandboxed_file
from parley.extraction.text.documents import extract_document

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
        (archive({"notes.txt": "Words."}), "This cannot be read here"),
        (docx(paragraph("Words."))[:-60], "damaged"),
        (archive({"META-INF/container.xml": "<container/>"}), "damaged"),
        (archive({"word/document.xml": b"\0" * 100_000_001}), "too large"),
        (docx(*[paragraph("word " * 1_000)] * 810), "too large"),
    ],
    ids=["other", "cut", "empty", "bomb", "endless"],
)
async def test_other_archives_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(CannotImport, match=said):
        await sandboxed_file("a.docx", data)


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


DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
PICTURE = (
    f'<w:p><w:r><w:drawing><p:inline xmlns:p="{DRAWN}/wordprocessingDrawing"><p:docPr descr="A kettle"/>'
    f'<a:graphic xmlns:a="{DRAWN}/main"><a:graphicData><i:pic xmlns:i="{DRAWN}/picture"><i:blipFill>'
    f'<a:blip xmlns:r="{OFFICE}" r:{{0}}="p"/></i:blipFill></i:pic></a:graphicData></a:graphic></p:inline>'
    "</w:drawing></w:r></w:p>"
)
BOILS = "Water boils at a hundred degrees."


def pictured(named: str, how: str = "embed", mode: str = "Internal") -> bytes:
    relation = f'<Relationship Id="p" Type="{OFFICE}/image" Target="{named}" TargetMode="{mode}"/></Relationships>'
    data = docx(paragraph(BOILS), PICTURE.format(how))
    return replaced(data, "word/_rels/document.xml.rels", lambda xml: xml.replace("</Relationships>", relation))


def in_package(former: str, new: str) -> bytes:
    return replaced(
        epub({"a": f"<p>{BOILS}"}, "<dc:title>T</dc:title>"), "OPS/book.opf", lambda x: x.replace(former, new)
    )


NAMING: dict[str, Callable[[str], bytes]] = {
    "picture of a document": pictured,
    "linked picture": lambda named: pictured(named, "link", "External"),
    "type of a document": lambda named: replaced(
        docx(paragraph(f"&f; {BOILS}")),
        "word/document.xml",
        lambda xml: f'<!DOCTYPE a SYSTEM "{named}" [<!ENTITY f SYSTEM "{named}">]>{xml}',
    ),
    "picture of a book": lambda named: epub({"a": f'<p>{BOILS}<p><img src="{named}" alt="A kettle">'}),
    "chapter": lambda named: in_package("text/a.xhtml", named),
    "package": lambda named: replaced(
        epub({"a": BOILS}), "META-INF/container.xml", lambda xml: xml.replace("OPS/book.opf", named)
    ),
    "entity of a book": lambda named: replaced(
        epub({"a": f"<p>{BOILS}"}, "<dc:title>&f;</dc:title>"),
        "OPS/book.opf",
        lambda xml: f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{named}"> %p; <!ENTITY f SYSTEM "{named}">]>{xml}',
    ),
    "inclusion": lambda named: in_package(
        "T</dc", f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{named}" parse="text"/></dc'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMING)
def test_an_archive_gets_nothing_that_it_names_outside_itself(name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("zebrafinch")
    up = "../" * 20
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        on_server = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        for named in (f"{up}{secret}", f"{up}{str(secret)[1:]}", str(secret), secret.as_uri(), on_server):
            with contextlib.suppress(CannotImport):
                found, pictures = extract_document(NAMING[name](named))
                assert BOILS in found.html
                shown = found.html + "".join(map(str, vars(pictures).values())) + str(found)
                assert "zebrafinch" not in shown
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_words_of_a_book_stand_for_none_of_its_pictures() -> None:
    """Else some thousand words would become as many copies of a picture."""
    words = "".join(f"<p>See https://picture.invalid/0. and {number}.</p>" for number in range(20))

    read = await sandboxed_file("a.epub", epub({"a": f'<p>{BOILS}<p><img src="../dot.gif" alt="A kettle">{words}'}))

    assert "".join(passage.html for passage in read.passages).count("data:image") == 1


def test_entries_that_share_their_bytes_count_each() -> None:
    one = archive({"word/document.xml": b" " * 5_000_000})
    at, end = one.index(b"PK\1\2"), one.index(b"PK\5\6")
    many = one[at:end] * 25
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 25, 25, len(many), at, 0)

    with pytest.raises(CannotImport, match="too large"):
        extract_document(one[:at] + many + tail)
