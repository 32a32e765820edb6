"""A provider of OpenID Connect on this machine, which lies on command."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from parley.people.sso.openid import challenge_of

CLIENT, SECRET = "parley", "a secret of ours: 50 % of it"
Claims = dict[str, Any]


class Provider:
    """What it says of its account, and how it lies: each lie changes one thing of an honest answer."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.account: Claims = {"sub": "42", "email": "ada@example.org", "email_verified": True}
        self.user_info: Claims = {}
        self.asked: dict[str, Claims] = {}
        self.change: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.metadata: Claims = {}
        # The paths that were requested; while `may_answer` is not set, none is answered.
        self.requested: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def signed(self, claims: Claims, key: Any = None, header: Claims | None = None) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"} | (header or {}), claims, key or self.key)

    def authorize(self, location: str) -> str:
        """Sign somebody in who was redirected to `location`; return the path that they are redirected back to."""
        assert location.startswith(f"{self.issuer}/authorize?")
        asked = dict(parse_qsl(urlsplit(location).query))
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = f"code {len(self.asked)}"
        self.asked[code] = asked
        path = urlsplit(asked["redirect_uri"]).path
        return f"{path}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, path: str, fields: Claims, authorization: str) -> tuple[int, Claims]:
        self.requested.append(path)
        self.may_answer.wait(30)
        if path == "/.well-known/openid-configuration":
            return 200, self._document() | self.metadata
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/user":
            return 200, self.user_info
        asked = self.asked.pop(fields.get("code", ""), None)
        pair = base64.b64encode(f"{CLIENT}:a+secret+of+ours%3A+50+%25+of+it".encode()).decode()
        is_ours = authorization == f"Basic {pair}"
        proves = asked and challenge_of(fields["code_verifier"]) == asked["code_challenge"]
        if asked is None or not is_ours or not proves or fields["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time())
        claims = {"iss": self.issuer, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 300}
        token = self.sign(self.change(claims | self.account))
        return 200, {"id_token": token, "access_token": "access", "token_type": "Bearer"}

    def _document(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/user",
        }


def unsigned(claims: Claims) -> str:
    """A token with the algorithm `none`."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def signed_with_secret(claims: Claims) -> str:
    """A token that anybody who knows our secret can sign."""
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


@contextmanager
def serving() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            fields = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            path = urlsplit(self.path).path
            status, answer = provider.answer(path, fields, self.headers.get("Authorization", ""))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 the name that the library looks for

        def log_message(self, *_: object) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
