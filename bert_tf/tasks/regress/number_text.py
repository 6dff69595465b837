"""How a number in the unit of the label is written for people: four digits, whatever the unit."""


def number_text(value: float) -> str:
    """`2.513`, `12,340`, `-0.0312`; a number of thousands without its fraction."""
    number = float(value)
    return f"{number:z,.0f}" if 1000 <= abs(number) < 1e12 else f"{number:z.4g}"


def signed_text(value: float) -> str:
    """The same with its sign: `+0.25`."""
    return number_text(value) if value < 0 else f"+{number_text(value)}"
