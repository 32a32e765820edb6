"""What a page says about its author, and which section of its site the article is in."""

from parley.extraction.metadata.page_data import PageData, text_of

LONGEST_BIO, _SHORTEST_BIO = 600, 20
LONGEST_SECTION = 80
_SECTION = ("article:section", "parsely-section", "section")


def find_bio(page: PageData) -> tuple[str, str]:
    """The author's short biography, and where it was found; empty unless there is exactly one author with one."""
    authors = [value for value in page.values("author") if isinstance(value, dict)]
    bio = text_of(authors[0].get("description")) if len(authors) == 1 else ""
    return (bio, "json-ld") if _SHORTEST_BIO <= len(bio) <= LONGEST_BIO else ("", "")


def find_section(page: PageData) -> tuple[str, str]:
    """The section, such as `Opinion`, and where it was found; empty if there is none."""
    said = [(text_of(value), "json-ld") for value in page.values("articleSection")]
    said += [(text, f"meta {name}") for name in _SECTION for text in page.meta.get(name, [])]
    return next(
        (section for section in said if 0 < len(section[0]) <= LONGEST_SECTION and "://" not in section[0]), ("", "")
    )
