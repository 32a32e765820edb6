"""E-mail addresses: which are accepted, and how two spellings are compared."""

from email_validator import EmailNotValidError, validate_email

from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_

LONGEST_ADDRESS = 254


def address(raw: str) -> str:
    """Return `raw` as an address to send to, with its domain in ASCII. Raises Refused when it is not an address.

    Whether mail arrives there is not checked.
    """
    too_long = Refused(
        N_("This e-mail address is too long: it can have at most {longest} characters."), longest=LONGEST_ADDRESS
    )
    if len(raw) > 4 * LONGEST_ADDRESS:  # normalising never shortens an address to a quarter
        raise too_long
    try:
        validated = validate_email(
            raw.strip(),
            strict=True,
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=settings().local,
        )
    except EmailNotValidError as error:
        raise Refused(N_("This is not an e-mail address. {error}"), error=error) from None
    if validated.ascii_email is None or len(validated.ascii_email) > LONGEST_ADDRESS:
        raise too_long
    return validated.ascii_email


def key(address: str) -> str:
    """The form in which addresses are compared."""
    return address.casefold()


def mailbox(address: str) -> str:
    """The mailbox of an address, for limits on letters to it: most servers ignore a `+` and what follows it."""
    local, _, domain = key(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
