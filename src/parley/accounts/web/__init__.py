"""The pages of accounts."""

from parley.accounts.web import devmail, passwords, settings, signin, signup

handlers: list[object] = [
    *signup.handlers,
    *signin.handlers,
    *passwords.handlers,
    *settings.handlers,
    *devmail.handlers,
]
