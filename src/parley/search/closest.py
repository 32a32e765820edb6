"""Other ways to read a query of which hardly anything has all words: with misspelt words corrected, and fewer words."""

from collections.abc import Mapping

import msgspec

from parley.search import spelling
from parley.search.forms import SearchForm
from parley.search.queries import Search
from parley.search.terms import TextQuery, text_query

# How many words of a query a text may lack: one, and then two of a query of this length. With fewer words hardly
# anything would be left of it, and with more there would be too many ways to leave out two.
FEWEST_WORDS = 2
MAY_LACK_TWO = range(4, 9)


async def searches(search: Search, form: SearchForm, corrections: Mapping[int, str]) -> list[Search]:
    """Return searches for what `search` does not find, each for more texts than the one before.

    Texts that have the rarer words come first.
    """
    if not search.text.exact:
        return []
    text = await text_query(form.query, form.lang, corrections) if corrections else search.text
    rarity = await spelling.rarity(form.query)
    weights = tuple(rarity[place] for place in text.wanted)
    return [
        msgspec.structs.replace(
            search, text=one.other_than(search.text.exact), parts=tuple(text.wanted.values()), weights=weights
        )
        for one in _texts(text, is_corrected=bool(corrections))
    ]


def _texts(text: TextQuery, *, is_corrected: bool) -> list[TextQuery]:
    texts = [text] if is_corrected else []
    if len(text.wanted) >= FEWEST_WORDS:
        texts.append(text.without(1))
    if len(text.wanted) in MAY_LACK_TWO:
        texts.append(text.without(2))
    return texts
