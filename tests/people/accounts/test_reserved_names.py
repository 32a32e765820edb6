"""Names that differ only in separators are one name when somebody takes it, and an erased member's stays theirs."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from parley.own_data.erasure import jobs
from parley.people.account_settings import renaming, signup_ops
from parley.people.accounts import names, reserved_names
from parley.people.accounts.tables import NAME_FORM
from parley.people.sign_in import ops, removed_names
from parley.people.sign_in.authentication import Client
from parley.platform import db
from parley.platform.errors import Refused
from tests import make

pytestmark = pytest.mark.anyio

ALIKE = [
    ("sam_h", "samh"),
    ("sam_h", "sam__h"),
    ("wei_l", "weil"),
    ("jo.ann", "jo-ann"),
    ("r_nira", "mira"),
    ("v_vv", "vvv"),
]


async def sign_up(name: str) -> None:
    client = Client("", "127.0.0.1")
    await signup_ops.sign_up(name=name, email=f"{name}@example.org", password="a good long one", client=client)


async def add(name: str) -> None:
    await signup_ops.add_member(name=name, email=f"{name}@example.org")


async def rename(name: str) -> None:
    await renaming.rename(await make.member("somebody-else"), name)


async def choose(name: str) -> None:
    neutral = await make.member("slur")
    await removed_names.replace(neutral.id, names.neutral(neutral.id))
    await ops.choose_name(msgspec.structs.replace(neutral, name=names.neutral(neutral.id)), name)


Door = Callable[[str], Awaitable[None]]
DOORS: list[Door] = [sign_up, add, rename, choose]


async def erase(member: int) -> None:
    await db.execute("update member set erase_at = now(), state = 'deactivated' where id = $1", member)
    while await jobs.erase_due():
        pass


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_separators_do_not_count_when_a_name_is_taken(one: str, other: str) -> None:
    assert names.form(one) == names.form(other)


@given(st.text(max_size=60))
def test_a_form_has_no_separators(text: str) -> None:
    assert not set(names.form(text)) & set(names.SEPARATORS)


async def test_the_database_computes_the_same_form_of_a_key(app: Litestar) -> None:
    for name in {name for pair in ALIKE for name in pair} | {"Łukas-W", "שָׁלוֹם", "かく-がく", "ᴍ_ᴡ", "St.Raße"}:
        query = f"select {NAME_FORM} from (select $1::varchar as name_key) one"
        assert await db.value(query, names.key(name)) == names.form(name), name


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("taken", "name"), [("sam_h", "samh"), ("sam_h", "sam__h"), ("wei_l", "WEIL")])
async def test_no_door_gives_away_a_name_that_differs_in_separators(
    app: Litestar, door: Door, taken: str, name: str
) -> None:
    await make.member(taken)

    with pytest.raises(Refused, match="is taken"):
        await door(name)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", ["samh", "sam_h", "S.A.M.H", "former-s"])
async def test_no_door_gives_away_the_name_of_an_erased_member(app: Litestar, door: Door, name: str) -> None:
    sam = await make.member("formers")
    await renaming.rename(sam, "sam_h")
    await erase(sam.id)
    assert await db.value("select name from member where id = $1", sam.id) == f"former member {sam.id}"

    with pytest.raises(Refused, match="is taken"):
        await door(name)


async def test_an_erased_name_is_not_in_the_database(app: Litestar) -> None:
    sam = await make.member("sam_h")
    await erase(sam.id)

    assert await db.value("select length(digest) from erased_name") == 32
    assert await db.value("select count(*) from erased_name where digest = sha256('sarnh')") == 0


async def test_names_that_collide_already_stay(client: httpx.AsyncClient) -> None:
    """Taken when separators counted: whoever has one signs in with it, and may write it in another case."""
    one, other = await make.member("sam_h"), await make.member("samh")

    assert (await client.get("/u/sam_h")).status_code == (await client.get("/u/samh")).status_code == 200
    await renaming.rename(one, "Sam_H")
    await db.execute("update former_name set changed_at = changed_at - interval '31 days'")
    with pytest.raises(Refused, match="is taken"):
        await renaming.rename(other, "sam-h")


async def test_a_member_may_change_the_separators_of_their_own_name(app: Litestar) -> None:
    sam = await make.member("sam_h")

    await renaming.rename(sam, "samh")

    assert await db.value("select name from member") == "samh"


@pytest.mark.parametrize("name", ["ad-min", "Web_Master", "noreply", "no.reply", "former_member"])
def test_separators_do_not_count_in_reserved_names(name: str) -> None:
    with pytest.raises(Refused):
        names.name(name)


async def test_an_unknown_key_of_erased_names_keeps_nobody_from_leaving(app: Litestar) -> None:
    """As after the secret was lost: names erased from then on are reserved with a new key."""
    await db.execute("insert into erased_name_key (sealed) values ($1)", b"sealed with a secret that is gone")

    await erase((await make.member("sam_h")).id)

    with pytest.raises(Refused, match="is taken"):
        await reserved_names.require_free("samh")


@pytest.mark.committed
async def test_of_two_names_that_are_taken_at_once_one_is_refused(app: Litestar) -> None:
    results = await asyncio.gather(*(add(name) for name in ("sam_h", "samh", "sam-h", "s-amh")), return_exceptions=True)

    assert [type(one) for one in results if one is not None] == [Refused] * 3
    assert await db.value("select count(*) from member") == 1
