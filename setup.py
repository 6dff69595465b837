"""What setup.cfg can't say: the native operations are compiled, recipes become package data, and the README loses the
links that only a checkout has.

`BERT_TF_NATIVE=off` leaves the native operations out; without them, and where no compiler is, the wheel is a pure one.
"""

import concurrent.futures
import os
import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import tempfile

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).parent
NATIVE = pathlib.Path("bert_tf", "native")
LIBRARY, WHY_NOT_BUILT = "bert_tf_native.so", "why_not_built.txt"
# What every processor has that the library is loaded on, and matrix tiles, whose instructions the compiler emits only
# where the source asks for them. Sums keep their order and products their rounding, whatever the compiler would prefer.
COMPILE = (
    "-std=c++17 -O3 -fPIC -fvisibility=hidden -ffunction-sections -march=x86-64-v4 -mprefer-vector-width=512 "
    "-mamx-tile -mamx-bf16 -mavx512bf16 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra"
)
LINK = "-shared -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--exclude-libs,ALL -Wl,--no-as-needed -pthread"
# Has TensorFlow's C API. A build has no TensorFlow at hand: it links an empty library of this name.
FRAMEWORK = "libtensorflow_framework.so.2"
# A link's or a picture's target that is neither an address nor a place on the same page.
RELATIVE = re.compile(r"!?\[([^\[\]]*)\]\((?![a-z]+:|#)[^()]*\)")


class NotBuiltError(Exception):
    """Why there are no native operations; a part of a sentence."""


class BuildWithRecipes(build_py):
    """Copies `recipes/` into the package; an editable install reads the folder of the checkout."""

    def run(self) -> None:
        """See setuptools."""
        super().run()
        if not self.editable_mode:
            folder = pathlib.Path(self.build_lib, "bert_tf", "recipes")
            folder.mkdir(parents=True, exist_ok=True)
            for path in (ROOT / "recipes").glob("*.toml"):
                shutil.copy(path, folder)


class BuildNative(build_ext):
    """Compiles the native operations, or leaves a file that says why not; the install goes on either way."""

    def get_ext_filename(self, fullname: str) -> str:
        """See setuptools; the library depends on no version of Python."""
        return f"{fullname.replace('.', os.sep)}.so"

    def build_extension(self, ext: Extension) -> None:
        """See setuptools."""
        library = pathlib.Path(self.get_ext_fullpath(ext.name))
        if self.editable_mode and is_current(ROOT / NATIVE / LIBRARY):
            return
        forget_earlier_build(library.parent)
        try:
            compile_library(ext.sources, library)
        except NotBuiltError as problem:
            self.warn(f"bert_tf is installed without its native operations: {problem}")
            (library.parent / WHY_NOT_BUILT).write_text(f"{problem}\n", encoding="utf-8")

    def copy_extensions_to_source(self) -> None:
        """See setuptools."""
        # Another environment of this checkout may be reading it.
        if self.editable_mode and is_current(ROOT / NATIVE / LIBRARY):
            return
        forget_earlier_build(ROOT / NATIVE)
        super().copy_extensions_to_source()
        reason = pathlib.Path(self.build_lib) / NATIVE / WHY_NOT_BUILT
        if reason.exists():
            shutil.copy(reason, ROOT / NATIVE)


class WheelForAnyPython(bdist_wheel):
    """A wheel with the library is for every Python of a platform, one without it for every platform."""

    def get_tag(self) -> tuple[str, str, str]:
        """See setuptools; called when all is built."""
        library = pathlib.Path(self.get_finalized_command("build_ext").build_lib) / NATIVE / LIBRARY
        self.root_is_pure = not library.exists()
        if self.root_is_pure:
            return "py3", "none", "any"
        minor = max(int(found) for found in re.findall(rb"\0GLIBC_2\.(\d+)(?=\0|\.)", library.read_bytes()))
        return "py3", "none", f"manylinux_2_{minor}_x86_64"


def is_current(library: pathlib.Path) -> bool:
    """Whether a checkout's library is of its sources as they are, by the compiler that is asked for."""
    if not library.exists() or {"BERT_TF_NATIVE", "CXX"} & os.environ.keys():
        return False
    sources = [pathlib.Path(__file__), *(ROOT / NATIVE / "src").iterdir()]
    return library.stat().st_mtime_ns > max(source.stat().st_mtime_ns for source in sources)


def forget_earlier_build(folder: pathlib.Path) -> None:
    """What an earlier build left in a folder must not pass for what this one makes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (LIBRARY, WHY_NOT_BUILT):
        (folder / name).unlink(missing_ok=True)


def compile_library(sources: list[str], library: pathlib.Path) -> None:
    """Raises NotBuiltError."""
    if os.environ.get("BERT_TF_NATIVE") == "off":
        raise NotBuiltError("they were left out (BERT_TF_NATIVE=off)")
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NotBuiltError("they are built on Linux for x86-64 only")
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    if shutil.which(compiler[0]) is None:
        raise NotBuiltError(
            f"there was no C++ compiler {compiler[0]!r} when bert_tf was installed; g++ 11 or newer is one"
        )
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = [f"{folder}/{pathlib.Path(source).stem}.o" for source in sources]
        pairs = zip(sources, objects, strict=True)
        steps = [[*compiler, *COMPILE.split(), "-c", source, "-o", made] for source, made in pairs]
        framework = f"{folder}/{FRAMEWORK}"
        steps.append([*compiler, "-shared", f"-Wl,-soname,{FRAMEWORK}", "-x", "c++", os.devnull, "-o", framework])
        list(pool.map(run, steps))
        run([*compiler, *LINK.split(), *objects, framework, "-o", str(library)])


def run(command: list[str]) -> None:
    """Raises NotBuiltError with what a compiler minds first."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line] or [f"exit status {done.returncode}"]
        raise NotBuiltError(f"the C++ compiler failed, and g++ 11 or newer is needed: {said[0].strip()}")


def description() -> str:
    """The README for an index page, which has no files beside it."""
    return RELATIVE.sub(r"\1", (ROOT / "README.md").read_text(encoding="utf-8"))


setup(
    cmdclass={"build_py": BuildWithRecipes, "build_ext": BuildNative, "bdist_wheel": WheelForAnyPython},
    ext_modules=[
        Extension(
            "bert_tf.native.bert_tf_native",
            sorted(str(path.relative_to(ROOT)) for path in (ROOT / NATIVE / "src").glob("*.cpp")),
            optional=True,
        )
    ],
    long_description=description(),
)
