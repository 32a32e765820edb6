"""Members' words in letters that are written from right to left, and where a page leaves their direction to chance."""

import re
from html.parser import HTMLParser

# Markup and addresses, and how mail programs begin the subject of an answer.
KEPT = re.compile(r"(<[^>]*>|&\w+;|https?://\S+|\bRe: )")
LATIN, LETTERS = "abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתםןףץ"
HEBREW = str.maketrans(LATIN + LATIN.upper(), LETTERS * 2)
RIGHT_TO_LEFT = re.compile("[א-ת]")
LEFT_TO_RIGHT = re.compile("[A-Za-z]")
# What stands between the characters that isolate.
ISOLATED = re.compile("\N{FIRST STRONG ISOLATE}[^\N{POP DIRECTIONAL ISOLATE}]*\N{POP DIRECTIONAL ISOLATE}")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Texts without markup, and those that are read as they were typed.
UNSHOWN = {"title", "script", "style", "code", "pre", "kbd"}
TYPED = {"text", "search", "email", "url"}


def hebrew(text: str) -> str:
    """The same text with a Hebrew letter for each Latin one; markup and addresses stay."""
    parts = KEPT.split(text)
    parts[::2] = [part.translate(HEBREW) for part in parts[::2]]
    return "".join(parts)


class Element:
    def __init__(self, tag: str, attrs: dict[str, str | None]) -> None:
        self.tag = tag
        self.isolates = tag == "bdi" or "dir" in attrs
        # Mail clients show the preheader as plain text.
        self.is_plain = tag in UNSHOWN or attrs.get("class") == "preheader"
        self.text = ""


class Directions(HTMLParser):
    """Collects in `faults` the texts from right to left that stand in no element of their own direction."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        value = named.get("value") or ""
        if (
            tag == "input"
            and named.get("type", "text") in TYPED
            and RIGHT_TO_LEFT.search(value)
            and named.get("dir") != "auto"
        ):
            self.faults.append(f"<input>: {value}")
        if tag not in VOID:
            self.open.append(Element(tag, named))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            closed = self.open.pop()
            if closed.isolates and closed.tag != "html":
                self._check(closed)
            if closed.tag == tag:
                return

    def _check(self, one: Element) -> None:
        """An element with members' words has no others, or they would share one direction."""
        if RIGHT_TO_LEFT.search(one.text) and LEFT_TO_RIGHT.search(one.text):
            self.faults.append(f"<{one.tag}>, with ours: {' '.join(one.text.split())}")

    def handle_data(self, data: str) -> None:
        if any(one.is_plain for one in self.open):
            return
        data = ISOLATED.sub("", data)
        around = [one for one in self.open if one.isolates and one.tag != "html"]
        if around:
            around[-1].text += KEPT.sub("", data)
        elif RIGHT_TO_LEFT.search(data):
            self.faults.append(f"<{self.open[-1].tag}>: {' '.join(data.split())}" if self.open else data)


def undirected(html: str) -> list[str]:
    """The texts of a page whose direction is left to what stands around them."""
    reader = Directions()
    reader.feed(html)
    reader.close()
    return reader.faults
