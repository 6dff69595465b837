"""`make audit` with a stand-in for pip-audit: what it says of advisories, and of a database that doesn't answer."""

import json
import pathlib
import re
import stat
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent.parent
JUDGED = "CVE-2026-5241"
STAND_IN = """#!{python}
import sys
options = sys.argv[1:]
assert "--strict" in options and "transformers==" in open(options[options.index("-r") + 1]).read()
content = {content!r}
if content is None:
    sys.exit("ConnectionError: no answer")
open(options[options.index("--output") + 1], "w").write(content)
sys.exit(1)
"""


@pytest.fixture
def audit(tmp_path):
    """Runs the audit with what pip-audit finds; None for no answer."""

    def run(vulnerabilities):
        package = {"name": "transformers", "version": "4.54.1", "vulns": vulnerabilities}
        content = None if vulnerabilities is None else json.dumps({"dependencies": [package]})
        path = tmp_path / "pip-audit"
        path.write_text(STAND_IN.format(python=sys.executable, content=content))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        command = [sys.executable, str(ROOT / ".ci" / "audit.py"), str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def found(name, *aliases):
    return {"id": name, "aliases": list(aliases), "fix_versions": ["5.3.0"]}


def test_an_advisory_that_nobody_judged(audit):
    done = audit([found("GHSA-aaaa-bbbb-cccc", "CVE-2099-1"), found("PYSEC-2026-1", JUDGED)])
    assert done.returncode == 1
    assert "CVE-2099-1 GHSA-aaaa-bbbb-cccc, fixed in 5.3.0: NOT JUDGED YET" in done.stdout
    assert f"{JUDGED} PYSEC-2026-1, fixed in 5.3.0: judged in docs/security.md" in done.stdout


@pytest.mark.parametrize("vulnerabilities", [[], [found("PYSEC-2026-1", JUDGED)]])
def test_nothing_new(audit, vulnerabilities):
    done = audit(vulnerabilities)
    assert done.returncode == 0
    assert "1 pins, 0 advisories" in done.stdout


def test_a_database_that_does_not_answer_is_told(audit):
    done = audit(None)
    assert done.returncode == 2
    assert "nothing is known of the pins. It said: ConnectionError: no answer" in done.stdout


def test_the_advisories_are_those_of_the_pins():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    rows = re.findall(r"^\| ((?:[\w-]+ [\d.]+(?:, )?)+) \|", page, re.MULTILINE)
    named = [pair.split(" ") for row in rows for pair in row.split(", ")]
    assert len(named) >= 7
    assert [[name, pins[name]] for name, _ in named] == named


def test_what_is_said_to_be_excluded_is_excluded():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    asked = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    below = re.findall(r"^\| ([\w-]+) below ([\d.]+) \|", page, re.MULTILINE)
    assert len(below) >= 5
    for name, version in below:
        floors = re.findall(rf"^    {name} >=([\d.]+)", asked, re.MULTILINE | re.IGNORECASE)
        assert set(floors) == {version}, name


def test_packages_of_data_have_hashes():
    lines = [line for line in (ROOT / "requirements-data.txt").read_text().splitlines() if not line.startswith("#")]
    pinned = list(filter(None, lines))
    assert len(pinned) == 5
    assert all(re.fullmatch(r"[\w-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}", line) for line in pinned)
