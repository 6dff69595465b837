"""The peers' environments: `.bench/<name>/` made from `benchmarks/requirements/<name>.txt` by plain pip."""

import functools
import hashlib
import pathlib
import shutil
import subprocess
import sys

_REQUIREMENTS = pathlib.Path(__file__).parent / "requirements"
_FOLDER = pathlib.Path(__file__).parent.parent / ".bench"


@functools.cache
def interpreter(name: str) -> tuple[pathlib.Path, str]:
    """Python of an environment, made now if it isn't there or its requirements have changed, and why there is none.

    Args:
        name: Of a file in `requirements/`.
    """
    requirements, folder = _REQUIREMENTS / f"{name}.txt", _FOLDER / name
    stamp, wanted = folder / "requirements.sha256", hashlib.sha256(requirements.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if stamp.is_file() and stamp.read_text() == wanted:
        return python, ""
    print(f"Setting up {folder.name} from {requirements.name} …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            return python, f"{requirements.name} can't be installed: {_last_line(done.stderr or done.stdout)}"
    stamp.write_text(wanted)
    return python, ""


def made_environments() -> list[str]:
    """Names of those that stand."""
    return sorted(stamp.parent.name for stamp in _FOLDER.glob("*/requirements.sha256"))


def library_versions(name: str) -> dict[str, str]:
    """The installed version of each library that an environment's requirements name."""
    lines = (_REQUIREMENTS / f"{name}.txt").read_text().splitlines()
    libraries = [line.partition("==")[0] for line in lines if "==" in line]
    script = "import importlib.metadata, sys; [print(importlib.metadata.version(name)) for name in sys.argv[1:]]"
    python = _FOLDER / name / "bin" / "python"
    done = subprocess.run([str(python), "-c", script, *libraries], capture_output=True, text=True, check=True)
    return dict(zip(libraries, done.stdout.split(), strict=True))


def _last_line(output: str) -> str:
    lines = [line for line in output.strip().splitlines() if line.startswith("ERROR")] or output.strip().splitlines()
    return lines[-1][:300] if lines else "no message"
