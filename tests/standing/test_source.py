"""What no line of the source may do."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "parley"

BANNED: dict[str, set[str]] = {
    # Piccolo's nested transactions are none, and a failing COMMIT would leak the connection.
    # A backup reads on a connection of its own, in one snapshot, and writes nothing; so does an export of a site. Its
    # import writes all or nothing, with the rights of the login.
    r"\.transaction\(": {
        "platform/db/transactions.py",
        "site/backup/database.py",
        "site/transfer/importing.py",
    },
    r"\bpickle\b|\beval\(|\bexec\(": set(),
    # Its loader makes texts, lists and mappings only.
    r"yaml\.load\(": {"extraction/text/front_matter.py"},
    # Piccolo's ways past our pool, and the one that races (docs/decisions/0003).
    r"\.run_sync\(|\.batch\(|\.get_or_create\(": set(),
    r"datetime\.now\(\)|utcnow\(": set(),
    r"\|\s*safe\b": set(),
}


@pytest.mark.parametrize("pattern", BANNED)
def test_the_source_does_without(pattern: str) -> None:
    found = {
        file.relative_to(SOURCE).as_posix()
        for file in SOURCE.rglob("*.py")
        if re.search(pattern, "\n".join(line.partition("#")[0] for line in file.read_text().splitlines()))
    }

    assert found <= BANNED[pattern]


# Where a pattern is made of what somebody wrote: each letter escaped, or on the linear-time engine.
PATTERNS_OF_WORDS = {
    "moderation/matching/patterns.py",
    "own_data/erasure/mentions.py",
    "own_data/exports/notes.py",
    "people/accounts/muted_words.py",
}
# Where it is made of a parameter that its callers spell out: a header's name, a table of words.
PATTERNS_OF_OURS = {
    "extraction/pdf/authors.py",
    "platform/text/normal_forms.py",
    "extraction/pruning/lines.py",
    "own_data/erasure/quotes.py",
    "extraction/text/tokens.py",
    "people/returned_mail/reason_phrases.py",
    "people/returned_mail/reports.py",
    "moderation/matching/links.py",
    "platform/text/folding.py",
    "moderation/matching/marks.py",
}
# Where what is filled in is one of our own messages, chosen at run time.
FORMATS_OF_OURS = {
    "moderation/dashboard/team.py",
    "articles/imports/preview.py",
    "extraction/errors.py",
    "articles/revisions/losses.py",
    "moderation/automod/acting.py",
    "moderation/matching/budget.py",
    "moderation/modqueue/kinds.py",
    "platform/errors.py",
    "platform/text/durations.py",
    "platform/text/formats.py",
    "platform/text/languages.py",
    "platform/text/messages.py",
    "moderation/dashboard/periods.py",
    "letters/digests/words.py",
    "moderation/modlog/wording.py",
    "moderation/modrules/kinds.py",
    "discussion/slow_mode/display.py",
    "discussion/slow_mode/rules.py",
    "discussion/threads/topic_menu.py",
}
ASKED_OF_RE = {"compile", "sub", "subn", "search", "match", "fullmatch", "findall", "finditer", "split"}


def is_ours(node: ast.expr) -> bool:
    """Whether a text is written in the source: a literal, a constant, or made of those."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper()
        case ast.JoinedStr(values=parts):
            return all(isinstance(one, ast.Constant) or is_ours(one.value) for one in parts)  # type: ignore[attr-defined]
        case ast.BinOp(left=left, right=right):
            return is_ours(left) and is_ours(right)
        case (
            ast.Call(func=ast.Attribute(attr="escape" | "join"), args=args)
            | ast.Call(func=ast.Name("Markup" | "N_"), args=args)
        ):
            return all(is_ours(one) for one in args)
    return False


@cache
def trees() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text()) for file in SOURCE.rglob("*.py")}


def strange(kind: str) -> set[str]:
    """The files where a `pattern`, or a `format` string, is not ours alone."""
    found = set()
    for file, tree in trees().items():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name("re" | "re2"), attr=name), args=[first, *_]):
                    is_strange = kind == "pattern" and name in ASKED_OF_RE and not is_ours(first)
                case ast.Call(func=ast.Attribute(value=text, attr="format" | "format_map")):
                    of_text = not (isinstance(text, ast.Attribute) and text.attr == "json")
                    is_strange = kind == "format" and of_text and not is_ours(text)
                case _:
                    is_strange = False
            if is_strange:
                found.add(file.relative_to(SOURCE).as_posix())
    return found


def test_nothing_that_somebody_wrote_becomes_a_pattern_or_a_format_string() -> None:
    assert strange("pattern") == PATTERNS_OF_WORDS | PATTERNS_OF_OURS
    assert strange("format") == FORMATS_OF_OURS
