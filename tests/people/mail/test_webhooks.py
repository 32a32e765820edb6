"""Webhooks of relays: which are accepted, and what they change."""

import json
import re
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from parley.people import mail
from parley.people.inbound_mail import sns
from parley.people.mail.links import envelope, signed_id
from parley.people.mail.sending import deliver_due
from parley.platform import db
from parley.platform.errors import Busy
from tests.people.mail import relays
from tests.people.mail.sink import Club, Sink, Use

pytestmark = [pytest.mark.anyio]

SETTINGS = {
    "ses_topic": relays.TOPIC,
    "mailgun_key": relays.MAILGUN_KEY,
    "postmark_login": relays.POSTMARK_LOGIN,
}
POSTMARK = tuple(relays.POSTMARK_LOGIN.split(":"))
GONE = "smtp; 550 5.1.1 no such user"


class Amazon:
    """The addresses of SNS, and which of them were fetched."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.certificate = relays.certificate()
        self.is_away = False

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.is_away:
            raise Busy("It cannot be fetched.", 60)
        return self.certificate if url.endswith(".pem") else b"<ConfirmSubscriptionResponse/>"


@pytest.fixture
def amazon(app: object, monkeypatch: pytest.MonkeyPatch) -> Amazon:
    amazon = Amazon()
    monkeypatch.setattr(sns.fetch, "fetch_body", amazon.fetch)
    monkeypatch.setattr(sns, "_certificates", {})
    return amazon


@pytest.fixture
def here(app: object, club: Club, sink: Sink, use: Use, amazon: Amazon) -> Sink:
    use(smtp_url=sink.url, **SETTINGS)
    return sink


async def letter(club: Club) -> int:
    one = mail.Letter(list="digest", member=1, to="ada@example.org", key="digest.1", subject="Monday", text="Words.\n")
    async with db.atomic():
        number = await mail.post(one)
    club.letters[number] = one
    return number


async def unanswered(club: Club, sink: Sink) -> int:
    """A letter that was sent without a reply. The worker looks up its outcome the next time."""
    number = await letter(club)
    sink.hangs_up = True
    assert await deliver_due() == 0
    sink.hangs_up = False
    await db.execute("update mail set leased_until = now() - interval '1 second'")
    return number


async def post(client: httpx.AsyncClient, relay: str, body: Any, **more: Any) -> tuple[int, str]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    if relay == "postmark":
        more.setdefault("auth", POSTMARK)
    answer = await client.post(f"/mail/webhooks/{relay}", content=content, **more)
    return answer.status_code, answer.text.strip() if answer.status_code == 200 else ""


def delivered(relay: str, number: int) -> Any:
    return {
        "ses": lambda: relays.sns(relays.ses(envelope(number))),
        "mailgun": lambda: relays.mailgun("delivered", envelope={"sender": envelope(number)}),
        "postmark": lambda: relays.postmark("Delivery", signed_id(number)),
    }[relay]()


def bounced(relay: str, number: int) -> Any:
    said = {"code": 550, "message": "5.1.1 no such user"}
    sender = {"sender": envelope(number)}
    return {
        "ses": lambda: relays.sns(relays.ses_bounce(envelope(number), GONE)),
        "mailgun": lambda: relays.mailgun("failed", severity="permanent", envelope=sender, **{"delivery-status": said}),
        "postmark": lambda: relays.postmark(
            "Bounce", signed_id(number), Type="HardBounce", Email="ada@example.org", Details=GONE
        ),
    }[relay]()


def complained(relay: str, number: int) -> Any:
    return {
        "ses": lambda: relays.sns(relays.ses(envelope(number), "Complaint")),
        "mailgun": lambda: relays.mailgun("complained", envelope={"sender": envelope(number)}),
        "postmark": lambda: relays.postmark("SpamComplaint", signed_id(number), Type="SpamComplaint"),
    }[relay]()


RELAYS = pytest.mark.parametrize("relay", ["ses", "mailgun", "postmark"])
HELD_BACK = "select count(*) from mail_address where suppressed_at is not null"
STATE = "select state from mail where id = $1"


@RELAYS
async def test_a_delivery_settles_a_letter_whose_answer_was_lost(
    here: Sink, club: Club, client: httpx.AsyncClient, relay: str
) -> None:
    number = await unanswered(club, here)
    await deliver_due()
    assert await db.value(STATE, number) == "data"
    assert club.outcomes == []
    assert await post(client, relay, delivered(relay, number)) == (200, "settled")
    assert club.outcomes == [(number, "sent")]
    assert await deliver_due() == 0
    assert here.messages == []


async def test_a_webhook_settles_a_letter_whose_delivery_was_unknown(
    here: Sink, club: Club, client: httpx.AsyncClient
) -> None:
    number = await unanswered(club, here)
    await db.execute("update mail set data_at = now() - interval '25 hours'")
    await deliver_due()
    assert club.outcomes == [(number, "unknown")]
    assert await post(client, "ses", delivered("ses", number)) == (200, "settled")
    assert club.outcomes == [(number, "unknown"), (number, "sent")]


@RELAYS
async def test_a_bounce_settles_the_letter_too_and_suppresses_the_address(
    here: Sink, club: Club, client: httpx.AsyncClient, relay: str
) -> None:
    number = await unanswered(club, here)
    assert await post(client, relay, bounced(relay, number)) == (200, "gone")
    assert club.outcomes == [(number, "sent")]
    assert await db.value(HELD_BACK) == 1


@RELAYS
async def test_a_complaint_unsubscribes_the_member(
    here: Sink, club: Club, client: httpx.AsyncClient, relay: str
) -> None:
    number = await letter(club)
    assert await post(client, relay, complained(relay, number)) == (200, "complaint")
    assert club.left == {(1, "")}
    assert await db.value(HELD_BACK) == 1


@RELAYS
async def test_a_repeated_notification_counts_once(
    here: Sink, club: Club, client: httpx.AsyncClient, relay: str
) -> None:
    number = await letter(club)
    body = bounced(relay, number)
    assert await post(client, relay, body) == (200, "gone")
    assert await post(client, relay, body) == (200, "known")
    assert await db.value("select count(*) from mail_bounce") == 1
    assert await db.value("select score from mail_address") == 4
    arrived = delivered(relay, await unanswered(club, here))
    for _ in range(2):
        await post(client, relay, arrived)
    assert len(club.outcomes) == len(set(club.outcomes))


@RELAYS
async def test_a_relay_that_is_not_set_up_is_not_found(
    app: object, club: Club, sink: Sink, client: httpx.AsyncClient, relay: str
) -> None:
    number = await letter(club)
    assert await post(client, relay, bounced(relay, number)) == (404, "")
    assert await db.value("select count(*) from mail_bounce") == 0


@RELAYS
async def test_a_body_that_is_too_long_is_refused(here: Sink, client: httpx.AsyncClient, relay: str) -> None:
    assert (await post(client, relay, b"{" + b" " * 200_000 + b"}"))[0] == 413


@RELAYS
@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b"{}", b"[]", b'{"Type": 1}', b'{"a": "\\u0000"}'])
async def test_nonsense_is_refused_or_ignored(here: Sink, client: httpx.AsyncClient, relay: str, body: bytes) -> None:
    assert await post(client, relay, body) in {(400, ""), (200, "ignored")}


@pytest.mark.parametrize("sender", ["", "ada@example.org", f"bounce+7.{'0' * 32}@localhost"])
async def test_a_notification_about_no_mail_of_ours_is_ignored(
    here: Sink, client: httpx.AsyncClient, sender: str
) -> None:
    assert await post(client, "ses", relays.sns(relays.ses_bounce(sender, GONE))) == (200, "ignored")


async def refused(client: httpx.AsyncClient, relay: str, body: Any, **more: Any) -> None:
    """Post a notification about a letter without a valid proof, and check that nothing changed."""
    before = REGISTRY.get_sample_value("parley_mail_webhooks_total", {"relay": relay, "outcome": "refused"}) or 0
    assert await post(client, relay, body, **more) == (403, "")
    assert await db.value("select count(*) from mail_bounce") == 0
    after = REGISTRY.get_sample_value("parley_mail_webhooks_total", {"relay": relay, "outcome": "refused"})
    assert after == before + 1


@pytest.mark.parametrize("version", ["1", "2"])
async def test_both_versions_of_the_signature_of_ses_are_accepted(
    here: Sink, club: Club, client: httpx.AsyncClient, amazon: Amazon, version: str
) -> None:
    number = await letter(club)
    for answer in ("550 5.1.1 no such user", "550 5.1.1 no such user here"):
        body = relays.sns(relays.ses_bounce(envelope(number), answer), version=version, Subject="Amazon SES")
        assert await post(client, "ses", body) == (200, "gone")
    # The certificate is fetched once.
    assert amazon.asked == [relays.CERTIFICATE]


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/SimpleNotificationService.pem",
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
        "https://sns.eu-west-1.amazonaws.com:444/x.pem",
        "https://sns.us-east-1.amazonaws.com/x.pem",
        "https://bucket.s3.amazonaws.com/x.pem",
        "https://[x/x.pem",
        "",
    ],
)
async def test_a_certificate_of_somebody_else_is_not_even_fetched(
    here: Sink, club: Club, client: httpx.AsyncClient, amazon: Amazon, url: str
) -> None:
    body = relays.sns(relays.ses_bounce(envelope(await letter(club)), GONE), SigningCertURL=url)
    await refused(client, "ses", body)
    assert amazon.asked == []


async def test_a_forged_message_of_sns_is_refused(here: Sink, club: Club, client: httpx.AsyncClient) -> None:
    bounce = relays.ses_bounce(envelope(await letter(club)), GONE)
    await refused(client, "ses", relays.sns(bounce, key=relays.OTHER_KEY))
    await refused(client, "ses", relays.sns(bounce) | {"Message": json.dumps(bounce | {"eventType": "x"})})
    await refused(client, "ses", relays.sns(bounce) | {"Subject": "another"})
    await refused(client, "ses", relays.sns(bounce) | {"SignatureVersion": "2"})
    await refused(client, "ses", relays.sns(bounce) | {"SignatureVersion": "3"})
    await refused(client, "ses", relays.sns(bounce) | {"Signature": "no base64"})


async def test_a_message_of_another_topic_is_refused_though_sns_signed_it(
    here: Sink, club: Club, client: httpx.AsyncClient, amazon: Amazon
) -> None:
    bounce = relays.ses_bounce(envelope(await letter(club)), GONE)
    await refused(client, "ses", relays.sns(bounce, TopicArn="arn:aws:sns:eu-west-1:666666666666:theirs"))
    assert amazon.asked == []


@pytest.mark.parametrize("at", ["2020-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z", "2026-11-27T00:00:00"])
async def test_an_old_message_of_sns_is_refused(here: Sink, club: Club, client: httpx.AsyncClient, at: str) -> None:
    bounce = relays.ses_bounce(envelope(await letter(club)), GONE)
    await refused(client, "ses", relays.sns(bounce, Timestamp=at))


@pytest.mark.parametrize("certificate", [relays.certificate(days=-1), b"", b"-----BEGIN CERTIFICATE-----\nno\n"])
async def test_an_expired_or_invalid_certificate_is_refused(
    here: Sink, club: Club, client: httpx.AsyncClient, amazon: Amazon, certificate: bytes
) -> None:
    amazon.certificate = certificate
    await refused(client, "ses", relays.sns(relays.ses_bounce(envelope(await letter(club)), GONE)))


async def test_sns_must_retry_while_its_certificate_cannot_be_fetched(
    here: Sink, club: Club, client: httpx.AsyncClient, amazon: Amazon
) -> None:
    body = relays.sns(relays.ses_bounce(envelope(await letter(club)), GONE))
    amazon.is_away = True
    assert (await post(client, "ses", body))[0] == 503
    amazon.is_away = False
    assert await post(client, "ses", body) == (200, "gone")


async def test_a_subscription_is_confirmed_at_the_address_of_sns_only(
    here: Sink, client: httpx.AsyncClient, amazon: Amazon
) -> None:
    body = relays.confirmation()
    assert await post(client, "ses", body) == (200, "confirmed")
    assert amazon.asked == [relays.CERTIFICATE, body["SubscribeURL"]]
    await refused(client, "ses", relays.confirmation("https://evil.example/?Action=ConfirmSubscription"))
    await refused(client, "ses", relays.confirmation() | {"SubscribeURL": f"{relays.HOST}/?Action=Other"})
    assert len(amazon.asked) == 2


async def test_a_forged_notification_of_mailgun_is_refused(here: Sink, club: Club, client: httpx.AsyncClient) -> None:
    sender = {"sender": envelope(await letter(club))}
    for forged in (
        relays.mailgun("complained", envelope=sender, key="another key of 32 characters, or"),
        relays.mailgun("complained", envelope=sender, ago=90_000),
        relays.mailgun("complained", envelope=sender, ago=-2_000),
        relays.mailgun("complained", envelope=sender, token="x" * 200),
    ):
        await refused(client, "mailgun", forged)


async def test_a_token_of_mailgun_counts_once_whatever_comes_with_it(
    here: Sink, club: Club, client: httpx.AsyncClient
) -> None:
    """The signature does not cover the event, so an intercepted one could carry any event."""
    number = await letter(club)
    body = relays.mailgun("delivered", envelope={"sender": envelope(number)})
    assert await post(client, "mailgun", body) == (200, "delivered")
    body["event-data"]["event"] = "complained"
    assert await post(client, "mailgun", body) == (200, "known")
    assert club.left == set()


async def test_a_token_of_mailgun_can_be_used_again_after_a_failure(
    here: Sink, club: Club, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await letter(club)
    body = bounced("mailgun", number)
    with monkeypatch.context() as patch:
        patch.setattr("parley.people.mail.bounces.record", None)
        assert (await post(client, "mailgun", body))[0] == 500
    assert await post(client, "mailgun", body) == (200, "gone")


@pytest.mark.parametrize("auth", [None, ("postmark", "wrong"), ("", ""), ("postmark", "a password of the tests ")])
async def test_postmark_needs_its_password(here: Sink, club: Club, client: httpx.AsyncClient, auth: Any) -> None:
    await refused(client, "postmark", bounced("postmark", await letter(club)), auth=auth)


async def test_postmark_is_refused_before_its_body_is_read(here: Sink, client: httpx.AsyncClient) -> None:
    assert (await post(client, "postmark", b" " * 200_000, auth=("postmark", "wrong")))[0] == 403


async def test_a_message_to_postmark_has_the_signed_id_of_the_mail(here: Sink, club: Club, sink: Sink) -> None:
    number = await letter(club)
    assert await deliver_due() == 1
    assert f"X-PM-Metadata-parley: {signed_id(number)}\r\n".encode() in here.messages[0][1]


async def test_the_message_id_names_a_mail_where_the_relay_changed_its_envelope(
    here: Sink, club: Club, client: httpx.AsyncClient
) -> None:
    await unanswered(club, here)
    headers = {"headers": {"message-id": "digest.1@localhost"}}
    assert await post(client, "mailgun", relays.mailgun("delivered", message=headers)) == (200, "settled")


async def test_a_delayed_delivery_does_not_count_against_the_address(
    here: Sink, club: Club, client: httpx.AsyncClient
) -> None:
    sender = {"sender": envelope(await letter(club))}
    said = {"code": 452, "message": "4.2.2 over quota"}
    body = relays.mailgun("failed", severity="temporary", envelope=sender, **{"delivery-status": said})
    assert await post(client, "mailgun", body) == (200, "delayed")
    assert await db.value("select count(*) from mail_address") == 0


async def test_another_servers_reply_may_have_any_character(here: Sink, club: Club, client: httpx.AsyncClient) -> None:
    number = await letter(club)
    body = relays.sns(relays.ses_bounce(envelope(number), "550 5.1.1 no such user \0 \x1b[2J 不存在"))
    assert await post(client, "ses", body) == (200, "gone")


async def test_a_message_without_an_outcome_is_sent_again_after_ten_minutes(here: Sink, club: Club, sink: Sink) -> None:
    here.hangs_up = True
    async with db.atomic():
        await mail.send("reset", "ada@example.org", "A new password", "A link.\n")
    await deliver_due()
    here.hangs_up = False
    await db.execute("update mail set leased_until = now() - interval '1 second'")
    await deliver_due()
    assert await db.values("select state from mail") == ["data"]
    await db.execute(
        "update mail set leased_until = now() - interval '1 second', data_at = now() - interval '11 minutes'"
    )
    await deliver_due()
    assert await db.values("select state from mail") == ["planned"]


async def test_a_page_of_another_site_cannot_post_here(here: Sink, client: httpx.AsyncClient) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await post(client, "mailgun", relays.mailgun("delivered"), headers=headers))[0] == 403


def test_the_signatures_in_the_samples_are_valid() -> None:
    assert re.fullmatch(r"[\w+/]+={0,2}", relays.sns({})["Signature"])
