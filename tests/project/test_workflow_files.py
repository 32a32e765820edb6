"""Files that GitHub, Docker and Dependabot read, against the schemas that these publish: none of them runs here."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.project.test_locks import ROOT

FILES = {
    "compose-spec": ["compose.yaml"],
    "dependabot": [".github/dependabot.yml"],
    "github-workflows": [".github/workflows/*.yml"],
    "github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
    "github-issue-forms": [".github/ISSUE_TEMPLATE/[!c]*.yml"],
}


def check(schema: str, *files: Path) -> subprocess.CompletedProcess[str]:
    # The schemas come with the package: nothing is fetched.
    arguments = ["-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *files]
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def files_of(schema: str) -> list[Path]:
    return [file for pattern in FILES[schema] for file in ROOT.glob(pattern)]


@pytest.mark.parametrize("schema", FILES)
def test_a_file_has_the_form_that_its_reader_asks_for(schema: str) -> None:
    assert files_of(schema)
    done = check(schema, *files_of(schema))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("schema", FILES)
def test_a_misspelt_key_is_noticed(schema: str, tmp_path: Path) -> None:
    content = yaml.safe_load(files_of(schema)[0].read_text())
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(yaml.safe_dump({**content, "misspelt": {}}))
    assert check(schema, wrong).returncode == 1


def test_every_file_of_github_has_a_schema() -> None:
    checked = {file for schema in FILES for file in files_of(schema)}
    assert set((ROOT / ".github").rglob("*.yml")) <= checked
