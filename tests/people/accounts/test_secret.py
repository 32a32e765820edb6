"""After the secret is replaced, signatures and seals of the former one are valid until that is unset."""

import msgspec
import pytest
from litestar import Litestar

from parley.discussion.other_sites import imported_addresses
from parley.interfaces.webhooks import signing
from parley.moderation.decisions import letters
from parley.people.accounts import reserved_names, sealing
from parley.people.mail import links
from parley.people.sign_in import devices
from parley.platform import db
from parley.platform import signing as core_signing
from parley.platform.environment import SettingsError
from parley.platform.errors import Refused
from parley.platform.settings import read, settings
from parley.site.cli import secret
from tests import make
from tests.interfaces.webhooks.receiver import hook

pytestmark = pytest.mark.anyio
NEW = "a new secret of more than thirty-two characters"
SEED = b"JBSWY3DPEHPK3PXP"


def use(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    changed = msgspec.structs.replace(settings(), **changes)
    for module in (sealing, core_signing):
        monkeypatch.setattr(module, "settings", lambda: changed)


async def opened(member: int) -> tuple[bytes | None, bytes | None]:
    """A member's seed, and the secret of the only webhook."""
    seed = await db.value("select seed from authenticator where member = $1", member)
    hook_secret = await db.value("select secret from webhook")
    return sealing.unseal(seed, f"seed|{member}"), sealing.unseal(hook_secret, signing.PURPOSE)


async def test_second_factors_and_webhooks_are_sealed_with_the_new_secret(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, old = await make.member("ada"), settings().secret
    sealed = sealing.seal(SEED, f"seed|{ada.id}")
    await db.execute("insert into authenticator (member, seed, step) values ($1, $2, 0)", ada.id, sealed)
    await hook()
    before = await opened(ada.id)

    use(monkeypatch, secret=NEW)
    assert await opened(ada.id) == (None, None)
    use(monkeypatch, secret=NEW, former_secret=old)
    assert await opened(ada.id) == before
    assert await secret.seal_anew() == (1, 1)
    assert await secret.seal_anew() == (0, 0)
    use(monkeypatch, secret=NEW)
    assert await opened(ada.id) == before and before[0] == SEED


async def test_erased_names_stay_reserved_when_the_secret_is_replaced(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = settings().secret
    await reserved_names.reserve(["sam_h"])

    use(monkeypatch, secret=NEW, former_secret=old)
    await secret.seal_anew()
    use(monkeypatch, secret=NEW)

    with pytest.raises(Refused, match="is taken"):
        await reserved_names.require_free("samh")


async def test_links_devices_and_claims_hold_until_the_former_secret_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    old, off = settings().secret, links.Unsubscription(1, "digest")
    device, token, bounce, key = devices.issue(1, "hash"), links.off_token(off), links.envelope(7), letters.key(3)
    digest = imported_addresses.digest("ada@example.org")

    def accepted() -> list[bool]:
        return [
            devices.is_recognised(device, 1, "hash"),
            links.read_unsubscribe_token(token) == off,
            links.returned_mail(bounce) == 7,
            letters.is_key(3, key),
            digest in imported_addresses.digests("ada@example.org"),
        ]

    use(monkeypatch, secret=NEW, former_secret=old)
    assert all(accepted()) and not letters.is_key(4, key)
    assert links.off_token(off) != token
    use(monkeypatch, secret=NEW)
    assert not any(accepted())


def test_a_short_former_secret_is_refused() -> None:
    env = {"DATABASE_URL": "postgresql:///a", "REDIS_URL": "redis://a", "PARLEY_SECRET": NEW}
    with pytest.raises(SettingsError, match="PARLEY_SECRET must have"):
        read(env | {"PARLEY_SECRET_FORMER": "short"})
