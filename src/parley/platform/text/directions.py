"""The direction in which a text is written."""

import re

_RTL_LETTER = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def direction_of(text: str) -> str:
    """The writing direction of most letters of a text: `rtl` or `ltr`."""
    letters = sum(map(str.isalpha, text))
    return "rtl" if letters and len(_RTL_LETTER.findall(text)) > letters / 2 else "ltr"
