"""The description of the API says what each field, parameter and operation means."""

from collections.abc import Iterator

from parley.interfaces.api.web import description


def described() -> Iterator[tuple[str, str, str]]:
    """Each field and parameter with what has it, and with what is said about it."""
    for name, schema in description()["components"]["schemas"].items():
        for field, one in schema.get("properties", {}).items():
            yield name, field, one.get("description", "")
    for path, item in description()["paths"].items():
        for operation in item.values():
            for one in operation.get("parameters", ()):
                yield path, one["name"], one.get("description", "")


def test_each_field_and_parameter_says_what_it_means() -> None:
    assert [(where, field) for where, field, about in described() if not about] == []


def test_each_operation_has_a_summary_and_says_what_it_does() -> None:
    operations = [one for item in description()["paths"].values() for one in item.values()]
    assert [one["operationId"] for one in operations if not (one.get("summary") and one.get("description"))] == []


def test_each_operation_has_a_short_name_of_its_own_and_a_module_for_generated_clients() -> None:
    operations = [one for item in description()["paths"].values() for one in item.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 40
    assert {"get_thread", "get_thread_comments", "post_thread_comments", "put_comment_votes_quality"} <= set(names)
    assert {one["operationId"]: one["tags"] for one in operations}["put_comment_votes_quality"] == ["comments"]
