"""What an encoder is trained with where the recipe doesn't say it for that encoder."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

_KEY = "training"


def settle_training(
    values: Mapping[str, Any],
    in_file: Mapping[str, Any],
    *,
    overridden: Collection[str],
    training_of: Callable[[str], Mapping[str, object]],
) -> dict[str, Any]:
    """The tables of a recipe, with what its encoder needs of `[training]`.

    What a file says of these keys holds for the file's encoder. So an override that puts another encoder in its place
    brings the other's values along, and takes those of the first away, unless they are overridden too.

    Args:
        values: Of the file, with the overrides over them, not validated.
        in_file: Of the file.
        overridden: Dotted keys.
        training_of: From an encoder's name to values by key; most encoders need none.
    """
    before, now = _encoder(in_file), _encoder(values)
    training = values.get(_KEY, {})
    if not isinstance(training, dict) or _KEY in overridden:
        return dict(values)
    said = {key for key in training if f"{_KEY}.{key}" in overridden or before == now}
    theirs = training_of(before) if before != now else {}
    kept = {key: value for key, value in training.items() if key in said or key not in theirs}
    own = {key: value for key, value in training_of(now).items() if key not in said}
    return {**values, _KEY: {**kept, **own}} if own or _KEY in values else dict(values)


def _encoder(values: Mapping[str, Any]) -> str:
    model = values.get("model", {})
    name = model.get("encoder", "") if isinstance(model, dict) else ""
    return name if isinstance(name, str) else ""
