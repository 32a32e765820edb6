"""The pages of the rules: the list, one rule with its back-test, the editor; with and without JavaScript."""

from collections.abc import Mapping

import httpx
import pytest
from litestar import Litestar

from parley.moderation.backtests import jobs
from parley.moderation.matching.conditions import Age, Labelled, Links, WordList
from parley.moderation.modlog import ops as modlog
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.automod.rows import asked, put_rule

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

WORDS: Mapping[str, str] = {
    "name": "Names for people",
    "does": "hold",
    "rule": "civility",
    "kind-0": "words",
    "words-0": "fool\nshut up\n",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
async def moderator(client: httpx.AsyncClient) -> Viewer:
    one = await make.member(role="moderator")
    await make.sign_in(client, one)
    return one


async def written(client: httpx.AsyncClient, **fields: str) -> int:
    """Write a rule in the form; return its id."""
    answer = await client.post("/mod/rules/new", data=WORDS | fields)
    assert answer.status_code == 303
    return int(answer.headers["location"].rpartition("/")[2])


async def column(rule: int, name: str) -> object:
    return await db.value(f"select {name} from rule where id = $1", rule)


async def test_a_rule_is_written_and_begins_switched_off(client: httpx.AsyncClient, moderator: Viewer) -> None:
    rule = await written(client)

    page = await client.get(f"/mod/rules/{rule}")

    assert await column(rule, "state || ' ' || version") == "off 1"
    assert (
        "Holds a comment back until a moderator has read it where its words include “fool” or “shut up”." in page.text
    )
    assert await db.values("select action from mod_action where kind = 'rule' and actor = $1", moderator.id) == [
        "rule.new"
    ]


async def test_the_list_shortens_a_long_pattern_and_the_editor_does_not(
    client: httpx.AsyncClient, moderator: Viewer
) -> None:
    pattern = "(?:" + "|".join(f"word{number}" for number in range(40)) + ")"
    rule = await written(client, **{"kind-0": "pattern", "pattern-0": pattern, "any_case-0": "1"})

    listed, page = await client.get("/mod/rules"), await client.get(f"/mod/rules/{rule}?edit=1")

    assert "its text matches (?:word0|word1|" in listed.text and "word39" not in listed.text
    assert pattern in page.text


async def test_conditions_are_added_and_taken_out_by_plain_buttons(
    client: httpx.AsyncClient, moderator: Viewer
) -> None:
    more = await client.post("/mod/rules/new", data=WORDS | {"more": "1", "add": "rate"})
    assert more.status_code == 200
    assert 'name="kind-1" value="rate"' in more.text and "shut up" in more.text and 'class="error"' not in more.text

    typed = {"kind-1": "rate", "posts-1": "4", "minutes-1": "2"}
    less = await client.post("/mod/rules/new", data=WORDS | typed | {"less": "0"})

    assert less.status_code == 200
    assert 'name="kind-0" value="rate"' in less.text and 'name="posts-0" value="4"' in less.text
    assert "shut up" not in less.text and "Names for people" in less.text
    assert await db.value("select count(*) from rule where name = $1", WORDS["name"]) == 0


async def test_htmx_gets_only_the_editor(client: httpx.AsyncClient, moderator: Viewer) -> None:
    answer = await client.post("/mod/rules/new", data=WORDS | {"more": "1", "add": "age"}, headers=HTMX)

    assert answer.text.lstrip().startswith('<form class="stack editor"')


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Please give it a name."),
        ({"name": "n" * 81}, "81 characters long"),
        ({"does": "remove"}, "Please choose one of"),
        ({"rule": ""}, "Please choose the rule of the community"),
        ({"words-0": "\n \n"}, "Please write at least one word"),
        ({"kind-0": "pattern", "pattern-0": "(a"}, "This pattern cannot be read"),
        ({"kind-0": "domains", "domains-0": "https://a.example/x"}, "each alone, like example.org"),
        ({"kind-0": "links", "at_least-0": "0"}, "Please give a whole number from 1 to 100."),
        ({"kind-0": "similar", "share-0": "20", "to-0": "author"}, "Please give a whole number from 50 to 100."),
    ],
)
async def test_mistakes_are_named_and_the_typed_text_stays(
    client: httpx.AsyncClient, moderator: Viewer, fields: dict[str, str], said: str
) -> None:
    kept = {"kind-1": "rate", "posts-1": "44", "minutes-1": "7"}

    answer = await client.post("/mod/rules/new", data=WORDS | kept | fields)

    assert answer.status_code == 422
    assert said in answer.text and 'class="error' in answer.text
    assert ('value="44"' in answer.text) and (fields.get("name", WORDS["name"]).strip() in answer.text)
    assert await db.value("select count(*) from rule where name = $1", WORDS["name"]) == 0


