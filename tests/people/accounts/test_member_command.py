import json
import subprocess

import pytest

from parley.platform import db
from tests import command, make

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]


def parley(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return member("add", *arguments, typed=typed)


def member(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return command.parley("member", *arguments, typed=typed)


async def test_a_member_is_added_with_a_link_that_sets_the_password() -> None:
    done = parley("ada", "ada@example.org", "--role", "admin")
    assert done.returncode == 0, done.stderr
    assert "/reset/" in done.stdout
    assert await db.value("select state || role from member where name = 'ada'") == "activeadmin"


async def test_a_password_from_standard_input_can_sign_in_at_once() -> None:
    done = parley("ada", "ada@example.org", "--password-stdin", "--json", typed="four unrelated green words\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["link"] is None
    assert await db.value("select password_hash like '$argon2id$%' from member")


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (("a", "ada@example.org"), "", "2 to 30"),
        (("ada", "nowhere"), "", "address"),
        (("ada", "ada@example.org", "--password-stdin"), "password1\n", "try it first"),
    ],
)
async def test_a_mistake_ends_with_one_sentence(arguments: tuple[str, ...], typed: str, words: str) -> None:
    done = parley(*arguments, typed=typed)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert await db.value("select count(*) from member") == 0


async def test_nobody_is_added_twice() -> None:
    assert parley("ada", "ada@example.org").returncode == 0
    for arguments in (("ADA", "other@example.org"), ("other", "Ada@example.org")):
        done = parley(*arguments)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1


async def test_a_lost_second_step_is_removed_with_a_letter() -> None:
    assert parley("ada", "ada@example.org").returncode == 0
    missing = member("remove-second-step", "ada")
    assert (missing.returncode, "no second step" in missing.stderr) == (1, True)
    await db.execute("insert into authenticator (member, seed, step) select id, '', 0 from member")
    done = member("remove-second-step", "ada")
    assert done.returncode == 0, done.stderr
    assert await db.value("select count(*) from authenticator") == 0
    assert await db.value("select subject from mail where kind = 'second'") == "Your second step on Parley is off"
    assert member("remove-second-step", "nobody").returncode == 1


async def test_a_member_with_only_a_passkey_gets_a_letter_that_it_was_removed() -> None:
    await make.member("ada", role="admin")
    await db.execute(
        "insert into passkey (member, name, credential, handle, public_key) select id, 'key', '1', '', '' from member"
    )
    done = member("remove-second-step", "ada")
    assert done.returncode == 0, done.stderr
    letter = await db.value("select subject from mail where kind = 'second'")
    assert letter == "A passkey was removed from your account on Parley"
