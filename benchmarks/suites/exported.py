"""The exported model from raw text, beside PyTorch in the same precision."""

from typing import Any

from benchmarks import roster
from benchmarks.machine import precisions
from benchmarks.settings import Settings
from benchmarks.suites.raw_text import BBC_NEWS, pass_over


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each precision."""
    return {
        "contests": [
            pass_over(
                BBC_NEWS,
                settings,
                roster.exported(precision),
                ours=roster.EXPORTED,
                name=settings.title_in(f"{BBC_NEWS.name}, {precision}"),
            )
            for precision in precisions()
        ]
    }
