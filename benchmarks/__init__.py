"""Commands that measure what the README claims."""

import os

# As `bert_tf.quiet` sets it for whoever imports bert_tf first; here many import TensorFlow first, which reads it then,
# and on a CPU without VNNI instructions leaves oneDNN out unless it is told.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
