"""What is told of a training before its first step: what it runs, and what of the data the model won't see."""

from collections.abc import Iterator

from bert_tf.plurals import counted
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.workflow.few_labels import unmeasured_told
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.training_inputs import TrainingInputs
from bert_tf.workflow.training_setup import TrainingSetup

_IDS_ONLY = (
    "This encoder's tokenizer is not WordPiece and can't be built into the graph: the exported model will take token "
    "ids, not text, and clients have to tokenize with Hugging Face."
)
_CUT = "Matching texts and hard negatives of {split} that are truncated at text.max_tokens: {cut:,} of {texts:,}."
_CUT_HISTORIES = "Histories of {split} cut to their newest {longest} items: {cut:,} of {rows:,}."
_UNKNOWN_CATEGORIES = (
    "{split}: {items} with a category in {column} that occurs less than twice in train; it counts as other."
)
_FROM_NOTHING = (
    "This encoder has no pretrained weights: it is trained for {epochs} with a learning rate of {learning_rate} "
    "(training.epochs, training.learning_rate)."
)


def start_notes(recipe: Recipe, run: RunFolder, inputs: TrainingInputs, setup: TrainingSetup) -> Iterator[str]:
    """A line for each: where the run is and what computes it, where it goes on, and what its owner may not expect."""
    prepared, resumed = inputs.prepared, inputs.resumed
    yield f"{run.path}: {recipe.model.encoder} from {inputs.files.origin}, {setup.compute.reason}"
    if setup.compute.remark:
        yield setup.compute.remark
    if resumed:
        done, steps = resumed.progress, setup.batches.steps_per_epoch * setup.batches.epochs
        yield f"Continuing after step {done.step} of {steps}; {counted(len(done.epochs), 'epoch')} validated so far."
    if (recipe.shots.steps or recipe.shots.folds) and "validation" not in prepared.examples:
        yield unmeasured_told(len(prepared.examples["train"]), recipe.shots.folds)
    if not setup.model.encoder.config.is_pretrained:
        yield _FROM_NOTHING.format(
            epochs=counted(recipe.training.epochs, "epoch"), learning_rate=recipe.training.learning_rate
        )
    yield from _cut(prepared)
    if not prepared.tokenizer.in_graph:
        yield _IDS_ONLY


def _cut(prepared: Prepared) -> Iterator[str]:
    """What of texts, histories and categories is not read."""
    for split, texts in prepared.texts.items():
        if texts.truncated:
            yield _CUT.format(split=split, cut=texts.truncated, texts=len(texts.texts))
    for split, found in prepared.interactions.items():
        if found.cut:
            yield _CUT_HISTORIES.format(split=split, cut=found.cut, rows=len(found), longest=found.longest)
        for column, items in found.unknown.items():
            yield _UNKNOWN_CATEGORIES.format(split=split, items=counted(items, "new item"), column=column)
