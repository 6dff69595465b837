"""The conditions of a search space: which parameters count, depending on the values of others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bert_tf.nearest_name import nearest_name
from bert_tf.recipe.parameter import Parameter, is_in

_SHOWN = 8  # values


def ordered(parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """Each behind those that its conditions name; those of a circle are left out."""
    placed: dict[str, Parameter] = {}
    while ready := [p for p in parameters.values() if p.key not in placed and all(key in placed for key in p.when)]:
        placed |= {parameter.key: parameter for parameter in ready}
    return list(placed.values())


def needed(parameters: Mapping[str, Parameter], keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """What must hold for some parameters to count together: other keys, each with the values that it may have.

    A key without values means that they never count together.

    Args:
        parameters: Without circles.
        keys: Of some of them.
    """
    found: dict[str, tuple[Any, ...]] = {}
    waiting = list(keys)
    while waiting:
        for other, wanted in parameters[waiting.pop()].when.items():
            found[other] = tuple(value for value in found.get(other, wanted) if is_in(value, wanted))
            waiting.append(other)
    return found


def condition_problems(parameters: Mapping[str, Parameter]) -> Iterator[tuple[str, str]]:
    """A key and a sentence for each condition that can't hold."""
    for key, parameter in parameters.items():
        for other, wanted in parameter.when.items():
            yield from ((key, problem) for problem in _problems(key, other, wanted, parameters))
    circle = [key for key in parameters if key in _above(parameters, key) and key not in parameters[key].when]
    if len(circle) > 1:
        yield circle[0], f"is never active: it depends on {' and '.join(circle[1:])}, which depends on it"
    for parameter in ordered(parameters):
        conditions = needed(parameters, [parameter.key])
        never = [other for other, values in conditions.items() if not values and parameter.when.get(other, True)]
        if never:
            yield parameter.key, f"is never active: its conditions require {never[0]} to have two values at once"


def _problems(key: str, other: str, wanted: Sequence[object], parameters: Mapping[str, Parameter]) -> Iterator[str]:
    if other == key:
        yield "when refers to the key itself"
    elif other not in parameters:
        match = nearest_name(other, [known for known in parameters if known != key])
        meant = f"did you mean {match}?" if match else "only a searched key can be a condition"
        yield f"when refers to {other}, which is not in the space; {meant}"
    elif not wanted:
        yield f"when gives no value for {other}"
    elif (listed := parameters[other].listed) is None:
        yield f"when refers to {other}, a range without steps; give it steps, or make it a choice"
    else:
        for value in wanted:
            if not is_in(value, listed):
                yield f"when expects {other} = {value!r}, but its values are {_few(listed)}"


def _above(parameters: Mapping[str, Parameter], key: str) -> set[str]:
    """The keys that its conditions name, and theirs."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        new = {other for other in parameters[waiting.pop()].when if other in parameters} - found
        found |= new
        waiting += new
    return found


def _few(values: Sequence[object]) -> str:
    shown = ", ".join(map(repr, values[:_SHOWN]))
    return shown if len(values) <= _SHOWN else f"{shown}, …"
