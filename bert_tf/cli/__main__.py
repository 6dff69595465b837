"""`python -m bert_tf.cli` is `bert-tf`."""

from bert_tf.cli.main import main

main()
