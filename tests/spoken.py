"""What of a page is read or spoken: its text, and the attributes that are read out."""

from html.parser import HTMLParser

SPOKEN = {"alt", "aria-label", "placeholder", "title"}


class Reader(HTMLParser):
    """Collects the texts of a page in `texts`."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tag = ""
        self.in_formula = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in SPOKEN and value]
        self.tag = tag
        self.in_formula |= tag == "math"

    def handle_endtag(self, tag: str) -> None:
        self.tag = ""
        self.in_formula &= tag != "math"

    def handle_data(self, data: str) -> None:
        # A key of the keyboard has no other name, and formulas are the same in all languages.
        if not self.in_formula and self.tag not in {"kbd", "script", "style"}:
            self.texts.append(data)


def spoken(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    return reader.texts
