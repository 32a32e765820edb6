"""The pages of accounts."""

from parley.accounts.web import (
    blocks,
    devmail,
    email,
    links,
    passkeys,
    passwords,
    proving,
    recovering,
    second,
    settings,
    signin,
    signup,
    two_step,
)

handlers: list[object] = [
    *signup.handlers,
    *signin.handlers,
    *second.handlers,
    *recovering.handlers,
    *links.handlers,
    *passwords.handlers,
    *proving.handlers,
    *settings.handlers,
    *two_step.handlers,
    *passkeys.handlers,
    *email.handlers,
    *blocks.handlers,
    *devmail.handlers,
]
