"""Modules of the bench are imported by nothing else, so a name that they use could go without anybody noticing."""

import importlib
import pkgutil

import pytest

import bench


@pytest.mark.parametrize("name", [one.name for one in pkgutil.iter_modules(bench.__path__) if one.name != "__main__"])
def test_a_module_of_the_bench_finds_what_it_imports(name: str) -> None:
    if name == "browser":
        pytest.importorskip("playwright", reason="`make test` installs it")
    assert importlib.import_module(f"bench.{name}").__doc__
