"""An exported model in Python, without the run it came from."""

import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.errors import EXPORT_AGAIN, ExportError, VerifyError
from bert_tf.export.checksums import NAME, check_file, check_folder, read_sums
from bert_tf.export.folders import find_version, handoff_folder, read_manifest
from bert_tf.export.session_model import Arrays, SessionModel
from bert_tf.export.task_serving import TaskServing
from bert_tf.text.given import list_of_texts


class ExportedModel:
    """A version of an exported model.

    Args:
        folder: As of `bert_tf.export.folders.find_version`.
        serving_of: Makes what is served of the model's task, of what the manifest says.

    Attributes:
        manifest: What manifest.json says.
        serving: What is served of its task.

    Raises:
        VerifyError: there is no exported model in the folder, or a file of it is not as it was written.
    """

    def __init__(self, folder: pathlib.Path, serving_of: Callable[[Mapping[str, Any]], TaskServing]) -> None:
        version = find_version(folder)
        self.manifest = read_manifest(version)
        _check_files(version, self.manifest)
        self.serving = serving_of(self.manifest)
        self._model = SessionModel(version)

    def predict(
        self, texts: Iterable[str], pairs: Iterable[str] | None = None, *, batch_size: int = 32
    ) -> list[dict[str, Any]]:
        """The answer to each text.

        Args:
            texts: Any number of texts.
            pairs: Second texts, for a model trained on pairs.
            batch_size: Texts per call of the graph, 1 or more.

        Returns:
            As of the task: of `classify` for each text `label`, `score` (its probability) and `probabilities` by label.

        Raises:
            ExportError: the model is served token ids, pairs are missing or too many, `texts` is a single text or
                holds something else than strings, or `batch_size` is below 1.
        """
        if batch_size < 1:
            raise ExportError(f"batch_size is {batch_size}.", where="predict(batch_size)", hint="give 1 or more")
        firsts = list_of_texts(texts, name="texts", error=ExportError)
        seconds = None if pairs is None else list_of_texts(pairs, name="pairs", error=ExportError)
        batches = self.outputs(firsts, seconds, batch_size=batch_size)
        return [answer for outputs in batches for answer in self.serving.answers(outputs)]

    def outputs(self, texts: Sequence[str], pairs: Sequence[str] | None, *, batch_size: int = 32) -> Iterator[Arrays]:
        """What the graph gives, by output, a batch at a time; the arguments and errors are those of `predict`."""
        self._check(texts, pairs)
        for start in range(0, len(texts), batch_size):
            columns = {"text": texts[start : start + batch_size]}
            if pairs is not None:
                columns["text_pair"] = pairs[start : start + batch_size]
            yield self.batch({name: np.array(column, object) for name, column in columns.items()})

    def batch(self, columns: Mapping[str, np.ndarray]) -> Arrays:
        """The outputs of one batch: of `text`, and for pairs `text_pair`, strings or bytes, object [B]."""
        return self.asked("serving_default", columns)

    def asked(self, signature: str, columns: Mapping[str, np.ndarray]) -> Arrays:
        """The outputs of a signature by its name."""
        return self._model.run(signature, columns)

    def _check(self, texts: Sequence[str], pairs: Sequence[str] | None) -> None:
        inputs = self.manifest["signatures"]["serving_default"]["inputs"]
        if "text" not in inputs:
            raise ExportError(
                "This model takes token ids, not text.",
                where="signature serving_default",
                hint=f"its tokenizer is not in the graph; send {', '.join(inputs)}",
            )
        if ("text_pair" in inputs) != (pairs is not None) or (pairs is not None and len(pairs) != len(texts)):
            wanted = "a second text for each text" if "text_pair" in inputs else "single texts"
            raise ExportError(f"This model takes {wanted}.", where="predict(texts, pairs)")


def _check_files(version: pathlib.Path, manifest: dict[str, Any]) -> None:
    """Hold the version against the manifest, and that, which says what outputs mean, against the list of hashes."""
    handoff = handoff_folder(version)
    own = f"handoff/{version.name}/manifest.json"
    sums = read_sums(handoff / NAME)
    if own not in sums:
        raise VerifyError(
            "The list of hashes has no entry for the manifest.",
            where=str(handoff / NAME),
            hint=EXPORT_AGAIN,
        )
    check_file(handoff / "manifest.json", sums[own])
    check_folder(version, manifest["files"])