async def test_a_rule_without_a_condition_is_refused(client: httpx.AsyncClient, moderator: Viewer) -> None:
    answer = await client.post("/mod/rules/new", data={"name": "Everything", "does": "hold", "rule": "civility"})

    assert answer.status_code == 422
    assert "A rule without a condition matches nothing" in answer.text and 'value="Everything"' in answer.text


async def test_a_name_can_be_used_once(client: httpx.AsyncClient, moderator: Viewer) -> None:
    await written(client)
    other = await written(client, name="Another")

    again = await client.post("/mod/rules/new", data=WORDS)
    renamed = await client.post(f"/mod/rules/{other}", data=WORDS | {"version": "1"})

    for answer in (again, renamed):
        assert answer.status_code == 422
        assert "There is a rule of this name already" in answer.text and "shut up" in answer.text


async def test_while_typing_the_rule_is_shown_as_a_sentence(client: httpx.AsyncClient, moderator: Viewer) -> None:
    good = await client.post("/mod/rules/check", data=WORDS, headers=HTMX)
    bad = await client.post("/mod/rules/check", data=WORDS | {"kind-0": "pattern", "pattern-0": "(a"}, headers=HTMX)

    assert "its words include “fool” or “shut up”" in good.text
    assert "This pattern cannot be read" in bad.text


async def test_a_change_is_a_new_version_that_at_most_watches(client: httpx.AsyncClient, moderator: Viewer) -> None:
    rule = await put_rule(WordList(["fool"]), action="hold")

    answer = await client.post(f"/mod/rules/{rule}", data=WORDS | {"version": "1"})
    page = await client.get(f"/mod/rules/{rule}")

    assert answer.status_code == 303
    assert await column(rule, "state || ' ' || version") == "shadow 2"
    assert await db.values("select version from rule_version where rule = $1 order by version", rule) == [1, 2]
    assert "<ins>" in page.text and "Version 1" in page.text


async def test_a_new_name_does_not_make_a_new_version(client: httpx.AsyncClient, moderator: Viewer) -> None:
    rule = await put_rule(WordList(["fool", "shut up"]), action="hold")

    await client.post(f"/mod/rules/{rule}", data=WORDS | {"version": "1", "name": "Better"})

    assert await column(rule, "name || ' ' || state || ' ' || version") == "Better on 1"


async def test_a_change_is_refused_and_kept_if_somebody_else_changed_the_rule(
    client: httpx.AsyncClient, moderator: Viewer
) -> None:
    rule = await written(client)
    await client.post(f"/mod/rules/{rule}", data=WORDS | {"version": "1", "words-0": "theirs"})

    answer = await client.post(f"/mod/rules/{rule}", data=WORDS | {"version": "1", "words-0": "mine"})

    assert answer.status_code == 409
    assert "Another moderator has changed this rule" in answer.text and "mine" in answer.text
    assert await column(rule, "version") == 2


