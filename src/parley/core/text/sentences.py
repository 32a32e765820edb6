"""Sentences of ours with members' words in them, for templates of pages and of plain text alike."""

import msgspec
from markupsafe import Markup

ISOLATED = Markup("<bdi>{}</bdi>")


class Sentence(msgspec.Struct, frozen=True):
    """`form` with `words` where it has `{}`.

    HTML isolates the words, which may be written in the other direction.
    """

    form: str
    words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.form)

    def __str__(self) -> str:
        return self.form.format(*self.words)

    def __html__(self) -> str:
        """Return what Jinja puts into HTML."""
        return Markup(self.form).format(*map(ISOLATED.format, self.words))  # noqa: S704 ours


NOTHING = Sentence("")
