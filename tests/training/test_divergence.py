import math

import numpy as np
import pytest

from bert_tf.errors import TrainingError


def test_the_first_step_that_is_not_a_number_ends_the_run(train):
    with pytest.raises(TrainingError, match="loss is nan(.|\n)*step 1\n(.|\n)*lower training.learning_rate"):
        train(features=np.full((8, 4), np.nan, "float32"))


@pytest.mark.parametrize("scale", [2.0, 2.0**15])
def test_a_step_that_is_passed_over_does_not(train, scale):
    logs = train(epochs=1, of_a_step={"gradient_norm": math.inf, "loss_scale": scale})
    assert set(logs[0]) == {"loss", "accuracy"}


def test_a_scale_that_is_at_its_end_does(train):
    with pytest.raises(TrainingError, match="gradient norm is inf(.|\n)*step 1\n(.|\n)*learning_rate"):
        train(of_a_step={"gradient_norm": math.inf, "loss_scale": 1.0})
    assert len(train(epochs=1, of_a_step={"gradient_norm": 1.0, "loss_scale": 1.0})) == 1
