"""Look up every pin in OSV's database of advisories, by pip-audit: `python .ci/audit.py PIP_AUDIT [--osv-url URL]`.

Exit status: 0 no advisory but those that docs/security.md judges, 1 others, 2 the database couldn't be asked. Only
then nothing is known of the pins, and a sentence says so.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent
PINS = ("constraints.txt", "requirements-data.txt")
ADVISORY = re.compile(r"\b(?:CVE-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+)\b")


def judged() -> set[str]:
    """Identifiers of the advisories in the table of docs/security.md."""
    return set(ADVISORY.findall((ROOT / "docs" / "security.md").read_text(encoding="utf-8")))


def requirements() -> str:
    """Each pin, without comments and hashes."""
    lines = [line.split("#")[0].split("--hash")[0].strip() for name in PINS for line in (ROOT / name).open()]
    return "\n".join(filter(None, lines)) + "\n"


def main(pip_audit: str, *options: str) -> int:
    """Ask, print what was found, and return the exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        pins, out = pathlib.Path(scratch, "pins.txt"), pathlib.Path(scratch, "found.json")
        pins.write_text(requirements(), encoding="utf-8")
        command = [pip_audit, "--strict", "--vulnerability-service", "osv", "--no-deps", "--disable-pip"]
        command += ["--progress-spinner", "off", "--format", "json", "--output", str(out), "-r", str(pins), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            packages = json.loads(out.read_text(encoding="utf-8"))["dependencies"]
        except (OSError, ValueError, KeyError):
            said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            print(
                f"The database of advisories couldn't be asked, so nothing is known of the pins. It said: {said[:300]}"
            )
            print("Run `make audit` where it can be reached.")
            return 2
    known, new = judged(), 0
    for package in packages:
        for found in package.get("vulns", ()):
            names = {found["id"], *found["aliases"]}
            is_new = not names & known
            new += is_new
            fixed = ", ".join(found["fix_versions"]) or "none"
            verdict = "NOT JUDGED YET" if is_new else "judged in docs/security.md"
            print(f"{package['name']} {package['version']}: {' '.join(sorted(names))}, fixed in {fixed}: {verdict}")
    print(f"{len(packages)} pins, {new} advisories that docs/security.md doesn't judge")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
