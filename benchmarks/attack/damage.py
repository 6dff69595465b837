"""What may happen to a file: turned bits, a lost end, another file's content, another value in its JSON."""

import json
import pathlib
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

_HOSTILE = ("[" * 900 + "]" * 900, "9" * 5000, '{"a":' * 3000, "\x00", "[]", "null", "NaN")


def damage(path: pathlib.Path, others: Sequence[pathlib.Path], dice: random.Random) -> str:
    """Damage a file in one way, and say which; a file that is a hard link is replaced, so that the other one stays.

    Args:
        path: The file.
        others: Files of the same folder that it may change places with.
        dice: Says which way and where.
    """
    content = path.read_bytes()
    ways: dict[str, Callable[[], bytes]] = {
        "turned a bit": lambda: turned(content, 1, dice),
        "turned 100 bits": lambda: turned(content, 100, dice),
        "cut": lambda: content[: dice.randrange(max(len(content), 1))],
        "lengthened": lambda: content + dice.randbytes(dice.randint(1, 100)),
        "a block of zeros": lambda: _over(content, bytes(dice.randint(1, 4096)), dice),
        "a block of noise": lambda: _over(content, dice.randbytes(dice.randint(1, 4096)), dice),
        "emptied": lambda: b"",
        "hostile": lambda: dice.choice(_HOSTILE).encode(),
    }
    names = [*ways, "deleted", *(["changed places"] if others else []), *(["another value"] * 3 * _is_json(content))]
    way = dice.choice(names)
    if way == "deleted":
        path.unlink()
    elif way == "changed places":
        other = dice.choice(others)
        way = f"changed places with {other.name}"
        first, second = content, other.read_bytes()
        _replace(path, second)
        _replace(other, first)
    else:
        _replace(path, other_value(content, dice) if way == "another value" else ways[way]())
    return way


def turned(content: bytes, count: int, dice: random.Random) -> bytes:
    """Bytes with some bits turned."""
    changed = bytearray(content)
    for _ in range(count if changed else 0):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def other_value(content: bytes, dice: random.Random) -> bytes:
    """JSON in which one value is another one, of its own type or not, or gone."""
    document = json.loads(content)
    places = list(_places(document))
    if not places:
        return b"[]"
    holder, key = dice.choice(places)
    old = holder[key]
    new: list[Any] = [None, True, -1, 1e308, "", "other", [], {}, [old], {"old": old}]
    if isinstance(old, int | float):
        new += [old + 1, old * 2 + 0.125, -old] * 3
    if isinstance(old, list):
        new += [old[::-1]] * 9
    holder[key] = dice.choice(new)
    if dice.random() < 0.1:
        del holder[key]
    return json.dumps(document).encode()


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Where each value of a document stands: what holds it, and under which key; however deep it is."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in pairs:
            yield value, key
            waiting.append(inner)


def _over(content: bytes, block: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(max(len(content), 1))
    return (content[:start] + block + content[start + len(block) :])[: len(content)]


def _is_json(content: bytes) -> bool:
    if not content.lstrip().startswith(b"{"):
        return False
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _replace(path: pathlib.Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)
