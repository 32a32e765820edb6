"""Errors of importing."""

from typing import Any

from parley.platform.text.messages import N_, Message, join

TOO_LARGE = N_("This is too large to be read here. Paste the text instead.")
EMPTY = N_("There is no text in it. Paste the text instead.")
UNREADABLE = N_("This cannot be read here. Save it as .docx, .epub, .pdf, .html, .md or .txt, or paste its text.")


class CannotImport(Exception):
    """An article could not be imported. `reason` says what happened, `message` also what to do next.

    `found` is what was found nevertheless, such as the title (an `Extracted` without text); None if nothing was.
    """

    def __init__(self, reason: Message, advice: Message | None = None, **values: Any) -> None:
        self.reason = reason.format(**values) if values else reason
        self.message = join(" ", [self.reason, advice]) if advice else self.reason
        self.found: Any = None
        super().__init__(self.message)


class PageGone(CannotImport):
    """The site has no page at this address: 404, or 410 where it `is_for_good`."""

    is_for_good = False


class SiteUnreachable(CannotImport):
    """There is no such site, or it did not answer: so it is with every address of it."""


class SiteBusy(CannotImport):
    """The site asks for fewer requests (429), or for a pause (503); `retry_after` is its header, if there is one."""

    retry_after: str = ""


class Unchanged(Exception):
    """The page has not changed since it was fetched before (304)."""
