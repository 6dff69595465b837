"""Contrastive training with a real encoder: where it ends, and that words no text has cost nothing."""

import numpy as np
import pytest

from bert_tf.models.label_contrast import LabelContrast
from bert_tf.tasks.recipes import load_recipe
from bert_tf.training.contrast import train_contrast
from bert_tf.workflow.assemble import build_model
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.few_labels import labelled_batches
from bert_tf.workflow.prepare import prepare
from bert_tf.workflow.training_setup import make_optimizer, set_up_training, word_rows_in_use


@pytest.fixture(scope="module")
def contrast(tiny_encoder, cache, tmp_path_factory):
    file = tmp_path_factory.mktemp("rows") / "rows.csv"
    kinds = ("the film was a joy to watch", "rates rose again in march")
    file.write_text("\n".join(["text,label", *(f"{kinds[at % 2]} {at},{'ab'[at % 2]}" for at in range(12))]))
    values = {
        "model.encoder": str(tiny_encoder), "data.source": "files", "data.train": str(file), "data.test": None,
        "few_shot.per_label": None, "text.max_tokens": 16, "training.weight_decay": 0.1,
    }  # fmt: skip
    recipe = load_recipe("few-shot-topics", values)
    folder = fitting_encoder(recipe).folder
    prepared = prepare(recipe, encoder_folder=folder, cache_folder=cache)

    def train(*, steps, learning_rate=5e-3, rows_in_use=word_rows_in_use):
        """Steps that were taken, losses, and the encoder's weights by name."""
        setup = set_up_training(recipe, folder, prepared)
        model = build_model(recipe, setup.model.encoder, LabelContrast(), setup.compute, pooling=setup.pooling)
        losses = []
        done = train_contrast(
            model,
            labelled_batches(recipe, prepared),
            optimizer=make_optimizer(recipe.training, learning_rate=learning_rate, total_steps=steps),
            rows_in_use=rows_in_use(setup),
            steps=steps,
            told=lambda step, loss: losses.append(loss),
        )
        return done, losses, {weight.name: weight.numpy() for weight in setup.model.encoder.weights}

    return train


def test_it_ends_where_texts_of_a_label_lie_together(contrast):
    done, losses, _ = contrast(steps=200)
    # Twelve texts, five others of its label for each.
    left = np.array(losses) - np.log(5)
    assert 3 < done == len(losses) < 200
    assert (left[-3:] < 0.02).all()
    near = left < 0.02
    assert not (near[:-3] & near[1:-2] & near[2:-1]).any()


def test_otherwise_all_steps_are_taken(contrast):
    done, losses, _ = contrast(steps=5, learning_rate=1e-9)
    assert done == len(losses) == 5
    assert min(losses) > np.log(5) + 0.02


def test_words_that_no_text_has_are_what_they_would_be_if_all_were_trained(contrast):
    part, whole = (contrast(steps=3, rows_in_use=rows)[2] for rows in (word_rows_in_use, lambda _: None))
    assert {name: values.tobytes() for name, values in part.items()} == {
        name: values.tobytes() for name, values in whole.items()
    }
