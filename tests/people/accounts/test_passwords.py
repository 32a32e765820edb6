import asyncio
import threading
import time

import pytest

from parley.people.sign_in import passwords
from parley.people.sign_in.passwords import HASHER as DEPLOYED
from parley.platform.errors import Refused

WORDS = ["parley", "localhost", "mira", "mira@example.org"]
CONTEXT = ["parley", "talk.example.org", "Harbour Forum", "mira-lang", "mira.lang@acme-works.example"]


@pytest.mark.parametrize(
    "password",
    [
        "k7fq2xpd",
        "argue-kindly",
        "three words, then many more of them" * 3,
        "пароль с пробелами",
        "  spaces around  ",
        "tab\tand\x00nul!",
        "🦜🦜🦜🦜 parrots",
        "mirage of seas",
    ],
)
def test_a_password_may_have_any_characters(password: str) -> None:
    passwords.check(password, WORDS)


@pytest.mark.parametrize(
    "password",
    [
        "short77",
        "x" * 129,
        "password1",
        "PASSWORD1",
        "qwertyuiop",
        "１２３４５６７８９",
        "aaaaaaaa",
        "abababab",
        "parley2026",
        "Parley!!",
        "mira1234",
        "miramira",
        "mira@example.org",
        "eight ok",
        "p@ssw0rd1",
        "Summer2024",
        "letmein99",
        "mira!mira?2024",
        "x1y7" * 32,
        "11/11/2011",
        "zxcvbnm,./",
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(Refused):
        passwords.check(password, WORDS)


@pytest.mark.parametrize(
    "password",
    ["miralang2024", "lang!mira-77", "M1ralang24", "acmeworks1", "mira.lang@acme", "Harbour Forum 1", "parleymira99"],
)
def test_words_about_the_member_and_the_site_are_refused_in_any_order(password: str) -> None:
    with pytest.raises(Refused):
        passwords.check(password, CONTEXT)


@pytest.mark.parametrize("password", ["mirabelle plum 7", "langer harbours", "20517734921", "workshop of mirages"])
def test_other_words_that_contain_them_are_accepted(password: str) -> None:
    passwords.check(password, CONTEXT)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("iloveyou2", "Many people use this password"),
        ("P@ssw0rd1", "Many people use this password"),
        ("hippopotamus", "easy to guess"),
        ("xkjxkjxkj", "Repeated letters"),
        ("11/12/2011", "Dates"),
        ("abcdefghijk", "Sequences"),
        ("zaq12wsx", "Many people"),
        ("mira1234", "your name"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(password: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refusal:
        passwords.check(password, WORDS)
    assert str(refusal.value).count("Please ") == 1


@pytest.mark.parametrize(
    "unit", ["a", "1f9884!8c$", "p4$$w0rd", "01012000", "4@8({[<3", "qwerty", "\N{PARROT}", "ß\u0301"]
)
def test_no_password_takes_long_to_judge(unit: str) -> None:
    password = (unit * passwords.LONGEST_PASSWORD)[: passwords.LONGEST_PASSWORD]
    passwords.weakness(password, WORDS)

    started = time.thread_time()
    passwords.weakness(password, [*WORDS, unit * 10_000])

    assert time.thread_time() - started < 0.05


def test_the_bundled_list_has_both_sources() -> None:
    assert {"1q2w3e4r5t", "homelesspa", "baseball1"} & passwords.common()
    assert len(passwords.common()) > 9_000
    assert all(len(word) >= passwords.SHORTEST_PASSWORD for word in passwords.common())


def test_the_hash_is_argon2id_with_owasps_parameters_or_stronger() -> None:
    assert DEPLOYED.type.name == "ID"
    assert DEPLOYED.memory_cost >= 19_456
    assert DEPLOYED.time_cost >= 2


@pytest.mark.anyio
async def test_nothing_of_a_long_password_is_cut_off() -> None:
    long = "ä" * 126
    stored = await passwords.hash_password(long + "bc")
    assert await passwords.matches(long + "bc", stored)
    assert not await passwords.matches(long + "bd", stored)
    assert not await passwords.matches(long, stored)


@pytest.mark.anyio
async def test_two_keyboards_write_the_same_password() -> None:
    assert await passwords.matches("cafe\u0301 au lait", await passwords.hash_password("caf\u00e9 au lait"))


@pytest.mark.anyio
async def test_a_damaged_or_missing_hash_matches_nothing() -> None:
    assert not await passwords.matches("anything at all", "no hash")
    assert not await passwords.matches("anything at all", None)


@pytest.mark.anyio
async def test_hashing_leaves_the_event_loop_free(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hasher:
        """Only returns once the loop has gone on meanwhile."""

        def hash(self, _: bytes) -> str:
            assert went_on.wait(timeout=30)
            return "a hash"

    went_on = threading.Event()
    monkeypatch.setattr(passwords, "HASHER", Hasher())
    asyncio.get_running_loop().call_later(0.01, went_on.set)

    assert await passwords.hash_password("some password") == "a hash"
