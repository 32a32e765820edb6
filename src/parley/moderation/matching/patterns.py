"""Compiled patterns of rules, and of lists of words."""

from collections.abc import Callable

import re2  # type: ignore[import-untyped]

from parley.platform.cache import by_text
from parley.platform.text.messages import N_, Message

# The most memory of a compiled pattern; one that needs more is refused when it is saved.
PATTERN_BYTES = 8 << 20
# Of all patterns that a process keeps. A list of 500 long words takes 10 MB, and each edit of it is another pattern.
KEPT_BYTES = 64 << 20
# As measured for such lists.
INSTRUCTION_BYTES = 40
# The end of a word in every script; RE2's \b knows ASCII only. An underscore is one too: _so_ is *so*.
BETWEEN = r"[^\p{L}\p{M}\p{N}]"
# What may stand between the words of a phrase. Fewer ranges than BETWEEN: a list may have thousands of them.
SIGNS = r"[\s!-/:-@\[-`{-~\x{a0}\x{b7}\x{2000}-\x{206f}\x{3000}-\x{303f}]+"


class BadPattern(ValueError):
    """A pattern that cannot be used; the message says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def _size(compiled: "re2._Regexp") -> int:
    """Return the bytes in memory, roughly."""
    return int(INSTRUCTION_BYTES * compiled.programsize)


@by_text("patterns", KEPT_BYTES, _size)
def compile_pattern(pattern: str, *, any_case: bool) -> "re2._Regexp":
    """Compile a pattern of a rule in force, once. Raises BadPattern."""
    return _compile(pattern, any_case=any_case)


def check_pattern(pattern: str) -> None:
    """Raise BadPattern if a pattern cannot be used. It is not kept: somebody may try any number of them."""
    _compile(pattern, any_case=True)


@by_text("words", KEPT_BYTES, _size)
def words_pattern(words: tuple[str, ...], fold: Callable[[str], str]) -> "re2._Regexp":
    """A pattern for words and phrases, whose own words may have any signs between them."""
    either = "|".join(SIGNS.join(map(re2.escape, fold(word).split())) for word in words)
    return _compile(f"(?:^|{BETWEEN})({either})(?:$|{BETWEEN})", any_case=False)


def _compile(pattern: str, *, any_case: bool) -> "re2._Regexp":
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = PATTERN_BYTES, False, not any_case
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise BadPattern(N_("This pattern cannot be read: {reason}.").format(reason=reason)) from None
