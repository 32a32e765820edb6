"""Passkeys in Chromium, with its virtual authenticator, under the headers that every page has."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import CDPSession, expect

from parley.site.demo import PASSWORD
from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.tab import Tab

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    # A request that a visitor did not ask for waits until they choose.
    "automaticPresenceSimulation": True,
}


WITHOUT_PIN = {"transport": "usb", "hasUserVerification": False, "isUserVerified": False}
SECOND_ONLY = "as a second step only"


async def authenticator(tab: Tab, **options: Any) -> tuple[CDPSession, str]:
    cdp = await tab.context.new_cdp_session(tab.page)
    await cdp.send("WebAuthn.enable")
    made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | options})
    return cdp, made["authenticatorId"]


# Slow: it signs in four times, each in a browser without cookies. test_passkeys.py of the accounts tries the rest.
@pytest.mark.slow
async def test_a_passkey_is_made_offered_and_refused_when_its_counter_falls(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("kofi")
    page, main = tab.page, tab.main()
    cdp, device = await authenticator(tab)

    await tab.open("/settings/security/passkeys")
    await main.get_by_label("Name of the passkey").fill("my laptop")
    await main.get_by_role("button", name="Add it").click()
    await expect(main).to_contain_text("The passkey is added.")
    await expect(main).to_contain_text("my laptop")

    # The browser offers it with what it fills in for the name; the virtual device answers at once.
    await tab.context.clear_cookies()
    await tab.open("/login?next=/for-you")
    await page.wait_for_url(f"{site.address}/for-you")

    # In a browser that makes no offer, a button asks for it.
    await page.add_init_script("delete PublicKeyCredential.getClientCapabilities")
    await tab.context.clear_cookies()
    await tab.open("/login")
    await main.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.locator("body")).to_have_attribute("data-viewer", "kofi")

    # A copy of it gives a count that was given before.
    await tab.context.clear_cookies()
    found = (await cdp.send("WebAuthn.getCredentials", {"authenticatorId": device}))["credentials"]
    await cdp.send("WebAuthn.removeCredential", {"authenticatorId": device, "credentialId": found[0]["credentialId"]})
    copy = {**found[0], "signCount": 0}
    await cdp.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": copy})
    await tab.open("/login")
    await main.get_by_role("button", name="Sign in with a passkey").click()
    await expect(main.get_by_role("alert").first).to_contain_text("copied")
    assert await site.value("select count(*) from passkey") == 0


@pytest.fixture
async def kofi(site: Site, open_tab: OpenTab) -> AsyncIterator[Tab]:
    """Kofi's tab. He has just proved who he is, and the next sign-in asks for a second step after the password."""
    tab = await open_tab("kofi")
    await site.fetch("update session set proved_at = now()")
    await site.fetch("insert into authenticator (member, seed, step) select id, '', 0 from member where name = 'kofi'")
    yield tab
    await site.fetch("delete from authenticator")
    await site.fetch("delete from passkey")


async def add(tab: Tab, name: str, button: str) -> None:
    main = tab.main()
    await tab.open("/settings/security/passkeys")
    await main.get_by_label("Name of the passkey").fill(name)
    await main.get_by_role("button", name=button).click()


async def use_after_password(tab: Tab) -> None:
    main = tab.main()
    await tab.context.clear_cookies()
    await tab.open("/login?next=/for-you")
    await main.get_by_label("Name or e-mail").fill("kofi")
    await main.get_by_label("Password").fill(PASSWORD)
    await main.get_by_role("button", name="Sign in", exact=True).click()
    await main.get_by_role("button", name="Use a passkey").click()
    await tab.page.wait_for_url(f"{tab.address}/for-you")


async def test_a_security_key_without_a_pin_is_added_as_a_second_step_and_signs_in_after_the_password(
    kofi: Tab,
) -> None:
    await authenticator(kofi, **WITHOUT_PIN)
    await add(kofi, "my USB key", SECOND_ONLY)
    await expect(kofi.main()).to_contain_text("The passkey is added as a second step.")
    await add(kofi, "my USB key again", SECOND_ONLY)
    await expect(kofi.main().get_by_role("alert")).to_contain_text("already has one for your account")
    await use_after_password(kofi)


async def test_a_security_key_that_does_not_recognise_its_holder_says_so_and_is_still_a_second_step(kofi: Tab) -> None:
    cdp, device = await authenticator(kofi, transport="usb", isUserVerified=False)
    await add(kofi, "my fingerprint key", "Add it")
    await expect(kofi.main().get_by_role("alert")).to_contain_text("could not check that it is you")
    await cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    await add(kofi, "my fingerprint key", "Add it")
    await expect(kofi.main()).to_contain_text("The passkey is added.")
    await cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    await use_after_password(kofi)