async def test_a_version_is_switched_on_only_after_its_test(client: httpx.AsyncClient, moderator: Viewer) -> None:
    rule = await written(client)
    wanted = {"version": "1", "state": "on"}

    early = await client.post(f"/mod/rules/{rule}/state", data=wanted)
    assert early.status_code == 422 and "has not been back-tested yet" in early.text

    assert (await client.post(f"/mod/rules/{rule}/test", data={"version": "1"})).status_code == 303
    busy = await client.get(f"/mod/rules/{rule}")
    assert "Waiting for the worker" in busy.text and 'http-equiv="refresh"' in busy.text
    await jobs.run_backtests()
    assert (await client.post(f"/mod/rules/{rule}/state", data=wanted)).status_code == 303
    assert await column(rule, "state") == "on"
    assert (await modlog.verify()).broken is None


async def test_the_test_of_a_former_version_does_not_count(client: httpx.AsyncClient, moderator: Viewer) -> None:
    rule = await written(client)
    await asked(rule)
    await jobs.run_backtests()
    await client.post(f"/mod/rules/{rule}", data=WORDS | {"version": "1", "words-0": "other"})

    answer = await client.post(f"/mod/rules/{rule}/state", data={"version": "2", "state": "on"})

    assert answer.status_code == 422
    assert await column(rule, "state") == "off"


async def test_what_would_hide_much_takes_two(app: Litestar, client: httpx.AsyncClient, moderator: Viewer) -> None:
    await make.comment(await make.thread(), await make.member(), "You fool!")
    rule, second = await written(client), await make.member(role="admin")
    await asked(rule)
    await jobs.run_backtests()
    wanted = {"version": "1", "state": "on"}

    for _ in range(2):
        assert (await client.post(f"/mod/rules/{rule}/state", data=wanted)).status_code == 303
        assert await column(rule, "state") == "off"
    assert "a second moderator has to switch it on" in (await client.get(f"/mod/rules/{rule}")).text
    await make.sign_in(client, second)
    assert f"{moderator.name}</bdi> asked to switch it on." in (await client.get(f"/mod/rules/{rule}")).text
    await client.post(f"/mod/rules/{rule}/state", data=wanted)

    assert await column(rule, "state") == "on"
    recorded = "select action from mod_action where kind = 'rule' and target = $1 order by id"
    assert await db.values(recorded, rule) == ["rule.new", "rule.propose", "rule.on"]


async def test_the_progress_and_what_was_found_are_shown(
    app: Litestar, client: httpx.AsyncClient, moderator: Viewer
) -> None:
    await make.comment(await make.thread(), await make.member("jonas"), "You fool, you!")
    rule = await written(client)
    number = await asked(rule)
    await db.execute("update backtest set state = 'running', done = 300, total = 1200 where id = $1", number)

    running = await client.get(f"/mod/rules/{rule}/test", headers=HTMX)
    await db.execute("update backtest set state = 'waiting' where id = $1", number)
    await jobs.run_backtests()
    done = await client.get(f"/mod/rules/{rule}/test", headers=HTMX)

    assert "300 of 1,200" in running.text and 'max="1200" value="300"' in running.text
    assert "hx-trigger" in running.text and "load delay" not in done.text
    assert "<b>1</b> match" in done.text and "You fool, you!" in done.text and "100.0%" in done.text
    assert (await client.get(f"/mod/rules/{rule}/test")).status_code == 303


async def test_a_test_that_runs_is_not_begun_twice(client: httpx.AsyncClient, moderator: Viewer) -> None:
    rule = await written(client)

    for _ in range(2):
        answer = await client.post(f"/mod/rules/{rule}/test", data={"version": "1"}, headers=HTMX)
        assert answer.status_code == 200 and 'id="test"' in answer.text

    assert await db.value("select count(*) from backtest where rule = $1", rule) == 1


async def test_the_list_shows_state_hits_precision_and_the_costliest_text(
    app: Litestar, client: httpx.AsyncClient, moderator: Viewer
) -> None:
    rule = await put_rule(Links(1), Age(7))
    await db.execute("update rule set slowest_bytes = 9800, slowest_seconds = 0.12, name = 'Shops' where id = $1", rule)

    page = await client.get("/mod/rules")

    assert "Shops" in page.text and "It takes too long: 120 ms on a text of 9.8 kB" in page.text
    assert "where it has a link, and its author signed up less than 7 days ago" in page.text


