"""The pages of accounts."""

from parley.accounts.web import blocks, devmail, links, passwords, settings, signin, signup

handlers: list[object] = [
    *signup.handlers,
    *signin.handlers,
    *links.handlers,
    *passwords.handlers,
    *settings.handlers,
    *blocks.handlers,
    *devmail.handlers,
]
