"""What can go wrong in a way a person should read about."""


class ParleyError(Exception):
    """Base of our own errors, so that no handler for a built-in error ever takes one by mistake."""

    status = 500
    title = "Something went wrong"


class Refused(ParleyError):
    """The request was understood and is not allowed as things stand; the text says why."""

    status = 422
    title = "That did not work"


class Forbidden(ParleyError):
    """This viewer may not do this."""

    status = 403
    title = "Not allowed"


class SignInNeeded(ParleyError):
    """Only members can do this; a visitor is led to the sign-in page."""

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


class ComeBack(ParleyError):
    """Later it will work: `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooMany(ComeBack):
    """A rate limit was reached."""

    status = 429
    title = "Too many requests"


class Busy(ComeBack):
    """This process has more to do than it can."""

    status = 503
    title = "Parley is busy"


class Unavailable(ParleyError):
    """The database cannot be reached or cannot write now."""

    status = 503
    title = "Parley cannot save or load right now"
