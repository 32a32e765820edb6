"""Words and phrases that a member does not want to read about, for a while or for good.

Pages of threads match the comments that they show, by Python's folding of case and width. Lists and numbers match in
PostgreSQL, which knows fewer variants: a word in full-width letters is found on a page only.
"""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import re2  # type: ignore[import-untyped]

from parley.people.accounts import queries, viewer_cache
from parley.people.accounts.tables import MutedWord
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.cache import by_text
from parley.platform.errors import Refused
from parley.platform.http.forms import Form
from parley.platform.text.cleaning import BadText, clean
from parley.platform.text.folding import fold
from parley.platform.text.messages import N_

# How long anything may be muted, in days.
PERIODS = {"day": 1, "week": 7, "always": None}
# PostgreSQL keeps 32 compiled patterns for a connection. With more, it would compile each anew for every comment.
MOST_WORDS = 30
LONGEST_WORD = 40
# Words after so many characters of a text are not looked for: a list may have hundreds of the longest comments.
LONGEST_READ = 4_000
# Compiled patterns of the members who are here. Each step of one takes about 40 bytes.
KEPT_BYTES, STEP_BYTES = 16 * 2**20, 40
# What ends a word: anything but letters and digits, and every letter of a script that puts no spaces between words.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
BETWEEN = rf"[^\p{{L}}\p{{M}}\p{{N}}]|[{UNSPACED}]"
BETWEEN_SQL = f"[^[:alnum:]]|[{UNSPACED}]"
# What may stand between the words of a phrase.
SIGNS = r"[\s!-/:-@\[-`{-~]+"
# What stands around the words in a pattern.
BEFORE_SQL, AFTER_SQL = f"(^|{BETWEEN_SQL})", f"($|{BETWEEN_SQL})"
ALL_WORDS_SQL = (
    f"string_agg(substr(w.pattern, {len(BEFORE_SQL) + 1}, length(w.pattern) - {len(BEFORE_SQL + AFTER_SQL)}), '|')"
)
# Whether the words {text} contain what {member} muted. Hot: most members muted none. All words are one pattern, which
# PostgreSQL compiles once: a pattern for each took 1.4 s for 300 of the longest comments.
HAS_MUTED_WORD = f"""(
case when exists (select from muted_word w where w.member = {{member}}) then coalesce(
    replace(replace(lower(left({{text}}, {LONGEST_READ})), 'ß', 'ss'), '\u03c2', '\u03c3') ~ (
        select '{BEFORE_SQL}(' || {ALL_WORDS_SQL} || '){AFTER_SQL}' from muted_word w
        where w.member = {{member}} and (w.muted_until is null or w.muted_until > now())), false) else false end)"""  # noqa: S608 constants only
SELECT_WORDS = """
select word, muted_until from muted_word
where member = $1 and (muted_until is null or muted_until > now()) order by created_at desc, id desc
"""
INSERT_WORD = """
insert into muted_word (member, word, hint, pattern, muted_until) values ($1, $2, $3, $4, $5)
on conflict (member, word) do update set muted_until = excluded.muted_until, created_at = now()
"""
DELETE_ENDED = "delete from muted_word where member = $1 and muted_until <= now()"


class MutedWordRow(msgspec.Struct, frozen=True):
    word: str
    muted_until: datetime | None


async def list_words(viewer: Viewer) -> list[MutedWordRow]:
    """The words that a member muted, the last first."""
    return await db.fetch(MutedWordRow, SELECT_WORDS, viewer.id)


async def mute(viewer: Viewer, raw: str, until: datetime | None) -> str:
    """Mute a word or phrase, and return it as it is kept. Raises Refused."""
    word = as_word(raw)
    async with db.atomic():
        await queries.lock(viewer.id)
        await db.execute(DELETE_ENDED, viewer.id)
        others = MutedWord.count().where(MutedWord.member == viewer.id, MutedWord.word != word)
        if await others >= MOST_WORDS:
            raise Refused(N_("You have muted {most} words, which is the limit."), most=MOST_WORDS)
        await db.execute(INSERT_WORD, viewer.id, word, *_in_postgres(word), until)
        viewer_cache.clear_after_commit()
    return word


async def unmute(viewer: Viewer, raw: str) -> None:
    """Mute a word no longer. Raises Refused if `raw` is none that could be muted."""
    word = as_word(raw)
    async with db.atomic():
        await MutedWord.delete().where(MutedWord.member == viewer.id, MutedWord.word == word)
        viewer_cache.clear_after_commit()


def end_of(form: Form) -> datetime | None:
    """Return when a mute ends for which the form chose a period; None: it does not."""
    days = PERIODS[form.choice("period", list(PERIODS)) or "always"]
    return datetime.now(UTC) + timedelta(days=days) if days else None


def as_word(raw: str) -> str:
    """Return `raw` as a word that can be muted, with single spaces, in lower case. Raises Refused."""
    try:
        word = " ".join(clean(raw, lines=False).lower().split())
    except BadText as error:
        raise Refused(error.message) from None
    folded = fold(word[: LONGEST_WORD + 1])
    if not any(map(str.isalnum, folded)):
        raise Refused(N_("Please write a word or a phrase."))
    if max(len(word), len(folded)) > LONGEST_WORD:
        raise Refused(N_("A word or phrase has at most {longest} characters."), longest=LONGEST_WORD)
    return word


def muted_word(words: tuple[str, ...], text: str) -> str | None:
    """Return the first of these words in `text`, as it is written there, or None."""
    return first_in(searchable(text), words) if words else None


def searchable(text: str) -> str:
    """Return what is looked at of a text, in which `first_in` finds words."""
    return fold(text[:LONGEST_READ])


def first_in(text: str, words: tuple[str, ...]) -> str | None:
    """Return the first of these words in a text that is folded, or None."""
    match = _pattern(words).search(text) if words else None
    return match.group(1) if match else None


@by_text("muted", KEPT_BYTES, lambda compiled: int(STEP_BYTES * compiled.programsize))
def _pattern(words: tuple[str, ...]) -> "re2._Regexp":
    either = "|".join(SIGNS.join(map(re2.escape, fold(word).split())) for word in words)
    return re2.compile(f"(?:^|{BETWEEN})({either})(?:$|{BETWEEN})")


def _in_postgres(word: str) -> tuple[str, str]:
    """Return the hint and the pattern of a word."""
    parts = fold(word).split()
    return max(parts, key=len), f"{BEFORE_SQL}{SIGNS.join(map(re.escape, parts))}{AFTER_SQL}"
