"""The forms to add a feed and to change how it is used."""

from collections.abc import Mapping
from typing import Any

from multipart import MultipartPart  # type: ignore[import-untyped]

from parley.articles.articles.rules import is_web_address
from parley.interfaces.inbound_feeds.rules import LONGEST_URL, feed_address
from parley.platform.http.forms import CHOOSE, Form
from parley.platform.text.messages import N_

LONGEST_BASIS = 500
LEAST_BASIS = 10
LARGEST_LIST = 1_000_000  # bytes


class FeedForm(Form):
    """How a feed is used: its topic, whether its entries need a review, and on which basis full texts are shown."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.topic = self.text("topic", most=40, least=1, missing=CHOOSE)
        self.mode = "auto" if self.flag("auto") else "review"
        self.display = "full" if self.flag("full") else "excerpt"
        self.basis = self.text("basis", most=LONGEST_BASIS)
        if self.display == "full" and len(self.basis) < LEAST_BASIS:
            self.errors.setdefault(
                "basis", N_("Please write why the full text may be shown, such as the licence or the agreement.")
            )


class ListForm(FeedForm):
    """A list of feeds (OPML) that all get the same use; `opml` is the file's bytes."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        upload = data.get("file")
        self.opml = b""
        if not isinstance(upload, MultipartPart):
            self.errors["file"] = N_("Please choose a file.")
        elif upload.size > LARGEST_LIST:
            self.errors["file"] = N_("This file is larger than a list of feeds may be: 1 MB.")
        else:
            self.opml = upload.raw


class NewFeedForm(FeedForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        typed = self.text("url", most=LONGEST_URL, least=1)
        self.url = feed_address(typed)
        if self.url and not is_web_address(self.url):
            self.errors["url"] = N_("This is not a web address. It should look like https://example.org/feed.xml.")
