"""Errors with a message for people. Each has the status and the title of its page."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from parley.platform.text.messages import N_, Message, join

# The seconds after which the request may succeed, as the last RetryLater of this request said.
last_wait: ContextVar[int] = ContextVar("last_wait", default=1)


class ParleyError(Exception):
    """The base of our errors. It derives from no other error, so that no handler catches ours by mistake.

    `message` is what a reader is told; `str()` gives it in English.
    """

    status = 500
    title = N_("Something went wrong")
    # The field that a form must show to go on.
    field = ""

    def __init__(self, message: Message, **values: Any) -> None:
        self.message = message.format(**values) if values else message
        super().__init__(self.message)


class Refused(ParleyError):
    """The request is valid but not allowed in the current state; the message says why."""

    status = 422
    title = N_("That did not work")


class InvalidFields(Refused):
    """Fields of a request are not valid; `fields` says by name what is wrong with each."""

    def __init__(self, fields: Mapping[str, Message]) -> None:
        self.fields = fields
        super().__init__(join(" ", fields.values()))


class Forbidden(ParleyError):
    """This viewer may not do this."""

    status = 403
    title = N_("Not allowed")


class FactorNeeded(Forbidden):
    """Staff must set up a second factor first; they are redirected to that page."""


class SignInNeeded(ParleyError):
    """Only members can do this; a visitor is redirected to the sign-in page."""

    status = 401
    title = N_("Please sign in")


class NotFound(ParleyError):
    status = 404
    title = N_("Page not found")

    def __init__(self, message: Message = N_("There is no page at this address."), **values: Any) -> None:  # noqa: B008 a constant
        super().__init__(message, **values)


class Gone(ParleyError):
    status = 410
    title = N_("No longer here")


class BadRequest(ParleyError):
    status = 400
    title = N_("That request could not be read")


class UnknownParameters(InvalidFields):
    """An address has query parameters that it does not know."""

    status = 400
    title = BadRequest.title


class RetryLater(ParleyError):
    """It will work later; `retry_after` is in seconds.

    Forms show the message and have no header of their own, so the answer takes the seconds from `last_wait`.
    """

    def __init__(self, message: Message, retry_after: int, **values: Any) -> None:
        super().__init__(message, **values)
        self.retry_after = retry_after
        last_wait.set(retry_after)


class ChangedMeanwhile(ParleyError):
    """The state that a request names with `If-Match` is not the present one."""

    status = 412
    title = N_("Changed in the meantime")


class TooMany(RetryLater):
    """A rate limit was reached."""

    status = 429
    title = N_("Too many requests")


class Busy(RetryLater):
    """This process is overloaded."""

    status = 503
    title = N_("The site is busy")


class Unavailable(ParleyError):
    """The database cannot be reached or cannot write now."""

    status = 503
    title = N_("The site cannot save or load right now")


class CommandFailed(Exception):
    """A command cannot do what it was asked. The text tells the operator why, in English."""
