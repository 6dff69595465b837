"""Numbers of things, and words at the start, in sentences for people."""


def counted(number: int, noun: str) -> str:
    """A number with its noun, whose plural ends in s: `1 row`, `2,000 training rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def capitalized(words: str) -> str:
    """Words for the start of a sentence; capitals within them stay: `Macro F1`."""
    return words[:1].upper() + words[1:]
