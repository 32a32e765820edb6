"""E-mail addresses: which we take, and how two spellings of one are compared."""

from email_validator import EmailNotValidError, validate_email

from parley.core.errors import Refused
from parley.core.settings import settings

LONGEST = 254


def address(raw: str) -> str:
    """Return `raw` as an address to send to, its domain in ASCII. Whether mail arrives, only a mail can tell.

    Raises Refused when it is not an address.
    """
    try:
        found = validate_email(
            raw.strip(),
            strict=True,
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=settings().local,
        )
    except EmailNotValidError as error:
        raise Refused(f"This is not an address that mail can reach. {error}") from None
    if found.ascii_email is None or len(found.ascii_email) > LONGEST:
        raise Refused("This address is too long to send to.")
    return found.ascii_email


def key(address: str) -> str:
    """What an address is compared by."""
    return address.casefold()
