"""Other ways to read a query of which hardly anything has all words: with misspelt words corrected, and fewer words."""

from collections.abc import Mapping, Sequence

import msgspec

from parley.interfaces.search import spelling
from parley.interfaces.search.forms import SearchForm
from parley.interfaces.search.queries import Search
from parley.interfaces.search.terms import TextQuery, text_query

# Readers remember what a text says, but few of its words. Texts may lack one word; then they need three of the rarest,
# then two. More than eight would become too many ways to choose three.
AT_LEAST = (3, 2)
RAREST = 8


async def searches(search: Search, form: SearchForm, corrections: Mapping[int, str]) -> list[Search]:
    """Return searches for what `search` does not find, each for more texts than the one before.

    Texts that have the rarer words come first.
    """
    if not search.text.exact:
        return []
    text = await text_query(form.query, form.lang, corrections) if corrections else search.text
    rarity = await spelling.rarity(form.query)
    rarest = sorted(text.wanted, key=lambda place: -rarity[place])
    weights = tuple(rarity[place] for place in text.wanted)
    return [
        msgspec.structs.replace(
            search, text=looser.other_than(search.text.exact), parts=tuple(text.wanted.values()), weights=weights
        )
        for looser in _texts(text, rarest, is_corrected=bool(corrections))
    ]


def _texts(text: TextQuery, rarest: Sequence[int], *, is_corrected: bool) -> list[TextQuery]:
    all_but_one = len(rarest) - 1
    texts = [text] if is_corrected else []
    texts += [text.with_any(all_but_one, rarest)] if all_but_one else []
    return texts + [text.with_any(count, rarest[:RAREST]) for count in AT_LEAST if count < all_but_one]
