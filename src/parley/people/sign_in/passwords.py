"""Passwords: which are good enough, and their Argon2id hashes, which two threads compute.

One hash is computed at a time for each asker, and three kinds of askers share the threads, so that an attacker who
guesses many passwords, even from many networks, does not delay the others.
"""

import asyncio
import gzip
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from functools import cache
from typing import TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn_rs_py import Warning as Weakness
from zxcvbn_rs_py import zxcvbn

from parley.people.accounts.names import DATA
from parley.people.sign_in import breached
from parley.platform.concurrency import SourceSemaphore
from parley.platform.errors import Refused
from parley.platform.http import fair_share
from parley.platform.networks import Source
from parley.platform.shared_slots import SharedSlots
from parley.platform.text.messages import N_, Message, join
from parley.platform.text.normal_forms import normalize

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
# Shorter words occur in good passwords by chance.
SHORTEST_WORD = 3
NO_LETTER = re.compile(r"[\W\d_]+")

# zxcvbn takes disproportionately long for long passwords: 48 ms for some of 64 characters. So only the beginning of a
# longer password is judged.
LONGEST_JUDGED = 32
# Sign-ins are limited and hashes are Argon2id, so nobody gets near this many guesses.
LEAST_GUESSES = 1_000_000

COMMON = N_("Many people use this password or one like it, so attackers try it first.")
# By zxcvbn's warnings as strings, since the warnings themselves cannot be keys.
REASONS = {
    str(warning): reason
    for reason, warnings in {
        COMMON: (
            Weakness.ThisIsATop10Password,
            Weakness.ThisIsATop100Password,
            Weakness.ThisIsACommonPassword,
            Weakness.ThisIsSimilarToACommonlyUsedPassword,
        ),
        N_("One word alone is easy to guess."): (Weakness.AWordByItselfIsEasyToGuess,),
        N_("Names are easy to guess."): (
            Weakness.NamesAndSurnamesByThemselvesAreEasyToGuess,
            Weakness.CommonNamesAndSurnamesAreEasyToGuess,
        ),
        N_("Dates are easy to guess."): (Weakness.DatesAreOftenEasyToGuess, Weakness.RecentYearsAreEasyToGuess),
        N_("Repeated letters or words are easy to guess."): (
            Weakness.RepeatsLikeAaaAreEasyToGuess,
            Weakness.RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ),
        N_("Sequences like abc or 6543 are easy to guess."): (Weakness.SequencesLikeAbcAreEasyToGuess,),
        N_("Neighbouring keys are easy to guess."): (
            Weakness.StraightRowsOfKeysAreEasyToGuess,
            Weakness.ShortKeyboardPatternsAreEasyToGuess,
        ),
    }.items()
    for warning in warnings
}
TOO_FEW = N_("This password is easy to guess.")
ADVICE = N_("Please add a word or two that do not belong together.")

# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Each hash takes a core and 19 MiB: more at once would slow all other requests down.
AT_ONCE = 2
THREADS = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="argon2")


class AskerKind(IntEnum):
    """How an asker is known: a browser or account that signed in before, a proof of work, or not at all."""

    KNOWN, PROVEN, STRANGER = range(3)


class Asker(msgspec.Struct, frozen=True):
    """Who needs a hash: where they are or, in place of that, which device or account they have.

    Few wait at once: each has taken from the limits on wrong passwords or sign-ups of its host and network.
    """

    of: Source
    kind: AskerKind = AskerKind.STRANGER


def of_member(member: int) -> Asker:
    """A signed-in member who types their password."""
    return known(f"member {member}")


def known(who: str) -> Asker:
    """A device that signed in before, or an account."""
    return Asker(Source(who, who), AskerKind.KNOWN)


OPERATOR = Asker(Source("operator", "operator"))
# One hash at a time for each host and network, by kind; and the shares of the three kinds in all of them.
OF_KIND = [SourceSemaphore(1, 1) for _ in AskerKind]
SLOTS = SharedSlots(AT_ONCE, [4, 2, 1])

Result = TypeVar("Result")


def check(password: str, words: Iterable[str]) -> None:
    """Raise Refused when `password` is too short, too long, easy to guess, or known from a breach; the text says why.

    `words` are those an attacker knows: the member's name and address, the site's.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(
            N_("A password has {shortest} to {longest} characters. A few unrelated words work well."),
            shortest=SHORTEST_PASSWORD,
            longest=LONGEST_PASSWORD,
        )
    known = _spellings(words)
    folded = normalize("NFKC", password).casefold()
    if folded in common():
        raise Refused(join(" ", [COMMON, ADVICE]))
    if _is_made_of(folded, known):
        raise Refused(N_("Please do not base your password on your name, your address or the name of this site."))
    reason = weakness(folded, known)
    if reason is not None:
        raise Refused(reason)
    breached.check_file(password)


def weakness(password: str, words: Iterable[str]) -> Message | None:
    """Why `password` is too easy to guess, and what to do about it. None if it is good enough.

    `words` are those that an attacker knows: the member's name and address, the site's.
    """
    result = zxcvbn(password[:LONGEST_JUDGED], [word[:LONGEST_JUDGED] for word in words])
    if result.guesses >= LEAST_GUESSES:
        return None
    warning = result.feedback.warning if result.feedback else None
    return join(" ", [REASONS.get(str(warning), TOO_FEW), ADVICE])


async def hash_password(password: str, asker: Asker = OPERATOR) -> str:
    """The Argon2id hash to store."""
    return await _in_thread(lambda: HASHER.hash(_bytes(password)), asker)


async def matches(password: str, stored: str | None, asker: Asker = OPERATOR) -> bool:
    """Whether `stored` is the hash of `password`. Without a hash, the answer takes as long and is False."""
    if stored is None:
        await hash_password(password, asker)
        return False
    return await _in_thread(lambda: _verify(password, stored), asker)


def is_outdated(stored: str) -> bool:
    """Whether `stored` has weaker parameters than new hashes."""
    return HASHER.check_needs_rehash(stored)


@cache
def common() -> frozenset[str]:
    """The bundled list of common passwords."""
    with gzip.open(DATA / "passwords.txt.gz", "rt", encoding="utf-8") as file:
        return frozenset(file.read().splitlines())


def _spellings(words: Iterable[str]) -> list[str]:
    """These words, their letters alone, and the words that they consist of: `mira-lang`, `miralang`, `mira`, `lang`."""
    folded = [word.casefold() for word in words]
    spellings = {spelling for word in folded for spelling in (word, NO_LETTER.sub("", word), *NO_LETTER.split(word))}
    return sorted((spelling for spelling in spellings if len(spelling) >= SHORTEST_WORD), key=len, reverse=True)


def _is_made_of(password: str, words: Iterable[str]) -> bool:
    """Whether `password` has letters, and all of them come from `words`, of which the longest come first."""
    letters = rest = NO_LETTER.sub("", password)
    for word in words:
        rest = rest.replace(word, "")
    return rest == "" != letters


def _verify(password: str, stored: str) -> bool:
    try:
        return HASHER.verify(stored, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    # Keyboards may compose the same letters differently. Lone surrogates are allowed, too.
    return normalize("NFKC", password).encode("utf-8", "surrogatepass")


async def _in_thread(work: Callable[[], Result], asker: Asker) -> Result:
    async with fair_share.pause(), OF_KIND[asker.kind].hold(asker.of), SLOTS.hold(asker.kind):
        return await asyncio.get_running_loop().run_in_executor(THREADS, work)
