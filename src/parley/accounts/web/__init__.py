"""The pages of accounts."""

from parley.accounts.web import blocks, devmail, links, passwords, proving, settings, signin, signup

handlers: list[object] = [
    *signup.handlers,
    *signin.handlers,
    *links.handlers,
    *passwords.handlers,
    *proving.handlers,
    *settings.handlers,
    *blocks.handlers,
    *devmail.handlers,
]
