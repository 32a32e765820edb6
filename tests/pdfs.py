"""PDFs made by hand: text at given places, in the fonts that every reader of PDFs has."""

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

FONTS = {"F": "Times-Roman", "B": "Times-Bold", "I": "Times-Italic", "M": "Courier", "S": "Symbol"}
WIDTH, HEIGHT = 595, 842
# A font with all letters of the basic plane, each as wide as it is high: the code of a letter is its number in Unicode.
_WIDE = (
    "<</Type/Font/Subtype/Type0/BaseFont/Wide/Encoding/Identity-H/ToUnicode {} 0 R/DescendantFonts[<</Type/Font"
    "/Subtype/CIDFontType2/BaseFont/Wide/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>"
)
_TO_UNICODE = "1 begincodespacerange<0000><FFFF>endcodespacerange\n" + "\n".join(
    f"1 beginbfrange<{high:02X}00><{high:02X}FF><{high:02X}00>endbfrange" for high in range(256)
)


class At(NamedTuple):
    """Words at a place: points from the left and from the top, the size and the font's letter."""

    left: float
    top: float
    words: str
    size: float = 10
    font: str = "F"


def stream(lines: Iterable[At]) -> bytes:
    return "\n".join(
        f"BT /{one.font} {one.size} Tf 1 0 0 1 {one.left} {HEIGHT - one.top} Tm ({escaped(one.words)}) Tj ET"
        for one in lines
    ).encode("cp1252", "replace")


def wide(one: At) -> bytes:
    """What draws words of any script, from left to right."""
    codes = one.words.encode("utf-16-be").hex()
    return f"BT /W {one.size} Tf 1 0 0 1 {one.left} {HEIGHT - one.top} Tm <{codes}> Tj ET\n".encode()


def escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").replace("\r", " ").replace("\n", " ")


def pdf(pages: Sequence[Iterable[At]], **info: str) -> bytes:
    """A PDF of pages. `info` are its properties, such as Title."""
    return of_streams([stream(lines) for lines in pages], **info)


def of_streams(pages: Sequence[bytes], extra: bytes = b"", **info: str) -> bytes:
    """A PDF of the streams that draw its pages, with `extra` in each page's dictionary."""
    fonts = " ".join(f"/{letter} {3 + at} 0 R" for at, letter in enumerate([*FONTS, "W"]))
    first = 5 + len(FONTS)
    kids = " ".join(f"{first + 2 * at} 0 R" for at in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode()]
    objects += [
        f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>".encode() for name in FONTS.values()
    ]
    objects.append(_WIDE.format(first - 1).encode())
    objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(_TO_UNICODE), _TO_UNICODE.encode()))
    for at, drawn in enumerate(pages):
        packed = zlib.compress(drawn)
        box = f"/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources<</Font<<{fonts}>>>>/Contents {first + 2 * at + 1} 0 R"
        objects.append(f"<</Type/Page/Parent 2 0 R{box}".encode() + extra + b">>")
        objects.append(b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed))
    objects.append(
        b"<<" + b"".join(f"/{name}({escaped(text)})".encode("cp1252") for name, text in info.items()) + b">>"
    )
    return of_objects(objects, info=len(objects))


def of_objects(objects: Sequence[bytes], info: int = 0) -> bytes:
    """A PDF of numbered objects, of which the first is its catalogue."""
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    body += b"trailer<</Size %d/Root 1 0 R%s>>" % (len(objects) + 1, b"/Info %d 0 R" % info if info else b"")
    return bytes(body + b"\nstartxref\n%d\n%%%%EOF" % start)


def paragraph(words: str, top: float, left: float = 80, letters: int = 80, indent: float = 0) -> list[At]:
    """Words in lines of so many letters, the first one indented."""
    lines: list[str] = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) > letters:
            lines.append("")
        lines[-1] += f"{word} "
    return [At(left + (0 if at else indent), top + 12 * at, line.strip()) for at, line in enumerate(lines)]
