"""What a member who leaves has erased."""

from typing import Self

import msgspec

# What comes with the words, if the member chose so: articles that others answered, and what others quoted.
MORE = ("articles", "quotes")


class Scope(msgspec.Struct, frozen=True):
    """Whether the words go, too; and with them pasted articles that others answered, and quotes in their comments."""

    words: bool = False
    articles: bool = False
    quotes: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote: `name`, `words`, or `words` with more, such as `words+articles`."""
        parts = text.split("+")
        return cls(**{part: part in parts for part in ("words", *MORE)})

    def __str__(self) -> str:
        return "+".join(["words", *(part for part in MORE if getattr(self, part))]) if self.words else "name"
