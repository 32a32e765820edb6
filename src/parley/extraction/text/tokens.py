"""Words that stand for markup, such as a formula, while a text is searched, cut and sanitised."""

import re
from itertools import count


class Tokens:
    """Markup by token. A token is one word of letters and digits that the text does not have."""

    def __init__(self, text: str) -> None:
        lead = next(lead for lead in (f"xq{number}z" for number in count(7)) if lead not in text)
        self._lead = lead
        self._markup: list[str] = []
        self._token = re.compile(rf"{lead}(\d{{19}})zq")

    def add(self, markup: str) -> str:
        """The token of some markup, long enough that extractors do not take its paragraph for an empty one."""
        self._markup.append(markup)
        return f"{self._lead}{len(self._markup) - 1:019d}zq"

    def replaced(self, text: str) -> str:
        """`text` with the markup of its tokens."""
        return self._token.sub(lambda token: self._markup[int(token[1])], text) if self._markup else text

    def found_in(self, text: str) -> list[int]:
        """The numbers of the tokens in a text, in order, from 0 for the first that was added."""
        return [int(number) for number in self._token.findall(text)]
