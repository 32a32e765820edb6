"""Errors of importing."""


class CannotImport(Exception):
    """An article could not be imported. The message tells the member what happened and what to do next."""


class PageGone(CannotImport):
    """The site has no page at this address (404 or 410)."""


class Unchanged(Exception):
    """The page has not changed since it was fetched before (304)."""
