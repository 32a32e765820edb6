"""A member whose password a test knows."""

import httpx

PASSWORD = "four unrelated green words"


class Person:
    def __init__(self, number: int, name: str) -> None:
        self.id, self.name = number, name
        self.password = PASSWORD
        self.email = f"{name}@example.org"

    async def sign_in(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/login", data={"login": self.name, "password": self.password})
