"""The forms to import, publish and revise an article."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, cast, get_args

from parley.articles.articles.rules import is_web_address
from parley.articles.articles.thesis import thesis_of
from parley.extraction.limits import LONGEST_BIO, LONGEST_SECTION
from parley.extraction.metadata.licences import LONGEST_LICENCE
from parley.platform.http.forms import CHOOSE, Form
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

ImportKind = Literal["url", "text", "file"]
LONGEST_URL = 2_000
LONGEST_TITLE = 300
LONGEST_BYLINE = 2_000
LONGEST_TEXT = 500_000
LONGEST_REASON = 300
LONGEST_PLACED = 1_000
LONGEST_LANGUAGE = 35
# What a page says besides: each an optional line.
ABOUT = {"section": LONGEST_SECTION, "licence": LONGEST_LICENCE, "bio": LONGEST_BIO}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class NewForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.source = cast("ImportKind", self.choice("source", get_args(ImportKind)) or "url")
        self.title = self.text("title", most=LONGEST_TITLE)
        self.topic = self.text("topic", most=40)
        self.thesis = thesis_of(self, "thesis")
        self.url = self._url() if self.source == "url" else self._kept_url()
        self.text_ = (
            self.text("text", most=LONGEST_TEXT, least=1, lines=True)
            if self.source == "text"
            else self.values.get("text", "")
        )

    def _url(self) -> str:
        url = self.text("url", most=LONGEST_URL, least=1)
        if url and not is_web_address(url):
            self.errors["url"] = N_("This is not a web address. It should look like https://example.org/article.")
        return url

    def _kept_url(self) -> str | None:
        """The address of a pasted text, if it was given."""
        url = self.values.get("url", "").strip()
        return url if self.source == "text" and len(url) <= LONGEST_URL and is_web_address(url) else None


class PublishForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.title = self.text("title", most=LONGEST_TITLE, least=1)
        # None if the field was not sent, which leaves the byline as imported. An empty one removes it.
        self.byline = self.text("byline", most=LONGEST_BYLINE) if "byline" in self.values else None
        self.topic = self.text("topic", most=40, least=1, missing=CHOOSE)
        # None if it is empty, or if the field was not sent.
        self.thesis = thesis_of(self, "thesis")
        self.lang = self._language()
        self.about = {name: self.text(name, most=most) or None for name, most in ABOUT.items() if name in self.values}
        self.published = self._day("published")
        self.updated = self._day("updated")

    def _day(self, name: str) -> date | None:
        """A day such as 2026-03-04. None if the field is empty or was not sent."""
        if not (value := self.text(name, most=10)):
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.errors[name] = N_("This is no date. Write it like 2026-03-04.")
            return None

    def _language(self) -> str | None:
        value = self.text("lang", most=LONGEST_LANGUAGE)
        if value and not LANGUAGE.fullmatch(value):
            self.errors["lang"] = N_("This is no language tag. Write it like en or pt-BR.")
        return value or None


class ReviseForm(Form):
    """An edit. `revision` is the number of the revision that was edited."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.revision = self.id("revision")
        self.title = self.text("title", most=LONGEST_TITLE, least=1)
        self.byline = self.text("byline", most=LONGEST_BYLINE)
        self.text_ = self.text("text", most=LONGEST_TEXT, least=1, lines=True)
        self.reason = self.text("reason", most=LONGEST_REASON)
        self.previews = self.flag("preview")
        self.placed = self._placed()

    def _placed(self) -> dict[int, str]:
        """The words on which comments are placed by hand, by the comments' ids."""
        names = {name: as_id(name.removeprefix("words-")) for name in self.values if name.startswith("words-")}
        given = {number: self.text(name, most=LONGEST_PLACED) for name, number in names.items() if number}
        return {number: words for number, words in given.items() if words}
