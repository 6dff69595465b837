"""Safetensors files of an encoder's folder: one, or an index with shards. No other format is read."""

import contextlib
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import safetensors

from bert_tf.documents import check_table, parse_json
from bert_tf.errors import ModelError

WEIGHTS = "model.safetensors"
INDEX = f"{WEIGHTS}.index.json"
# Files that hold pickled objects, or another framework's graph.
_OTHER_FORMATS = ("pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack")
_FLOATS = {"F64", "F32", "F16", "BF16"}
_LARGEST_INDEX = 16 << 20  # bytes
_AGAIN = "download the encoder's folder again"


def weight_paths(folder: pathlib.Path) -> list[pathlib.Path]:
    """The files that hold the weights: one, or all shards in the order of their names.

    Raises:
        ModelError: there are none, the index can't be read, or a shard that it names is missing.
    """
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if (folder / INDEX).is_file():
        return _shards(folder / INDEX)
    other = next((name for name in _OTHER_FORMATS if (folder / name).is_file()), None)
    raise ModelError(
        f"There is no {WEIGHTS} in the encoder's folder" + (f", only {other}." if other else "."),
        where=str(folder),
        hint="save it with transformers: model.save_pretrained(folder); tokenizer.save_pretrained(folder)",
    )


def _shards(index: pathlib.Path) -> list[pathlib.Path]:
    try:
        if index.stat().st_size > _LARGEST_INDEX:
            raise ValueError(f"it is larger than {_LARGEST_INDEX >> 20} MiB")
        named: Mapping[str, Any] = check_table(parse_json(index.read_bytes()), {"weight_map": dict})["weight_map"]
        outside = [name for name in named.values() if not isinstance(name, str) or name != pathlib.Path(name).name]
        if outside or not named:
            raise ValueError(f"{str(outside[0])[:100]} is no file in its folder" if outside else "it names no file")
    except (OSError, ValueError) as problem:
        raise ModelError(
            f"The encoder's {index.name} can't be read: {str(problem)[:300]}.", where=str(index), hint=_AGAIN
        ) from problem
    paths = [index.with_name(name) for name in sorted(set(named.values()))]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise ModelError(
            f"The encoder's {index.name} names {len(paths)} files, but {missing[0]} is missing.",
            where=str(index.parent),
            hint=_AGAIN,
        )
    return paths


class WeightFiles:
    """The tensors of some files, read one at a time.

    Attributes:
        shapes: By name.
        of_tensorflow: Whether the files have TensorFlow's names, as transformers 4 wrote them.

    Raises:
        ModelError: two files have the same name.
    """

    def __init__(self, files: Mapping[pathlib.Path, Any]) -> None:
        self._holders: dict[str, tuple[pathlib.Path, Any]] = {}
        for path, file in files.items():
            for name in sorted(file.keys()):
                before, _ = self._holders.setdefault(name, (path, file))
                if before != path:
                    raise ModelError(
                        f"The encoder's weight {name} is in two files, {before.name} and {path.name}.",
                        where=str(path.parent),
                        hint=_AGAIN,
                    )
        self.shapes = {name: tuple(file.get_slice(name).get_shape()) for name, (_, file) in self._holders.items()}
        self.of_tensorflow = any((file.metadata() or {}).get("format") == "tf" for file in files.values())

    def read(self, name: str) -> np.ndarray:
        """A tensor as float32; raises ModelError where it holds no floating-point numbers."""
        path, file = self._holders[name]
        kind = file.get_slice(name).get_dtype()
        if kind not in _FLOATS:
            raise ModelError(
                f"The encoder's weight {name} is of the type {kind}, but must be floating-point.",
                where=str(path),
                hint="use a file that is not quantized",
            )
        return file.get_tensor(name).astype(np.float32, copy=False)


@contextlib.contextmanager
def open_weights(folder: pathlib.Path) -> Iterator[WeightFiles]:
    """The weights of an encoder's folder, whose files are open until the end.

    Raises:
        ModelError: as `weight_paths`, and for a file that is damaged or cut off.
    """
    with contextlib.ExitStack() as opened:
        files = {}
        for path in weight_paths(folder):
            try:
                # Read and not mapped: the pages of a mapped file would count as this process' memory.
                file = safetensors.safe_open(path, framework="np", backend="pread")
                files[path] = opened.enter_context(file)
            except (OSError, safetensors.SafetensorError) as problem:
                raise ModelError(
                    f"The encoder's {path.name} is damaged or cut off: {str(problem)[:200]}.",
                    where=str(path),
                    hint=_AGAIN,
                ) from problem
        yield WeightFiles(files)
