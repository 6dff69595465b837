"""Runs of drawn answers, as the tests of reports have them."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "report"))

from drawn_rows import contents, drawn

__all__ = ["contents", "drawn"]
