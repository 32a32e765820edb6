"""The form of a webhook: its address, and a checkbox for each kind of event."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from parley.articles.articles.rules import is_web_address
from parley.platform.http.forms import Form
from parley.platform.settings import settings
from parley.platform.text.messages import N_

LONGEST_ADDRESS = 500
# No event: with it, a webhook is asked about each comment that is posted or edited (interfaces/webhooks/judging.py).
JUDGE = "comment.judge"
KINDS = {
    "comment.posted": N_("A comment is posted"),
    "comment.edited": N_("A comment is edited"),
    "comment.edit_requested": N_("A moderator asks an author to edit a comment"),
    "comment.deleted": N_("A comment is deleted by its author"),
    "comment.removed": N_("A comment is removed"),
    "comment.restored": N_("A comment is restored"),
    "comment.moved_away": N_("A comment is moved to another thread"),
    "comment.moved_here": N_("A comment is moved into a thread"),
    "thread.opened": N_("A thread is opened"),
    "thread.locked": N_("A thread is locked"),
    "thread.unlocked": N_("A thread is unlocked"),
    "thread.slowed": N_("Slow mode changes"),
    "thread.archived": N_("A thread is archived"),
    "article.revised": N_("An article gets a new version"),
    "anchors.moved": N_("All comments have moved to the new version of an article"),
    "article.restricted": N_("More or less of an article is shown"),
    "author.pinned": N_("An author pins a reply"),
    "thesis.changed": N_("What an article claims changes"),
    "discussion.imported": N_("A discussion is imported"),
    "raid.began": N_("A moderator switches raid mode on"),
    "raid.ended": N_("A moderator ends raid mode"),
    JUDGE: N_("Ask it to judge each comment, and show its answer to moderators"),
}


class WebhookForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.url = self.text("url", most=LONGEST_ADDRESS, least=1)
        if self.url and not _may_get_events(self.url):
            self.errors["url"] = N_("This must be an address that begins with https:// and has no password in it.")
        self.kinds = [kind for kind in KINDS if self.flag(kind)]
        if not self.kinds:
            self.errors["kinds"] = N_("Please choose at least one event.")
        if JUDGE in self.kinds and len(self.kinds) > 1:
            self.errors["kinds"] = N_("A webhook that is asked about comments gets no events. Please make two.")


def _may_get_events(url: str) -> bool:
    """Whether messages to `url` are encrypted on the way. An installation on localhost may use http."""
    if not is_web_address(url):
        return False
    parts = urlsplit(url)
    return "@" not in parts.netloc and (parts.scheme == "https" or settings().local)
