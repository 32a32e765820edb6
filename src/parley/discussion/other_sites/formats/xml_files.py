"""Reading XML as other sites write it, which is not always XML."""

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from parley.discussion.other_sites.formats.files import UNREADABLE, opened
from parley.platform.errors import CommandFailed

DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w-]+)""")
ROOT = re.compile(rb"<([A-Za-z][\w:.-]*)([^>]*)>")
# Prefixes that cut or joined files use without declaring them.
PREFIXES = {b"wp": b"http://wordpress.org/export/1.2/", b"dsq": b"http://disqus.com/disqus-internals"}
BROKEN_OFF, NO_XML = etree.ErrorTypes.ERR_TAG_NOT_FINISHED, etree.ErrorTypes.ERR_DOCUMENT_EMPTY
# Bytes of control characters, but tab and line ends.
CONTROLS = bytes({*range(32)} - {9, 10, 13})
CHUNK = 32_768  # bytes


def elements(file: Path, *names: str) -> Iterator[Any]:
    """Yield the elements with these local names, one at a time, whatever the size of the file.

    Nothing else is read: no document type, no entities, nothing from the network. Raises CommandFailed without XML.
    """
    tags = [f"{{*}}{name}" for name in names]
    try:
        with opened(file) as read:
            yield from _top(_Cleaned(read), tags, names, file.name)
    except (etree.XMLSyntaxError, *UNREADABLE) as error:
        raise CommandFailed(f"{file.name} is not an XML file: {error}") from None


class _Cleaned:
    """A file from its first tag on, with the prefixes of its tags declared, and without control characters.

    In a file of UTF-8, other bytes are read as Windows-1252, which old databases used.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        start = file.read(CHUNK)
        start = start[max(start.find(b"<"), 0) :]
        declared = DECLARED.match(start)
        is_utf8 = declared is None or declared[1].lower() in (b"utf-8", b"utf8")
        self._decoder = codecs.getincrementaldecoder("utf-8")("windows-1252") if is_utf8 else None
        self._start = ROOT.sub(_with_prefixes, start, count=1)

    def read(self, size: int = -1, /) -> bytes:
        raw, self._start = self._start or self._file.read(size), b""
        cleaned = raw.translate(None, CONTROLS)
        return self._decoder.decode(cleaned, final=not raw).encode() if self._decoder else cleaned


def _with_prefixes(root: re.Match[bytes]) -> bytes:
    missing = [
        b' xmlns:%s="%s"' % (prefix, name) for prefix, name in PREFIXES.items() if b"xmlns:" + prefix not in root[2]
    ]
    return b"<%s%s%s>" % (root[1], b"".join(missing), root[2])


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("windows-1252", errors="replace"), error.end


codecs.register_error("windows-1252", _as_windows_1252)


def _top(file: _Cleaned, tags: Sequence[str], names: Sequence[str], called: str) -> Iterator[Any]:
    # `recover` accepts common mistakes, for example `&` and `&nbsp;` in titles.
    parsed = etree.iterparse(file, tag=tags, resolve_entities=False, load_dtd=False, no_network=True, recover=True)
    for _, element in parsed:
        parent = element.getparent()
        if parent is None or etree.QName(parent).localname in names:
            continue
        yield element
        element.clear()
        while element.getprevious() is not None:
            del parent[0]
    errors = {error.type for error in parsed.error_log}
    if NO_XML in errors:
        raise CommandFailed(f"{called} is not an XML file.")
    if BROKEN_OFF in errors:
        raise CommandFailed(f"{called} ends in the middle. Please export it there again.")


def text_of(element: Any, name: str) -> str:
    """Return the text of a child by its local name; empty if there is none."""
    child = element.find(f"{{*}}{name}")
    return "" if child is None else "".join(child.itertext()).strip()
