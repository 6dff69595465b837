import sys

import numpy as np
import tensorflow as tf
import tf_keras
import tokenizers
import transformers

from bert_tf.versions import versions


def test_versions_are_those_of_what_is_imported():
    found = versions()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    modules = {
        "tensorflow": tf, "tf-keras": tf_keras, "transformers": transformers, "tokenizers": tokenizers, "numpy": np,
    }  # fmt: skip
    assert {name: found[name] for name in modules} == {name: module.__version__ for name, module in modules.items()}
    assert set(found) == {"python", "bert_tf", "tensorflow-text", *modules}