async def test_all_are_stopped_and_go_on_with_one_button(client: httpx.AsyncClient, moderator: Viewer) -> None:
    for on in ("1", "1", "0"):
        assert (await client.post("/mod/rules/stop", data={"on": on, "confirm": moderator.name})).status_code == 303
        assert ("All rules are stopped." in (await client.get("/mod/rules")).text) == (on == "1")
    assert await db.values("select action from mod_action where kind = 'engine' order by id") == ["stop", "start"]


async def test_rules_change_places(client: httpx.AsyncClient, moderator: Viewer) -> None:
    rules = [await put_rule(Links(1)) for _ in range(3)]

    async def moved(rule: int, to: str) -> list[int]:
        assert (await client.post(f"/mod/rules/{rule}/move", data={"to": to})).status_code == 303
        return await db.values("select id from rule order by position, id")

    assert await moved(rules[2], "up") == [rules[0], rules[2], rules[1]]
    assert await moved(rules[0], "down") == [rules[2], rules[0], rules[1]]
    assert await moved(rules[2], "up") == [rules[2], rules[0], rules[1]]
    assert await moved(rules[1], "down") == [rules[2], rules[0], rules[1]]


@pytest.mark.parametrize("role", ["visitor", "member"])
async def test_others_get_404(client: httpx.AsyncClient, role: str) -> None:
    rule = await put_rule(Links(1))
    if role == "member":
        await make.sign_in(client, await make.member())

    for path in ("/mod/rules", "/mod/rules/new", f"/mod/rules/{rule}", f"/mod/rules/{rule}/test"):
        assert (await client.get(path)).status_code == 404
    for path in ("new", "check", "stop", f"{rule}", f"{rule}/move", f"{rule}/test", f"{rule}/state"):
        assert (await client.post(f"/mod/rules/{path}", data=WORDS)).status_code == 404
    assert await column(rule, "version") == 1


@pytest.mark.parametrize("path", ["0", "99999999", "x"])
async def test_an_unknown_rule_is_not_found(client: httpx.AsyncClient, moderator: Viewer, path: str) -> None:
    assert (await client.get(f"/mod/rules/{path}")).status_code == 404
    assert (await client.post(f"/mod/rules/{path}/state", data={"state": "on"})).status_code == 404


LABEL = {"kind-0": "label", "labels-0": "toxic", "at_least-0": "80"}
TRUST = {"kind-1": "trust", "below-1": "established"}
FAST = {"kind-1": "rate", "posts-1": "6", "minutes-1": "5"}


@pytest.mark.parametrize(
    ("does", "fields", "objection"),
    [
        ("flag", LABEL, ""),
        ("hold", LABEL | TRUST, ""),
        ("hold", LABEL, "another condition besides"),
        ("collapse", LABEL | TRUST, "another condition besides"),
        ("hold", LABEL | FAST, "arrives after the comment was posted"),
    ],
)
async def test_a_label_flags_and_holds_only_with_a_second_condition(
    client: httpx.AsyncClient, moderator: Viewer, does: str, fields: dict[str, str], objection: str
) -> None:
    answer = await client.post("/mod/rules/new", data={"name": "Said", "rule": "civility", "does": does} | fields)

    assert answer.status_code == (422 if objection else 303) and objection in answer.text


async def test_a_rule_about_labels_watches_before_it_is_switched_on(
    client: httpx.AsyncClient, moderator: Viewer
) -> None:
    rule = await put_rule(Labelled(["toxic"]), state="off")
    await asked(rule)
    await jobs.run_backtests()

    early, _, late = [
        await client.post(f"/mod/rules/{rule}/state", data={"version": "1", "state": state})
        for state in ("on", "shadow", "on")
    ]

    assert early.status_code == 422 and "has to watch first" in early.text
    assert late.status_code == 303 and await column(rule, "state") == "on"
