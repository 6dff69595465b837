"""Resolve constraints.txt anew in an environment of its own, and lock it by hashes: `python .ci/lock.py [OPTION]`.

Without an option, the newest versions that setup.cfg allows are resolved with all extras, and what came is written;
requirements-locked.txt has the same pins with the hash of each file that the package index has of them.
constraints-beam.txt is resolved too: apache-beam allows no pyarrow that is as new, and has an environment of its own.
`--hashes` leaves the pins as they are and writes requirements-locked.txt only.
`--check` resolves nothing anew: it says whether the pins as they are install together, and whether one is superfluous.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).parent.parent
PINS = ROOT / "constraints.txt"
BEAM_PINS = ROOT / "constraints-beam.txt"
LOCKED = ROOT / "requirements-locked.txt"
EVERYTHING = f"{ROOT}[dev,docs,signing]"
BEAM = f"{ROOT}[beam]"
BEAM_HEADER = (
    "# What an environment with apache-beam has otherwise than constraints.txt, or beside it; `make lock` writes it.\n"
)
HEADER = """\
# constraints.txt with the hash of each file that the package index has of a pin, written by `make lock`. With them pip
# installs nothing else, on any platform: pip install --no-deps --require-hashes -r requirements-locked.txt
"""


def new_environment(folder: str) -> pathlib.Path:
    """The Python of a new environment, of the version that runs this."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return pathlib.Path(folder, "bin", "python")


def pip(python: pathlib.Path, *arguments: str) -> None:
    """Run pip in an environment."""
    quiet = ["--disable-pip-version-check", "--quiet"]
    subprocess.run([str(python), "-m", "pip", *quiet, "install", *arguments], check=True)


def resolved(*options: str, wanted: str = EVERYTHING) -> list[str]:
    """Pins of all that bert_tf needs, with every extra but that for Beam."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        dry = ("--dry-run", "--ignore-installed", "--report", str(report))
        pip(new_environment(folder), *dry, *options, wanted)
        found = [each["metadata"] for each in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return sorted((f"{each['name']}=={each['version']}" for each in found if each["name"] != "bert_tf"), key=str.lower)


def with_hashes(pins: pathlib.Path, python: pathlib.Path | str, options: Sequence[str] = ()) -> str:
    """The pins of a file as requirements with the hashes of all files of each release.

    Args:
        pins: A line for each.
        python: Of an environment with uv.
        options: Of `uv pip compile`, such as which index it asks.

    Raises:
        SystemExit: the index has a pin's files without their hashes.
    """
    form = ["--no-deps", "--generate-hashes", "--no-header", "--no-annotate", "--quiet", *options]
    command = [str(python), "-m", "uv", "--no-config", "pip", "compile", *form, str(pins)]
    locked = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    bare = [line for line in locked.splitlines() if "==" in line and not line.endswith("\\")]
    if bare:
        raise SystemExit(f"The package index tells no hash of {bare[0]}.")
    return locked


def write_hashes() -> None:
    """Write requirements-locked.txt for the pins as they are."""
    with tempfile.TemporaryDirectory() as folder:
        python = new_environment(folder)
        pip(python, "-c", str(PINS), "uv")
        LOCKED.write_text(HEADER + with_hashes(PINS, python), encoding="utf-8")


def main(*options: str) -> int:
    """Write the pins and their hashes, or compare them; 1 where they differ."""
    if options == ("--check",):
        written = set(PINS.read_text(encoding="utf-8").split())
        needed = set(resolved("-c", str(PINS)))
        for pin in sorted(written ^ needed, key=str.lower):
            print(f"{pin} {'is not needed' if pin in written else 'is missing'}")
        return int(written != needed)
    if options != ("--hashes",):
        pins = resolved()
        PINS.write_text("\n".join(pins) + "\n", encoding="utf-8")
        of_beam = [pin for pin in resolved(wanted=BEAM) if pin not in pins]
        BEAM_PINS.write_text(BEAM_HEADER + "\n".join(of_beam) + "\n", encoding="utf-8")
    write_hashes()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
