"""Hooks that other features register (parley/site/hooks.py)."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from parley.people.accounts.joining import SignUpContext, Terms
from parley.people.accounts.viewer import Viewer

# Called with a member's id, in the transaction that ends their sessions or sets a new password.
when_sessions_end: list[Callable[[int], Awaitable[None]]] = []

# Called with the token of an invitation, or "". Returns who may sign up.
terms_of: list[Callable[[str], Awaitable[Terms]]] = []

# Called with a new member's id and the context of the sign-up, in the transaction that adds them. Raises NotAdmitted.
when_signed_up: list[Callable[[int, SignUpContext], Awaitable[None]]] = []

# Called with the member's id, in the transaction that confirms the address. Returns whether they must wait first;
# raises Refused if they may not take part.
must_wait: list[Callable[[int], Awaitable[bool]]] = []

# Called with the member's id, in the transaction that confirms the address.
when_verified: list[Callable[[int], Awaitable[object]]] = []

# Called with the member's id and a time, in the transaction that undoes a change of address made then.
when_address_undone: list[Callable[[int, datetime], Awaitable[None]]] = []

# Called with the viewer, and the title and the bio that they want, before they are saved. Raises Refused.
before_profile: list[Callable[[Viewer, str, str], Awaitable[None]]] = []

# Called with a name that a member wants. Returns whether moderators removed it.
is_removed_name: list[Callable[[str], Awaitable[bool]]] = []

# Called with the id of a suspended member who gave the right password. Returns the address of the page where they can
# have their account erased.
where_to_leave: list[Callable[[int], Awaitable[str]]] = []

# Called with the id of a suspended member who gave the right password. Returns the address of the page where they can
# read why, and appeal.
where_to_appeal: list[Callable[[int], Awaitable[str | None]]] = []
