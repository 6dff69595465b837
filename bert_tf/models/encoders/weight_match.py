"""Whether the weights of a file are those of an encoder: what is missing, left over, or of another shape."""

import logging
import pathlib
from collections.abc import Mapping

from bert_tf.errors import ModelError
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.weight_files import WeightFiles
from bert_tf.models.encoders.weight_names import WeightPlace, is_of_a_head, plain_name, plain_names

_LOG = logging.getLogger(__name__)
_SAME_MODEL = "config.json and the weights must be of the same model"


def match_weights(
    places: Mapping[str, WeightPlace], weights: WeightFiles, config: EncoderConfig, folder: pathlib.Path
) -> dict[str, str]:
    """The name in the file of each variable by its path, without those of a pooler that the file doesn't have.

    Weights that are left over are told to the log, unless they are of another task's head.

    Args:
        places: Of `weight_places`.
        weights: Of the folder.
        config: Of the folder.
        folder: For messages.

    Raises:
        ModelError: weights other than the pooler's are missing, one has another shape or stands there under two names,
            or they have TensorFlow's names.
    """
    if weights.of_tensorflow:
        raise ModelError(
            "The encoder's weights have TensorFlow's names, which earlier versions of bert_tf and transformers wrote.",
            where=str(folder),
            hint="export the run again with this version, or save the encoder's PyTorch model with transformers",
        )
    names = plain_names(weights.shapes)
    _check_named_once(places, weights, names, folder)
    found = {path: names[place.name] for path, place in places.items() if place.name in names}
    missing = [place.name for path, place in places.items() if path not in found and not path.startswith("pooler/")]
    if missing:
        raise _missing(missing, len(places), config, folder)
    for path, name in found.items():
        if weights.shapes[name] != places[path].shape_in_file:
            raise ModelError(
                f"The encoder's weight {name} is {_by(weights.shapes[name])}, but its config.json describes "
                f"{_by(places[path].shape_in_file)}.",
                where=str(folder),
                hint=_SAME_MODEL,
            )
    used = set(found.values())
    left = sorted(name for plain, name in names.items() if name not in used and not is_of_a_head(plain))
    if left:
        _LOG.warning(
            "%s weights of the encoder's file are not used, because its config.json doesn't describe them, among them "
            "%s: %s.",
            len(left),
            left[0],
            folder,
        )
    return found


def _check_named_once(
    places: Mapping[str, WeightPlace], weights: WeightFiles, names: Mapping[str, str], folder: pathlib.Path
) -> None:
    """Names that differ in a model's prefix or an old ending are of one weight."""
    if len(names) == len(weights.shapes):
        return
    used, wanted = set(names.values()), {place.name for place in places.values()}
    for name in weights.shapes:
        plain = plain_name(name)
        if name not in used and plain in wanted:
            raise ModelError(
                f"The encoder's file has one weight under two names, {name} and {names[plain]}.",
                where=str(folder),
                hint="save the encoder alone with transformers: model.base_model.save_pretrained(folder)",
            )


def _missing(missing: list[str], all_weights: int, config: EncoderConfig, folder: pathlib.Path) -> ModelError:
    if len(missing) > all_weights // 2:
        return ModelError(
            f"The weights are not those of an encoder of the family {config.family!r}: {len(missing)} of {all_weights} "
            f"are missing, among them {missing[0]}.",
            where=str(folder),
            hint=_SAME_MODEL,
        )
    return ModelError(
        f"{len(missing)} weights of the encoder are missing from its file, among them {missing[0]}.",
        where=str(folder),
        hint=_SAME_MODEL,
    )


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"
