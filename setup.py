"""What setup.cfg can't say: recipes become package data, and the README loses the links that only a checkout has."""

import pathlib
import re
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).parent
# A link's or a picture's target that is neither an address nor a place on the same page.
RELATIVE = re.compile(r"!?\[([^\[\]]*)\]\((?![a-z]+:|#)[^()]*\)")


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


def description() -> str:
    """The README for an index page, which has no files beside it."""
    return RELATIVE.sub(r"\1", (ROOT / "README.md").read_text(encoding="utf-8"))


setup(cmdclass={"build_py": BuildWithRecipes}, long_description=description())
