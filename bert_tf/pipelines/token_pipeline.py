"""The token ids of a recipe's splits as a Beam pipeline, which leaves the files that this machine would make."""

import contextlib
import pathlib
from collections.abc import Mapping, Sequence

from bert_tf.batches.token_batches import Texts, Tokenizer
from bert_tf.batches.token_file import TokenFile, TokenPart, is_whole
from bert_tf.data.load_data import Splits
from bert_tf.errors import DataError
from bert_tf.pipelines.beam_runner import BeamRunner
from bert_tf.pipelines.exchange_folder import ExchangeFolder
from bert_tf.pipelines.part_texts import write_texts
from bert_tf.pipelines.part_tokenizer import ENCODER, IDS, TEXTS, PartTokenizer, TokenJob
from bert_tf.recipe.schema import Recipe
from bert_tf.temporaries import scratch_folder
from bert_tf.text.loading import load_tokenizer
from bert_tf.workflow.data import named_examples
from bert_tf.workflow.long_texts import chosen_windows

_TOKENIZER_FILES = (".json", ".txt")
_Rows = tuple[Texts, int]  # texts, and the longest row


class TokenPipeline:
    """Tokenizes the rows of splits.

    Args:
        recipe: Resolved.
        runner: Does it.
        cache_folder: As of `open_token_cache`.
    """

    def __init__(self, recipe: Recipe, *, runner: BeamRunner, cache_folder: pathlib.Path) -> None:
        self._recipe, self._runner, self._cache_folder = recipe, runner, cache_folder

    def tokenize(self, splits: Splits, encoder_folder: pathlib.Path) -> None:
        """Make the files that are missing; parts that an earlier command had made are kept.

        Args:
            splits: Of the recipe.
            encoder_folder: Holds the encoder's config and tokenizer.

        Raises:
            BertTfError: as of `BeamRunner.run` and `open_token_cache`.
        """
        tokenizer = load_tokenizer(encoder_folder, cache_folder=self._cache_folder)
        files = self._files(splits, tokenizer)
        with contextlib.ExitStack() as stack:
            missing = {file: stack.enter_context(file.joined()) for file in files}
            if not any(missing.values()):
                return
            exchange = self._exchange(files)
            left = {file: _not_fetched(exchange, file, parts) for file, parts in missing.items()}
            if any(left.values()):
                self._run(exchange, files, left, tokenizer, encoder_folder)
            for file, parts in left.items():
                if lost := _not_fetched(exchange, file, parts):
                    raise DataError(
                        f"{len(lost)} of {len(parts)} parts of the token ids are missing or damaged.",
                        where=exchange.uri,
                        hint="run the same command again: the others are kept",
                    )
        exchange.clear()

    def _files(self, splits: Splits, tokenizer: Tokenizer) -> dict[TokenFile, _Rows]:
        """What training will open of the rows; each file once, though two splits have the same rows."""
        named, text = named_examples(splits), self._recipe.text
        rows: list[_Rows] = [(examples, text.max_tokens) for examples in named.values()]
        if (windows := chosen_windows(text.model_dump())) is not None:
            rows += [(examples, windows.longest_row) for split, examples in named.items() if split != "train"]
        files = {}
        for texts, longest in rows:
            file = TokenFile(texts, tokenizer, max_tokens=longest, cache_folder=self._cache_folder)
            files[file.path] = (file, (texts, longest))
        return dict(files.values())

    def _exchange(self, files: Mapping[TokenFile, _Rows]) -> ExchangeFolder:
        name = f"prepare-{min(file.path.stem for file in files)}"
        return self._runner.exchange(name, local=self._cache_folder / "pipelines" / name)

    def _run(
        self,
        exchange: ExchangeFolder,
        files: Mapping[TokenFile, _Rows],
        left: Mapping[TokenFile, Sequence[TokenPart]],
        tokenizer: Tokenizer,
        encoder_folder: pathlib.Path,
    ) -> None:
        for path in encoder_folder.iterdir():
            if path.suffix in _TOKENIZER_FILES:
                exchange.folder(ENCODER).put(path)
        jobs = []
        for file, parts in left.items():
            texts, longest = files[file]
            for part in parts:
                _hand_over(exchange, file, part, texts)
                jobs.append(TokenJob(file.path.stem, part.path.name, longest))
        self._runner.run(PartTokenizer(exchange.uri, tokenizer.fingerprint), jobs, exchange=exchange)


def _hand_over(exchange: ExchangeFolder, file: TokenFile, part: TokenPart, texts: Texts) -> None:
    with scratch_folder() as folder:
        path = folder / part.path.name
        write_texts(path, texts, start=part.start, stop=part.stop)
        exchange.folder(TEXTS).folder(file.path.stem).put(path)


def _not_fetched(exchange: ExchangeFolder, file: TokenFile, parts: Sequence[TokenPart]) -> list[TokenPart]:
    """Parts whose ids the exchange folder doesn't have, or not as they were written; the others' are taken from it."""
    made = exchange.folder(IDS).folder(file.path.stem)
    there, left = set(made.names()), []
    for part in parts:
        if part.path.name in there and not is_whole(part.path):
            made.fetch(part.path.name, part.path)
        if not is_whole(part.path):
            left.append(part)
    return left
