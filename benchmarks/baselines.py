"""The baselines beside what everybody would try first: scikit-learn's TF-IDF and logistic regression.

    python -m benchmarks.baselines bbc-news
    python -m benchmarks.baselines tweets --set "data.train=all[:4000]" --encoders bow bilstm

trains the recipe with each encoder as `bert-tf train RECIPE --set model.encoder=…` would, and on the same rows, with
their whole texts, `TfidfVectorizer(ngram_range=(1, 2))` with `LogisticRegression`. It prints accuracy and macro F1 on
the test rows, and how long training took.
"""

import argparse
import pathlib
import tempfile
import time
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from bert_tf.data.examples import Examples
from bert_tf.environment import cache_folder
from bert_tf.recipe.load_recipe import parse_overrides
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.recipes import load_recipe


def main() -> None:
    """Prints the table, row by row."""
    options = _options()
    overrides = parse_overrides(options.set)
    table = Table("model", "accuracy", "macro F1", "seconds of training")
    for encoder in options.encoders:
        recipe = load_recipe(options.recipe, {**overrides, "model.encoder": encoder}, overridden_by="--set")
        table.add_row(encoder, *map(_text, own_figures(recipe)))
    recipe = load_recipe(options.recipe, {**overrides, "model.encoder": "bow"}, overridden_by="--set")
    majority, scikit_learn = scikit_learn_figures(recipe)
    table.add_row("scikit-learn", *map(_text, scikit_learn))
    table.add_row("the most frequent label", *map(_text, majority))
    Console().print(table)


def own_figures(recipe: Recipe) -> tuple[float, float, float]:
    """Accuracy and macro F1 on the test rows, and seconds of training."""
    from bert_tf.workflow.train import train_recipe

    with tempfile.TemporaryDirectory() as scratch:
        console = Console(stderr=True)
        run = train_recipe(recipe, runs_folder=pathlib.Path(scratch), cache_folder=cache_folder(), console=console)
        return run.metrics["test"]["accuracy"], run.metrics["test"]["macro_f1"], run.facts["training_seconds"]


def scikit_learn_figures(recipe: Recipe) -> Iterator[tuple[float, float, float]]:
    """The same of always answering the most frequent label, and of TF-IDF with logistic regression."""
    from sklearn.dummy import DummyClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.pipeline import make_pipeline

    from bert_tf.workflow.data import load_data

    splits = load_data(recipe, cache_folder=cache_folder())
    if splits.test is None:
        raise SystemExit("This recipe has no test rows.")
    tf_idf = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=1000))
    for model in (DummyClassifier(), tf_idf):
        started = time.perf_counter()
        model.fit(_texts(splits.train), splits.train.targets)
        seconds = time.perf_counter() - started
        answers, expected = model.predict(_texts(splits.test)), splits.test.targets
        yield accuracy_score(expected, answers), f1_score(expected, answers, average="macro"), seconds


def _texts(rows: Examples) -> list[str]:
    """Whole texts; of a pair both, one behind the other."""
    return [
        " ".join([rows.text(index), *map(bytes.decode, rows.pairs(index, index + 1) or [])])
        for index in range(len(rows))
    ]


def _text(figure: float) -> str:
    return f"{figure:.3f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", help="of the task classify, with test rows")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--encoders", nargs="+", default=["bow"], metavar="NAME")
    return parser.parse_args()


if __name__ == "__main__":
    main()
