"""The forms of the panel in a publisher's page."""

from collections.abc import Mapping
from typing import Any

from parley.discussion.commenting.forms import CommentForm
from parley.platform.http.forms import Form


class FirstCommentForm(CommentForm):
    """A comment on an article that has no thread yet: a top-level one, on the whole article."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.parent = self.passage = None
        self.quote = self.prefix = ""


class SessionForm(Form):
    """The fields of `POST /embed/session`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.code = self.text("code", most=100)
        self.verifier = self.text("verifier", most=128)
