"""How a score is written for people: the same digits in every table, page and message that shows it."""


def score_text(value: float) -> str:
    """A score, a loss or a probability: `0.9167`."""
    return f"{value:z.4f}"


def interval_text(low: float, high: float) -> str:
    """The two ends of an interval of a score: `0.8947 to 0.9342`."""
    return f"{score_text(low)} to {score_text(high)}"


def difference_text(difference: float) -> str:
    """A score minus another, with its sign: `+0.0120`."""
    return f"{difference:+z.4f}"


def spread_text(value: float, spread: float | None) -> str:
    """A mean and its standard deviation, where that is known: `0.9167 ± 0.0040`."""
    return score_text(value) if spread is None else f"{score_text(value)} ± {score_text(spread)}"


def p_value_text(value: float) -> str:
    """A p value with its sign of relation: `p = 0.031`, `p < 0.0001`."""
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}" if value < 0.1 else f"p = {value:.2f}"
