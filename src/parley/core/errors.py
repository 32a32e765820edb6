"""Errors with a message for people. Each has the status and the title of its page."""


class ParleyError(Exception):
    """The base of our errors. It derives from no other error, so that no handler catches ours by mistake."""

    status = 500
    title = "Something went wrong"


class Refused(ParleyError):
    """The request is valid but not allowed in the current state; the message says why."""

    status = 422
    title = "That did not work"


class Forbidden(ParleyError):
    """This viewer may not do this."""

    status = 403
    title = "Not allowed"


class SignInNeeded(ParleyError):
    """Only members can do this; a visitor is redirected to the sign-in page."""

    status = 401
    title = "Please sign in"


class NotFound(ParleyError):
    status = 404
    title = "Page not found"


class Gone(ParleyError):
    status = 410
    title = "No longer here"


class BadRequest(ParleyError):
    status = 400
    title = "That request could not be read"


class RetryLater(ParleyError):
    """It will work later; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooMany(RetryLater):
    """A rate limit was reached."""

    status = 429
    title = "Too many requests"


class Busy(RetryLater):
    """This process is overloaded."""

    status = 503
    title = "Parley is busy"


class Unavailable(ParleyError):
    """The database cannot be reached or cannot write now."""

    status = 503
    title = "Parley cannot save or load right now"
