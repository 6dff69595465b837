import numpy as np
import pytest

from bert_tf.errors import TrainingError


def test_the_first_step_that_is_not_a_number_ends_the_run(train):
    with pytest.raises(TrainingError, match="loss is nan(.|\n)*step 1\n(.|\n)*lower training.learning_rate"):
        train(features=np.full((8, 4), np.nan, "float32"))
