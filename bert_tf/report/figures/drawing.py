"""From a matplotlib figure to SVG inside a page, in the page's own colours, light or dark."""

import io
import re
import warnings
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

TEXT, MUTED, LINE, BACKGROUND = "#1b1f24", "#57606a", "#d5dae0", "#fefefe"
SERIES = ("#0b63b5", "#a85000", "#00795c", "#a0307a", "#6b4fbb", "#7a6a00", "#00758f", "#8a4b32")
# What style.css calls these colours; in the page they follow its scheme. scikit-learn draws its guide lines black.
_VARIABLES = {
    TEXT: "--text",
    MUTED: "--muted",
    LINE: "--line",
    BACKGROUND: "--background",
    "#000000": "--muted",
    **{colour: f"--series-{number}" for number, colour in enumerate(SERIES, 1)},
}
_SHORT = 24  # characters
_POINTS = 72  # of matplotlib's SVG in an inch
_REM = 5.8  # of the page in an inch of a figure, at most: its text is then as large as the page's small print
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a label may hold dollar signs
    "font.size": 10,
    "text.color": TEXT,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlecolor": TEXT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


def draw(
    name: str,
    alternative: str,
    paint: Callable[..., None],
    *,
    width: float,
    height: float,
    columns: int = 1,
) -> Markup:
    """Draw a figure.

    Args:
        name: Tells its ids from those of the page's other figures.
        alternative: What it shows, in words, for those who don't see it.
        paint: Gets the axes, one argument for each column, and draws on them.
        width: In inches; the page makes it narrower where it must.
        height: Likewise.
        columns: Axes side by side.

    Returns:
        An `<svg>` element, whose colours are variables of style.css.
    """
    # Labels in scripts that matplotlib's own font lacks are drawn by the browser, which has them.
    with rc_context({**_STYLE, "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        figure = _Figure(figsize=(width, height), layout="constrained")
        axes: list[Axes] = list(figure.subplots(1, columns, squeeze=False)[0])
        paint(*axes)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, dpi=144, metadata={"Date": None})
    return _inline(file.getvalue(), name, alternative, width=width, height=height)


class _Figure(Figure):
    """A figure that is drawn once: matplotlib draws another one twice, first without output, for its layout."""

    _has_layout = False

    def draw(self, renderer: RendererBase) -> None:
        """Arrange what there is when it is called first, as `savefig` does; draw it then."""
        if self._has_layout:
            super().draw(renderer)
        elif (engine := self.get_layout_engine()) is not None:
            engine.execute(self)
        self._has_layout = True


def short(label: str) -> str:
    """A label in one line, for an axis or a legend; of a long one the middle is left out, as labels often differ at
    their ends."""
    line = " ".join(label.split()) or repr(label)
    if len(line) <= _SHORT:
        return line
    head = _SHORT // 2
    return f"{line[:head]}…{line[head + 1 - _SHORT :]}"


def _inline(svg: str, name: str, alternative: str, *, width: float, height: float) -> Markup:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace(' target="_blank"', "")  # links lead to other parts of the page
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # matplotlib counts groups from 1 in each figure
    svg = re.sub(r"#[0-9a-f]{6}\b", lambda colour: _variable(colour[0]), svg)
    head = (
        f'<svg viewBox="0 0 {width * _POINTS:g} {height * _POINTS:g}" style="--width: {width * _REM:.1f}rem" '
        f'role="img" aria-label="{escape(alternative)}" data-figure="{escape(name)}" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return Markup(head + svg[svg.index(">") + 1 :].strip())


def _variable(colour: str) -> str:
    return f"var({_VARIABLES[colour]})" if colour in _VARIABLES else colour
