import numpy as np

from bert_tf.tuning.importance import importance


def draw(trials=40, *, noise=0.01, seed=0):
    """Scores that hang on the learning rate, a little on the pooling, and not on the batch size."""
    random = np.random.default_rng(seed)
    values, scores = [], []
    for _ in range(trials):
        rate, size = 10 ** random.uniform(-5, -3), int(random.choice([16, 32]))
        pooling = str(random.choice(["mean", "first"]))
        values.append({"rate": rate, "size": size, "pooling": pooling})
        scores.append(0.9 - 0.1 * (np.log10(rate) + 4) ** 2 + 0.02 * (pooling == "mean") + noise * random.normal())
    return values, scores


def test_what_scores_hang_on_comes_first():
    found = importance(*draw())
    assert list(found.shares) == ["rate", "pooling", "size"]
    assert abs(sum(share for share, _ in found.shares.values()) - 1) < 1e-9
    assert found.shares["rate"][0] > 0.8
    assert "random forest explains" in found.sentence


def test_too_few_trials_say_so():
    found = importance(*draw(8))
    assert found.shares == {}
    assert found.sentence == "8 trials have finished, too few to estimate importance (at least 9)."
    assert importance([{"rate": 0.1}], [0.5]).sentence.startswith("1 trial has finished, too few")


def test_noise_is_not_explained():
    values, _ = draw(30)
    found = importance(values, list(np.random.default_rng(5).normal(size=30)))
    assert found.shares == {}
    assert "can't be distinguished from chance" in found.sentence


def test_equal_scores():
    values, scores = draw(12)
    assert "no parameter mattered" in importance(values, [0.5] * 12).sentence
    assert "no parameter mattered" in importance([values[0]] * 12, scores).sentence


def test_values_that_are_not_set_and_of_several_types():
    values, scores = draw(30)
    mixed = [{**each, "dropout": None if index % 2 else 0.1} for index, each in enumerate(values)]
    for index, each in enumerate(mixed):
        if index % 3 == 0:
            del each["size"]
        each["weights"] = "balanced" if index % 2 else {"a": 2.0}
    assert next(iter(importance(mixed, scores).shares)) == "rate"
