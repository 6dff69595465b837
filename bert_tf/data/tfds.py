"""The source `tfds:NAME`: a dataset of TensorFlow Datasets, read as a stream; prepared data needs no network."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bert_tf.data.list_cells import list_cell
from bert_tf.data.rows import Header, Item, Row
from bert_tf.data.slices import FORMS
from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean

if TYPE_CHECKING:
    import tensorflow_datasets as tfds

TFDS_BUCKET = "https://storage.googleapis.com"
SECONDS_TO_ANSWER = 5
ROWS_IN_BATCH = 256


def read_tfds(name: str, split: str, *, wanted: Sequence[str], data_dir: str | None = None) -> Iterator[Item]:
    """The rows of a split, in the order in which they were prepared; labels by name.

    Args:
        name: Dataset, or dataset/config.
        split: As TFDS takes it: `train`, `train[:10%]`, `train+test`.
        wanted: The columns that will be used.
        data_dir: Folder of prepared datasets; else the environment's TFDS_DATA_DIR, else the default of TFDS.

    Raises:
        DataError: Unknown dataset or split, the dataset is not prepared and can't be downloaded, or a wanted column
            holds arrays. Also while rows are read: a file is damaged.
    """

    builder = _builder(name, data_dir=data_dir or os.environ.get("TFDS_DATA_DIR"))
    if not builder.is_prepared():
        _prepare(builder, name)
    features = builder.info.features
    lists = {column: repr(feature) for column, feature in features.items() if _dimensions(feature) == 1}
    yield Header(f"{name}/{split}", tuple(sorted(features)), lists=lists)
    used = [column for column in wanted if column in features]
    for column in used:
        if _dimensions(features[column]) not in (0, 1):
            raise DataError(
                f"The column {column!r} holds {features[column]!r}, neither values nor lists of them.",
                where=f"tfds:{name}",
            )
    number = 0
    for batch in _batches(builder, name, split, used=used, lists=lists):
        for row in zip(*(_values(features[column], batch[column]) for column in used), strict=True):
            number += 1
            yield Row(number, dict(zip(used, row, strict=True)))


def _dimensions(feature: "tfds.features.FeatureConnector") -> int | None:
    """0 for a value, 1 for a list of values; None for a table of features."""
    return len(feature.shape) if isinstance(feature.shape, tuple) else None


def _values(feature: "tfds.features.FeatureConnector", batch: Any) -> list[object]:
    """Of an array, or of a ragged tensor where lists have no fixed length."""
    import tensorflow_datasets as tfds

    found: list[Any] = batch.tolist() if isinstance(batch, np.ndarray) else batch.to_list()
    part = getattr(feature, "feature", feature)
    if isinstance(part, tfds.features.ClassLabel):
        found = [
            [_class_name(part, one) for one in value] if isinstance(value, list) else _class_name(part, value)
            for value in found
        ]
    return [list_cell(value) if isinstance(value, list) else value for value in found]


def _class_name(feature: "tfds.features.ClassLabel", value: int) -> str | None:
    """The label's name; None for the -1 that stands in test splits without labels."""
    return str(feature.int2str(value)) if value >= 0 else None


def _builder(name: str, *, data_dir: str | None) -> "tfds.core.DatasetBuilder":
    import tensorflow_datasets as tfds

    folder = None if data_dir is None else Path(os.path.expandvars(data_dir)).expanduser()
    try:
        return tfds.builder(name, data_dir=folder, try_gcs=False)
    except tfds.core.DatasetNotFoundError:
        known = tfds.list_builders(with_community_datasets=False)
        raise DataError(
            f"TFDS has no dataset {name!r}, and no prepared data of that name was found.",
            where=str(folder) if folder else "data.source",
            hint=did_you_mean(name.partition("/")[0], known) or "https://www.tensorflow.org/datasets/catalog lists all",
        ) from None
    except ValueError as error:
        dataset, _, config = name.partition("/")
        configs = list(tfds.builder_cls(dataset).builder_configs)
        raise DataError(
            f"TFDS can't open {name!r}: there is no config {config!r}.",
            where="data.source",
            hint=did_you_mean(config, configs) or f"tfds:{dataset}, or one of: {', '.join(configs)}",
        ) from error


def _prepare(builder: "tfds.core.DatasetBuilder", name: str) -> None:
    """Download and prepare, unless nothing answers: TFDS alone would retry for minutes."""
    import tensorflow_datasets as tfds

    cause: Exception | None = None
    if _network_answers(builder.info.homepage):
        try:
            builder.download_and_prepare(download_config=tfds.download.DownloadConfig(try_download_gcs=False))
            return
        # Each dataset downloads in its own way; whatever goes wrong there, the data is not at hand.
        except Exception as error:
            cause = error
    reason = "there is no network" if cause is None else f"downloading it failed ({str(cause).splitlines()[0]})"
    raise DataError(
        f"The dataset {name!r} is not prepared, and {reason}.",
        where=f"looked in {builder.data_path}",
        hint="set TFDS_DATA_DIR to a folder where it is prepared, or connect to the network; "
        "`make train` works right now, on data that is installed already",
    ) from cause


def _network_answers(homepage: str) -> bool:
    import requests

    for address in filter(None, (homepage, TFDS_BUCKET)):
        try:
            requests.head(address, timeout=SECONDS_TO_ANSWER)
        except requests.RequestException:
            continue
        return True
    return False


def _batches(
    builder: "tfds.core.DatasetBuilder", name: str, split: str, *, used: Sequence[str], lists: Collection[str]
) -> Iterator[dict[str, Any]]:
    import tensorflow as tf
    import tensorflow_datasets as tfds

    try:
        rows = builder.as_dataset(split=split, read_config=tfds.ReadConfig(try_autocache=False))
    except ValueError as error:
        splits = sorted(builder.info.splits)
        base = re.split(r"[\[+]", split)[0].strip()
        if base not in (*splits, "all"):
            hint = did_you_mean(base, splits) or f"one of: {', '.join(splits)}"
            raise DataError(f"tfds:{name} has no split {base!r}.", where="data", hint=hint) from None
        raise DataError(f"The split {split!r} can't be taken: {error}", where=f"tfds:{name}", hint=FORMS) from None
    used_columns = rows.map(lambda record: {column: record[column] for column in used})
    has_lists = any(column in lists for column in used)
    batches = used_columns.ragged_batch(ROWS_IN_BATCH) if has_lists else used_columns.batch(ROWS_IN_BATCH)
    try:
        yield from tfds.as_numpy(batches)
    except tf.errors.OpError as error:
        raise DataError(
            f"tfds:{name} can't be read: {error.message.splitlines()[0]}.",
            where=str(builder.data_path),
            hint="its files are damaged or missing; remove this folder and prepare the dataset again",
        ) from error
