"""Passkeys in Chromium, with its virtual authenticator, under the headers that every page has."""

import pytest
from playwright.async_api import CDPSession, expect

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


async def authenticator(tab: Tab) -> tuple[CDPSession, str]:
    cdp = await tab.context.new_cdp_session(tab.page)
    await cdp.send("WebAuthn.enable")
    made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
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
    await tab.open("/login?next=/unread")
    await page.wait_for_url(f"{site.address}/unread")

    # Without an offer, a button asks for it.
    await tab.context.clear_cookies()
    await cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": False})
    await tab.open("/login")
    await cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    await cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": True})
    await main.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.locator("body")).to_have_attribute("data-viewer", "kofi")

    # A copy of it gives a count that was given before.
    await tab.context.clear_cookies()
    found = (await cdp.send("WebAuthn.getCredentials", {"authenticatorId": device}))["credentials"]
    await cdp.send("WebAuthn.removeCredential", {"authenticatorId": device, "credentialId": found[0]["credentialId"]})
    copy = {**found[0], "signCount": 0}
    await cdp.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": copy})
    await tab.open("/login")
    await expect(main.get_by_role("alert").first).to_contain_text("copied")
    assert await site.value("select count(*) from passkey") == 0
