"""Whatever a program sends, it gets an answer that the API's description names."""

import re

import pytest
from litestar import Litestar

from parley.interfaces.api.scopes import SCOPES
from parley.interfaces.api.web import description
from parley.platform.events import redis
from tests import make
from tests.interfaces.api.calling import V1, program
from tests.standing.test_hostile import NASTY
from tests.standing.world import World, built, routes, world

__all__ = ["built", "world"]
pytestmark = pytest.mark.anyio

BODIES = [b"", b"{", b"[]", b"null", b"1e999", b'"' + b"a" * 1_000 + b'"', b"[" * 20_000, b'{"body": "\\ud800"}']
METHODS = ("get", "post", "put", "patch", "delete")


def documented(method: str, path: str) -> set[int]:
    found = description()["paths"][re.sub(r":str\}", "}", path)][method.lower()]["responses"]
    return {int(status) for status in found}


async def test_hostile_bodies_parameters_and_addresses_get_documented_answers(app: Litestar, world: World) -> None:
    jon = await make.member("jon")
    async with program(app, jon, "comment", "vote") as client:
        for method in map(str.upper, METHODS):
            for path in (one for one in routes(app, method) if one.startswith(V1) and "openapi" not in one):
                known = documented(method, path) | {304}
                fields = description()["paths"][path.replace(":str}", "}")][method.lower()].get("parameters", [])
                names = [one["name"] for one in fields if one["in"] == "query"]
                asked = [(world.fill(path), dict.fromkeys(names, nasty[:300]), None) for nasty in NASTY[5:20:2]]
                asked += [(re.sub(r"\{[^}]+\}", "9" * 30, path), {}, None)]
                asked += [(world.fill(path), {}, body) for body in BODIES if method != "GET"]
                for address, query, body in asked:
                    await redis.redis().flushdb()
                    headers = {"content-type": "application/json"}
                    url = f"http://localhost{address}"
                    answer = await client.request(method, url, params=query, content=body, headers=headers)
                    assert answer.status_code in known, (method, address, query, body, answer.text)


async def test_a_parameter_that_is_not_described_is_refused_with_its_name(app: Litestar, world: World) -> None:
    async with program(app, await make.member("jon", role="admin"), *SCOPES) as client:
        for method in map(str.upper, METHODS):
            for path in (one for one in routes(app, method) if one.startswith(V1)):
                found = description()["paths"].get(path.replace(":str}", "}"), {}).get(method.lower(), {})
                known = [one["name"] for one in found.get("parameters", []) if one["in"] == "query"]
                await redis.redis().flushdb()
                query = "&".join(["limt=3", *known, "b"])
                answer = await client.request(method, f"http://localhost{world.fill(path)}?{query}")
                errors = answer.json()["errors"]
                assert answer.status_code == 400, (method, path, answer.text)
                assert [error["field"] for error in errors] == ["limt", "b"]
                assert all(name in errors[0]["detail"] for name in known)
                assert "ratelimit" not in answer.headers


async def test_the_page_describes_every_operation(app: Litestar) -> None:
    async with program(app) as client:
        page = (await client.get("http://localhost/api")).text
        found = (await client.get("/openapi.json")).json()
    described = {
        (method.upper(), path) for path, item in found["paths"].items() for method in METHODS if method in item
    }
    there = {
        (method.upper(), path) for method in METHODS for path in routes(app, method.upper()) if path.startswith(V1)
    }
    assert described == {(method, path.replace(":str}", "}")) for method, path in there} - {
        ("GET", f"{V1}/openapi.json")
    }
    for method, path in described:
        assert f"{method} {path}" in page.replace("&#39;", "'")
