"""Threads are TensorFlow's setting."""

import pytest
import tensorflow as tf

from bert_tf.native.threads import operation_threads


@pytest.mark.parametrize("told, expected", [("", 0), ("3", 3), ("many", 0)])
def test_the_environment(monkeypatch, told, expected):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", told)
    assert operation_threads() == expected


def test_tensorflows_own_setting_comes_first(monkeypatch):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "3")
    monkeypatch.setattr(tf.config.threading, "get_intra_op_parallelism_threads", lambda: 2)
    assert operation_threads() == 2
