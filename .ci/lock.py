"""Resolve constraints.txt anew in an environment of its own: `python .ci/lock.py [--check]`.

Without an option, the newest versions that setup.cfg allows are installed with all extras, and what came is written.
`--check` resolves nothing anew: it says whether the pins as they are install together, and whether one is superfluous.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent
PINS = ROOT / "constraints.txt"
EVERYTHING = f"{ROOT}[dev,docs,signing]"


def resolved(*options: str) -> list[str]:
    """Pins of all that bert_tf needs with every extra, in a new environment of the Python that runs this."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        report = pathlib.Path(folder, "report.json")
        pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        install = ["install", "--dry-run", "--ignore-installed", "--report", str(report), *options, EVERYTHING]
        subprocess.run([*pip, *install], check=True)
        found = [each["metadata"] for each in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return sorted((f"{each['name']}=={each['version']}" for each in found if each["name"] != "bert_tf"), key=str.lower)


def main(*options: str) -> int:
    """Write the pins, or compare them; 1 where they differ."""
    if options != ("--check",):
        PINS.write_text("\n".join(resolved()) + "\n", encoding="utf-8")
        return 0
    written = set(PINS.read_text(encoding="utf-8").split())
    needed = set(resolved("-c", str(PINS)))
    for pin in sorted(written ^ needed, key=str.lower):
        print(f"{pin} {'is not needed' if pin in written else 'is missing'}")
    return int(written != needed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
