"""The letters about passkeys: one was added, removed, or seems to have been copied."""

from parley.people import mail
from parley.people.accounts import queries
from parley.platform.settings import settings


async def send(member: int, what: str, name: str) -> None:
    """Tell a member that their passkey of this name was `added`, `removed` or `copied`."""
    account = await queries.account(member)
    if account is None:
        return
    links = {"link": f"{settings().base_url}/settings/security", "forgot": f"{settings().base_url}/forgot"}
    message = mail.written_message("passkey", name=account.name, what=what, passkey=name, **links)
    await mail.send("second", account.email, *message)
