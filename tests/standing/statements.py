"""Every SQL statement in the code, found by reading it."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import parley
from parley.discussion.comment_tree import groups, tree
from parley.discussion.comments import counts
from parley.discussion.comments.rules import IS_IN
from parley.discussion.threads import queries as threads
from parley.discussion.threads import reading
from parley.discussion.votes import ops as votes
from parley.letters.digests import items
from parley.letters.notifications import ops as marking
from parley.letters.notifications import queries as notifications
from parley.moderation.modmembers import queries as modmembers
from parley.moderation.modqueue import comments as found_comments
from parley.moderation.modqueue import people
from parley.moderation.modqueue import queries as modqueue
from parley.people.accounts import queries as accounts
from parley.site.backup import database, erased

PACKAGE = Path(parley.__file__).parent
STATEMENT = re.compile(
    r"\s*(select|insert into|delete from|update \w+|with (recursive )?\w+ (\([\w, ]+\) )?as|lock table|do \$\$)\s"
)
# Constants that are filled or put together when they are needed, and what comes of it.
BUILT = {
    accounts.SELECT_ACCOUNT: [
        accounts.SELECT_ACCOUNT.format(which) for which in ("id = $1", accounts.HAS_NAME, accounts.IS_UNVERIFIED)
    ],
    erased.SELECT_REPLACED: [erased.SELECT_REPLACED.format(schema="public")],
    database.SELECT_CONTENTS: [database.SELECT_CONTENTS.format("comment")],
    counts.ADD_TO_COUNTS: [counts.ADD_SOME, counts.ADD_THREAD],
    counts.ADD_WORDS: [counts.ADD_WORDS_OF_SOME, counts.ADD_WORDS_OF_THREAD],
    groups.SELECT_FIRST_OF_EACH: [
        groups.SELECT_FIRST_OF_EACH.format(
            rank=tree.RANK[sort], order=tree.ORDER[sort], is_in=IS_IN, stance=stance, size=tree.SIZE
        )
        for sort in tree.RANK
        for stance in ("", "and c.stance = $7")
    ],
    tree.SELECT_WHOLE_TREE: [
        tree.SELECT_WHOLE_TREE.format(rank=tree.RANK[sort], order=tree.ORDER[sort], is_in=IS_IN, size=tree.SIZE)
        for sort in tree.RANK
    ],
    tree.SELECT_BELOW: [
        tree.SELECT_BELOW.format(
            rank=tree.RANK[sort],
            order=tree.ORDER[sort],
            after=tree.AFTER[sort],
            condition="c.parent = $1",
            is_in=IS_IN,
            size=tree.SIZE,
        )
        for sort in tree.RANK
    ],
    items.SELECT_ITEMS: [items.SELECT_CHOSEN, items.SELECT_STORED_UNREAD],
    modmembers.SELECT_MEMBERS: [modmembers.SELECT_MEMBERS.format(key=key) for key in ("email_key", "name_key")],
    modmembers.ON_SAME_NETWORK: [modmembers.ON_SAME_NETWORK.format("$1")],
    found_comments.SELECT_COMMENTS: [found_comments.SELECT_MATCHING, found_comments.SELECT_THESE],
    people.SELECT_DECISIONS: [people.SELECT_DECISIONS.format("d.item = $1 or d.kind = $2 and d.target = $3")],
    modqueue.SELECT_FROM_PAGE: [
        modqueue.WITH_PAGE + modqueue.SELECT_FROM_PAGE,
        modqueue.WITH_THESE + modqueue.SELECT_FROM_PAGE,
    ],
    notifications.COUNT_UNREAD: [notifications.COUNT_UNREAD.format("$1")],
    marking.MARK_READ: [marking.MARK_REVISED_READ, marking.MARK_READ_ABOUT, marking.MARK_READ_BEFORE],
    reading.MARK: [reading.MARK_THESE, reading.MARK_UNTIL],
    threads.SELECT_THREADS: list(threads.SELECT_BY_SORT.values()),
    votes.SELECT_RESULT: [
        votes.WITH_TARGET + how + count + votes.SELECT_RESULT
        for how in (votes.UPSERT_VOTE, votes.DELETE_VOTE)
        for count in votes.UPDATE_COUNTERS.values()
    ],
    votes.SELECT_THREAD: [votes.MARK_COUNTED + count + votes.SELECT_THREAD for count in votes.UPDATE_COUNTERS.values()],
}


def statements() -> dict[str, str]:
    """Each statement in the package, and where it is."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name != "migrations":
            tree_ = ast.parse(path.read_text())
            for where, text in (*_of_module(path, tree_), *_within_functions(path, tree_)):
                found |= {one: where for one in BUILT.get(text, [text]) if STATEMENT.match(one)}
    return found


def _of_module(path: Path, tree_: ast.Module) -> Iterator[tuple[str, str]]:
    """The values of a module, also those in its tables and lists."""
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    # Only what holds SQL is imported: some modules are programs.
    if any(isinstance(node, ast.Constant) and STATEMENT.match(str(node.value)) for node in ast.walk(tree_)):
        module = importlib.import_module(name)
        for one in _names(tree_):
            yield from ((f"{name}.{one}", text) for text in _texts(getattr(module, one)))


def _names(tree_: ast.Module) -> Iterator[str]:
    """What a module assigns."""
    for node in tree_.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _texts(one)


def _within_functions(path: Path, tree_: ast.Module) -> Iterator[tuple[str, str]]:
    for function in ast.walk(tree_):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ((f"{path.relative_to(PACKAGE)}:{function.name}", text) for text in _literals(function))


def _literals(node: ast.AST) -> Iterator[str]:
    """The strings written out in a piece of code: none of its f-strings, which are only known when they run."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child)
