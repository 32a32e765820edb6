"""How easily a password is guessed, as zxcvbn estimates it, and the advice for a weak one."""

from collections.abc import Iterable

from zxcvbn_rs_py import Warning as Weakness
from zxcvbn_rs_py import zxcvbn

# zxcvbn takes disproportionately long for long passwords: 48 ms for some of 64 characters. So only the beginning of a
# longer password is judged.
LONGEST_JUDGED = 32
# Sign-ins are limited and hashes are Argon2id, so nobody gets near this many guesses.
LEAST_GUESSES = 1_000_000

COMMON = "Many people use this password or one like it, so it is tried first."
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
        "One word alone is easy to guess.": (Weakness.AWordByItselfIsEasyToGuess,),
        "Names are easy to guess.": (
            Weakness.NamesAndSurnamesByThemselvesAreEasyToGuess,
            Weakness.CommonNamesAndSurnamesAreEasyToGuess,
        ),
        "Dates are easy to guess.": (Weakness.DatesAreOftenEasyToGuess, Weakness.RecentYearsAreEasyToGuess),
        "Repeated letters or words are easy to guess.": (
            Weakness.RepeatsLikeAaaAreEasyToGuess,
            Weakness.RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ),
        "Sequences like abc or 6543 are easy to guess.": (Weakness.SequencesLikeAbcAreEasyToGuess,),
        "Neighbouring keys are easy to guess.": (
            Weakness.StraightRowsOfKeysAreEasyToGuess,
            Weakness.ShortKeyboardPatternsAreEasyToGuess,
        ),
    }.items()
    for warning in warnings
}
TOO_FEW = "This password is easy to guess."
ADVICE = "Please add a word or two that do not belong together."


def weakness(password: str, words: Iterable[str]) -> str | None:
    """Why `password` is too easy to guess, and what to do about it. None if it is good enough.

    `words` are those that an attacker knows: the member's name and address, the site's.
    """
    found = zxcvbn(password[:LONGEST_JUDGED], [word[:LONGEST_JUDGED] for word in words])
    if found.guesses >= LEAST_GUESSES:
        return None
    warning = found.feedback.warning if found.feedback else None
    return f"{REASONS.get(str(warning), TOO_FEW)} {ADVICE}"
