"""Numbers of things, in sentences for people."""


def counted(number: int, noun: str) -> str:
    """A number with its noun, whose plural ends in s: `1 row`, `2,000 training rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
