class CannotImport(Exception):
    """An article could not be imported. The text tells a person what happened and what to do next."""


class PageGone(CannotImport):
    """The site says that it has no page at this address."""


class Unchanged(Exception):
    """The site says that its page is what it was when it was fetched before."""
