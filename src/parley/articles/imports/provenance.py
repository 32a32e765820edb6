"""Where an import found a fact about its article, in words for the member who checks it."""

from collections.abc import Mapping

from parley.platform.text.messages import N_, Message

_WHERE = {
    "json-ld": N_("From the page's data for search engines."),
    "citation": N_("From the page's data for libraries."),
    "microdata": N_("From the page's marked text."),
    "rel=author": N_("From the page's link to its author."),
    "rel=license": N_("From the page's link to its licence."),
    "heading": N_("From its heading."),
    "title": N_("From the title of the page's window."),
    "opening": N_("From the first line of the text."),
    "byline": N_("From the line with its authors."),
    "text": N_("From the text or the address. Please check it."),
    "declared": N_("As the page or file declares it."),
    "words": N_("Detected from its words."),
    "front matter": N_("From the front matter of the file."),
    "pdf properties": N_("From the properties of the PDF."),
    "largest text": N_("From the largest text on the first page."),
    "below title": N_("From the lines below the title."),
    "arXiv stamp": N_("From arXiv's stamp on the first page."),
}
FACTS = ("title", "byline", "published_at", "updated_at", "language", "section", "licence", "bio")
_META = N_("From the page's metadata ({name}).")


def described_facts(where: Mapping[str, str]) -> dict[str, Message | None]:
    """For each of FACTS, the sentence for where it was found; None where it was not, or where that says nothing."""
    return {name: describe(where.get(name, "")) for name in FACTS}


def describe(where: str) -> Message | None:
    """The sentence for a name in `ArticleText.where`; None where it says nothing."""
    if where.startswith("meta "):
        return _META.format(name=where.removeprefix("meta "))
    return _WHERE.get(where)
