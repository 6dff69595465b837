import numpy as np
from google.protobuf import text_format
from tensorboard.plugins.projector import ProjectorConfig
from tensorboard.plugins.projector.projector_plugin import _read_tensor_tsv_file

from bert_tf.training.tensorboard.projector import write_embeddings


def test_tensorboard_reads_what_was_written(tmp_path):
    vectors = np.array([[0.125, -3e-7], [1e6, 2], [np.nan, 0]], np.float32)
    texts = ["tab\there", "two\r\nlines", "\x00"]
    write_embeddings(tmp_path, vectors, columns={"label": ["a", "b", "c"], "text": texts}, name="pooled")
    config = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    (embedding,) = config.embeddings
    assert embedding.tensor_name == "pooled"
    read = _read_tensor_tsv_file(str(tmp_path / embedding.tensor_path))
    np.testing.assert_allclose(read, np.nan_to_num(vectors), rtol=1e-4)
    lines = (tmp_path / embedding.metadata_path).read_text().split("\n")
    assert lines == ["label\ttext", "a\ttab here", "b\ttwo lines", "c\t(empty)", ""]
