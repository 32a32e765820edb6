"""`parley member`: add a member, such as the first admin of a new installation, or help one who lost their phone."""

import sys
from typing import Any

import rich_click as click

from parley.people.account_settings import signup_ops
from parley.people.accounts import addresses, names, queries
from parley.people.second_factors import authenticators, passkey_settings
from parley.people.sign_in import passwords
from parley.people.sign_in.forms import member_words, site_words
from parley.platform.errors import CommandFailed
from parley.site.cli.running import on_installation


@click.group()
def member() -> None:
    """Add a member, or help one who lost their second step."""


@member.command()
@click.argument("name")
@click.argument("email")
@click.option("--role", type=click.Choice(["member", "moderator", "admin"]), default="member", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@on_installation
async def add(name: str, email: str, role: str, *, password_stdin: bool) -> dict[str, Any]:
    """Add a verified member. Prints a link for setting the password, which works once, for three days."""
    name, email = names.name(name), addresses.address(email)
    password = _read_password(name, email) if password_stdin else None
    number, link = await signup_ops.add_member(name=name, email=email, role=role, password=password)
    return {"text": link or f"{name} can sign in.", "id": number, "name": name, "role": role, "link": link}


@member.command("remove-second-step")
@click.argument("name")
@on_installation
async def remove_second_step(name: str) -> dict[str, Any]:
    """Turn the second step of signing in off for a member who lost their app, their recovery codes and their passkeys.

    Make sure first that it is really them who asks. They are told by mail.
    """
    person = await queries.by_name(name)
    account = await queries.account(person.id) if person else None
    if account is None:
        raise CommandFailed(f"There is no member {name}.")
    had_app, had_passkeys = await authenticators.remove(account), await passkey_settings.end_all(account.id)
    if not (had_app or had_passkeys):
        raise CommandFailed(f"{account.name} has no second step.")
    return {"text": f"{account.name} can sign in without a second step.", "name": account.name}


def _read_password(name: str, email: str) -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    passwords.check(password, [*site_words(), *member_words(name, email)])
    return password
