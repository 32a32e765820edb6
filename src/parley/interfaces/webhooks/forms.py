"""The form of a webhook: its address, and a checkbox for each kind of events."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from parley.articles.articles.rules import is_web_address
from parley.interfaces.webhooks.kinds import KINDS
from parley.platform.http.forms import Form
from parley.platform.settings import settings
from parley.platform.text.messages import N_

LONGEST_ADDRESS = 500


class WebhookForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.url = self.text("url", most=LONGEST_ADDRESS, least=1)
        if self.url and not _may_get_events(self.url):
            self.errors["url"] = N_("This must be an address that begins with https:// and has no password in it.")
        self.kinds = [kind for kind in KINDS if self.flag(kind)]
        if not self.kinds:
            self.errors["kinds"] = N_("Please choose at least one event.")


def _may_get_events(url: str) -> bool:
    """Whether `url` is an address that nobody on the way can read. An installation on localhost may use http."""
    if not is_web_address(url):
        return False
    parts = urlsplit(url)
    return "@" not in parts.netloc and (parts.scheme == "https" or settings().local)
