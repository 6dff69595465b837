import pytest

from benchmarks.suites.families import CONFIGURATIONS
from bert_tf.models.encoders.encoder_config import encoder_config
from bert_tf.models.encoders.weight_names import weight_places
from bert_tf.models.known_encoders import ENCODERS


@pytest.mark.parametrize("family", CONFIGURATIONS)
def test_each_is_of_minilms_size(family):
    config = encoder_config({"model_type": family, **CONFIGURATIONS[family]}, where="")
    assert (config.hidden_size, config.layers, config.heads, config.inner_size) == (384, 6, 12, 1536)
    # In the layers: MiniLM's less its tables of 30,522 + 512 + 2 rows with their norm, and less its pooler.
    in_layers = ENCODERS["minilm-l6"].weights - (30522 + 512 + 2 + 2) * 384 - (384 + 1) * 384
    sizes = (place.shape for path, place in weight_places(config).items() if path.startswith("layers/"))
    assert sum(shape[0] * (shape[1] if len(shape) > 1 else 1) for shape in sizes) == in_layers
