"""A language made up for tests: English with accents, in brackets, a third longer; markup and values stay."""

import re

KEPT = re.compile(r"(<[^>]*>|&\w+;|%\(\w+\)s|\{\w+(?::\w+)?\})")
ACCENTED = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
LONGER = 0.35


def pseudo(message: str) -> str:
    """The message as somebody would read it who speaks no other language."""
    parts = KEPT.split(message)
    parts[::2] = [part.translate(ACCENTED) for part in parts[::2]]
    more = "~" * round(LONGER * sum(len(part) for part in parts[::2]))
    return f"⟦{''.join(parts)}{more}⟧"


def outside(text: str) -> str:
    """What stands in no brackets."""
    while True:
        text, found = re.subn(r"⟦[^⟦⟧]*⟧", " ", text)
        if not found:
            return text
