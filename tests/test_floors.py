"""Imports run downhill only: a folder imports folders that stand below it, and its own."""

import ast
import pathlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "bert_tf"
FLOORS = {
    "errors": 0, "permissions": 0, "stop_signals": 0, "processes": 0, "system_errors": 0.1, "temporaries": 0.3,
    "atomic": 0.5, "documents": 0.5, "versions": 0.5, "machine": 0.5, "ports": 0.5, "room": 0.5, "integrity": 0.6,
    "environment": 0.7, "quiet": 0.8, "costs": 0.7, "http": 0.7, "pretrained": 0.7, "spreadsheets": 0.5,
    "measures": 0.1, "scores": 0, "plurals": 0, "inline_code": 0, "nearest_name": 0, "ragged_rows": 0,
    "told_errors": 0.1, "cluster": 0.1, "detection": 1,
    "data": 1, "recipe": 1,
    "text": 2, "runs": 2, "native": 2,
    "models": 3, "batches": 3,
    "training": 4, "evaluation": 4,
    "export": 5, "report": 5, "doctor": 5,
    "serving": 6, "tasks": 6,
    "workflow": 7, "drafting": 7, "handoff": 7.3, "planning": 7.6,
    "pipelines": 8,
    "api": 8, "classifier": 8, "scoring_api": 8, "training_api": 8.5, "playground": 8, "tuning": 8, "monitoring": 8,
    "cli": 9, "__init__": 9,
    "standard_streams": 0.5, "terminal": 0.5, "stage": 0.6,
}  # fmt: skip


def place(path: pathlib.Path) -> str:
    """The folder of the package that a file stands in, or its own name at the top."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(source: str) -> set[str]:
    """Every dotted name that a file imports, wherever in it that stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise AssertionError(f"relative import in line {node.lineno}")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported(source: str) -> set[str]:
    """First name below bert_tf of every import of it, wherever in the file it stands."""
    return {name.split(".")[1] for name in imports_of(source) if name.startswith("bert_tf.")}


def uphill(path: pathlib.Path, source: str) -> set[str]:
    here = place(path)
    return {name for name in imported(source) if name != here and FLOORS[name] >= FLOORS[here]}


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_downhill(path):
    assert uphill(path, path.read_text()) == set()


def test_an_uphill_import_is_seen():
    source = "def late():\n    from bert_tf.cli.main import main\n"
    assert uphill(PACKAGE / "data" / "load.py", source) == {"cli"}
    assert uphill(PACKAGE / "data" / "load.py", "from bert_tf.recipe.load_recipe import x") == {"recipe"}


def files_by_imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Which modules each module imports, for types or late too; modules by dotted name, with their source."""
    return {
        module: {found for name in imports_of(source) for found in (name, name.rpartition(".")[0]) if found in sources}
        for module, source in sources.items()
    }


def test_no_files_import_each_other():
    sources = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path.read_text()
        for path in FILES
        if path.stem != "__init__"
    }
    TopologicalSorter(files_by_imports(sources)).prepare()


def test_a_circle_of_imports_is_seen():
    sources = {"bert_tf.a": "from bert_tf.b import x", "bert_tf.b": "if TYPE_CHECKING:\n    import bert_tf.a"}
    with pytest.raises(CycleError):
        TopologicalSorter(files_by_imports(sources)).prepare()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_file_is_about_one_thing(path):
    assert path.stem not in {"utils", "helpers", "common", "misc"}
    assert len(path.read_text().splitlines()) <= 300


def test_a_file_name_stands_once_above_the_command_line():
    """So that a traceback says where one is; a command has the name of what it calls, and all tasks the same parts."""
    stems = Counter(path.stem for path in FILES if place(path) not in {"cli", "tasks"} and path.stem != "__init__")
    assert [stem for stem, count in stems.items() if count > 1] == []


@pytest.mark.parametrize("path", (PACKAGE / "cli").glob("*.py"), ids=lambda path: path.name)
def test_commands_print_by_what_shows_control_characters(path):
    """`echo`, `write_json` and `TerminalConsole`; a text's escape sequences would reach the terminal by any other."""
    if path.name != "output.py":
        assert not re.search(r"\bclick\.s?echo\b|\bprint_exc\b|(?<!\.)\bprint\(|\bConsole\(", path.read_text())


@pytest.mark.parametrize("module", ["bert_tf", "bert_tf.cli.main", "bert_tf.tasks.recipes", "bert_tf.export.verify"])
def test_imports_without_tensorflow(module):
    code = f"import sys, {module}; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
