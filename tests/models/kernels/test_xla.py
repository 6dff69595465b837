import os
import subprocess
import sys

COMPILES = """
import sys
from bert_tf.environment import keep_compiled_kernels
keep_compiled_kernels()
import tensorflow as tf
from bert_tf.models.kernels.feed_forward import bias_gelu
for number in range(int(sys.argv[1])):
    tf.function(lambda x: x + number)(tf.ones(2))
print(float(bias_gelu(tf.zeros((1, 2, 4)), tf.zeros(4))[0, 0, 0]))
"""


def test_a_kernel_is_found_again_whatever_a_process_did_before(tmp_path):
    for functions_before in ("0", "7"):
        done = subprocess.run(
            [sys.executable, "-c", COMPILES, functions_before],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "BERT_TF_CACHE": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        assert done.stdout.strip() == "0.0"
        assert len(list(tmp_path.glob("kernels/*/*.pb"))) == 1
