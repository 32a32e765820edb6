"""How easily a password is guessed, as zxcvbn estimates it, and the advice for a weak one."""

from collections.abc import Iterable

from zxcvbn_rs_py import Warning as Weakness
from zxcvbn_rs_py import zxcvbn

from parley.platform.text.messages import N_, Message, join

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


def weakness(password: str, words: Iterable[str]) -> Message | None:
    """Why `password` is too easy to guess, and what to do about it. None if it is good enough.

    `words` are those that an attacker knows: the member's name and address, the site's.
    """
    result = zxcvbn(password[:LONGEST_JUDGED], [word[:LONGEST_JUDGED] for word in words])
    if result.guesses >= LEAST_GUESSES:
        return None
    warning = result.feedback.warning if result.feedback else None
    return join(" ", [REASONS.get(str(warning), TOO_FEW), ADVICE])
