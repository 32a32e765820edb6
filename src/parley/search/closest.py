"""Other ways to read a query of which hardly anything has all words: with misspelt words corrected, and fewer words."""

from collections.abc import Mapping

import msgspec

from parley.search import spelling
from parley.search.forms import SearchForm
from parley.search.queries import Search
from parley.search.terms import TextQuery, text_query

# With so many words, how many of them a text may lack. Longer queries would become too many ways to leave out two.
MAY_LACK = {2: (1,), 3: (1,), 4: (1, 2), 5: (1, 2), 6: (1, 2), 7: (1, 2), 8: (1, 2)}
OF_MORE = (1,)
FEWEST = min(MAY_LACK)


async def ways(search: Search, form: SearchForm, corrections: Mapping[int, str]) -> list[Search]:
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
    missing = MAY_LACK.get(len(text.wanted), OF_MORE) if len(text.wanted) >= FEWEST else ()
    return ([text] if is_corrected else []) + [text.without(number) for number in missing]
