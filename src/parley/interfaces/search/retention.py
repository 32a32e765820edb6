"""How long the search index is kept."""

from parley.platform.retention import Kept

RULES = ()
KEPT: Kept = {
    "search_document": "one row for each article, passage and comment that can be found; it goes when they are removed",
    "search_word": "words of several members' comments; collected anew every night",
}
