"""AdamW by the native operations against Keras, against the compiled kernels, and in all that it must leave alone."""

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.models.kernels.adamw import FusedAdamW
from bert_tf.models.kernels.native_adamw import NativeAdamW
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.native.library import native_library
from bert_tf.training.optimizer import adamw

NATIVE = native_library()
pytestmark = pytest.mark.skipif(NATIVE.operations is None, reason=f"no native operations: {NATIVE.missing}")
SHAPES = ((60, 24), (130, 130), (3,), ())
# The kernel is more than one thread's task; a bias doesn't decay.
NAMES = ("table", "kernel", "bias", "log_variances")
READ = tf.constant([1, 5, 1, 8, 59])
RATES = {"step_size": 0.01, "decay": 0.001, "first_rate": 0.1, "second_rate": 0.001, "epsilon": 1e-8}


def variables():
    generator = np.random.default_rng(0)
    pairs = zip(SHAPES, NAMES, strict=True)
    return [tf.Variable(generator.normal(size=shape), dtype=tf.float32, name=name) for shape, name in pairs]


def gradients(steps):
    """For each step those of some of the table's rows, and of all other variables."""
    generator = np.random.default_rng(1)
    shapes = ((len(READ), 24), *SHAPES[1:])
    return [
        [(1 + step % 5) * generator.normal(size=shape).astype("float32") for shape in shapes] for step in range(steps)
    ]


def trained(optimizer, *, steps, sparse=True, starts=None, first=0):
    """Values of all variables after steps from `first` on."""
    trained = variables() if starts is None else starts
    optimizer.build(trained)

    @tf.function
    def step(values, *others):
        table = tf.IndexedSlices(values, READ, tf.constant(SHAPES[0]))
        # Through an operation, so that memory of the gradients is the step's own, as it is behind a backward pass.
        made = [table if sparse else tf.convert_to_tensor(table), *(other + 0.0 * values[0, 0] for other in others)]
        optimizer.apply_gradients(zip(made, trained, strict=True))

    for found in gradients(steps)[first:]:
        step(*map(tf.constant, found))
    return [variable.numpy() for variable in trained]


def scheduled(kind, *arguments):
    schedule = keras.optimizers.schedules.PolynomialDecay(0.1, 6)
    made = kind(*arguments, learning_rate=schedule, weight_decay=0.05, global_clipnorm=2.0)
    made.exclude_from_weight_decay(var_names=["bias"])
    return made


def native(*, rows=None, **changes):
    shape = {"learning_rate": 1e-2, "schedule": "linear", "warmup": 0.25, "total_steps": 200, "weight_decay": 0.1}
    made = adamw(**shape, clip_norm=1.0, native=NATIVE, **changes)
    if rows is not None:
        made.rows = rows
    return made


def test_same_numbers_as_keras_with_clipping_decay_and_schedule():
    expected = trained(scheduled(keras.optimizers.AdamW), steps=5, sparse=False)
    for sparse in (False, True):
        found = trained(scheduled(NativeAdamW, NATIVE.operations), steps=5, sparse=sparse)
        for value, reference in zip(found, expected, strict=True):
            np.testing.assert_allclose(value, reference, rtol=2e-5, atol=2e-6)


def test_equals_the_compiled_kernels_after_two_hundred_steps():
    found = trained(native(), steps=200)
    compiled = adamw(
        learning_rate=1e-2, schedule="linear", warmup=0.25, total_steps=200, weight_decay=0.1, clip_norm=1.0
    )
    assert type(compiled) is FusedAdamW
    for value, reference, start in zip(found, trained(compiled, steps=200), variables(), strict=True):
        np.testing.assert_allclose(value, reference, atol=2e-6)
        assert np.abs(value - start).max() > 0.1


def test_rows_in_use_are_the_same_as_all_rows():
    starts = variables()
    ids = np.unique([*READ.numpy(), 30])
    rows = RowsInUse(starts[0], ids)
    found = trained(native(rows=rows), steps=200, starts=starts)
    rows.settle()
    for value, reference in zip([starts[0].numpy(), *found[1:]], trained(native(), steps=200), strict=True):
        np.testing.assert_allclose(value, reference, atol=1e-6)
    assert [moment.shape for moment in rows.moments] == [(len(ids), 24)] * 2


def test_training_goes_on_bit_for_bit_from_copied_state():
    whole = trained(native(), steps=12)
    begun, starts = native(), variables()
    trained(begun, steps=7, starts=starts)
    copies = [tf.Variable(start.numpy(), name=name) for start, name in zip(starts, NAMES, strict=True)]
    resumed = native()
    resumed.build(copies)
    for variable, other in zip(resumed.variables, begun.variables, strict=True):
        variable.assign(other)
    found = trained(resumed, steps=12, starts=copies, first=7)
    for value, reference in zip(found, whole, strict=True):
        np.testing.assert_array_equal(value, reference)
    # Its moments were those of the other optimizer, until its first step gave it some of its own.
    for value, reference in zip(trained(begun, steps=12, starts=starts, first=7), whole, strict=True):
        np.testing.assert_array_equal(value, reference)


def test_what_others_read_or_gave_stays_as_it_was():
    made, starts = native(), variables()
    made.build(starts)
    given = [np.full(variable.shape, 0.25, np.float32) for variable in made.variables[2:]]
    for variable, array in zip(made.variables[2:], given, strict=True):
        variable.assign(array)
    read = [variable.read_value() for variable in starts]
    expected = [value.numpy() for value in read]
    trained(made, steps=3, starts=starts)
    assert all((array == 0.25).all() for array in given)
    for value, before, variable in zip(read, expected, starts, strict=True):
        np.testing.assert_array_equal(value, before)
        assert (variable.numpy() != before).any()


def places(variables):
    """In memory."""
    return [tf.reshape(variable, [-1])._numpy().ctypes.data for variable in variables]


def test_moments_stay_in_their_memory_from_the_first_step_on():
    made, starts = native(), variables()
    made.build([*starts, tf.Variable(1.0)])  # a variable without gradients has moments too
    begun = places(made.variables[1:])
    assert all((moment.numpy() == 0.0).all() for moment in made.variables[1:])
    # Of variables in another order, too, moments are their own.
    tf.function(lambda: made.apply_gradients([(1.0 + 0.0 * one, one) for one in starts[::-1]]))()
    assert places(made.variables[1:]) == begun
    assert all((moment.numpy() != 0.0).all() for moment in made.variables[1 : 1 + 2 * len(starts)])


def test_a_scaled_loss_passes_over_gradients_that_are_not_finite():
    table = tf.Variable(np.ones(SHAPES[0], np.float32))
    made = native(scale_loss=True)
    made.build([table])
    assert isinstance(made.inner_optimizer, NativeAdamW)

    @tf.function
    def step(gradient):
        values = tf.fill([len(READ), 24], gradient)
        made.apply_gradients([(tf.IndexedSlices(values, READ, tf.constant(SHAPES[0])), table)])

    # In the first step the rate is 0.
    step(tf.constant(1.0))
    before = table.numpy()
    step(tf.constant(np.inf, tf.float32))
    np.testing.assert_array_equal(table, before)
    step(tf.constant(1.0))
    assert (table.numpy()[[1, 5, 8, 59]] < before[[1, 5, 8, 59]]).all()


@settings(max_examples=15)
@given(
    sizes=st.lists(st.integers(0, 40_000), min_size=1, max_size=4),
    threads=st.integers(2, 5),
    seed=st.integers(0, 2**16),
)
def test_threads_change_no_bit(sizes, threads, seed):
    generator = np.random.default_rng(seed)
    values, slopes, first, second = ([generator.normal(size=n).astype("float32") for n in sizes] for _ in range(4))
    # Products that are subnormal: threads must agree on what they are.
    second = [np.square(moment) * np.float32(1e-38) for moment in second]

    def results(threads):
        norm = NATIVE.operations.bert_tf_global_norm(gradients=slopes, threads=threads)
        state = {"values": values, "gradients": slopes, "first": first, "second": second}
        decayed = [index % 2 == 0 for index in range(len(sizes))]
        found = NATIVE.operations.bert_tf_adam_w(
            **state, **RATES, clipping=1e-19, decayed=decayed, owner=0, threads=threads
        )
        return [norm.numpy(), *(tensor.numpy() for part in found for tensor in part)]

    for value, reference in zip(results(threads), results(1), strict=True):
        np.testing.assert_array_equal(value, reference)


@settings(max_examples=15)
@given(rows=st.integers(1, 300), width=st.integers(1, 40), tokens=st.integers(0, 400), seed=st.integers(0, 2**16))
def test_sums_of_rows_are_numpys(rows, width, tokens, seed):
    generator = np.random.default_rng(seed)
    # Small whole numbers, whose sums are exact in any order.
    values = generator.integers(-9, 9, size=(tokens, width)).astype("float32")
    indices = generator.integers(0, rows, size=tokens).astype("int32")
    expected = np.zeros((rows, width), np.float32)
    np.add.at(expected, indices, values)
    found = NATIVE.operations.bert_tf_row_sums(values=values, indices=indices, rows=rows, threads=2)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("index", [-1, 9])
def test_an_index_of_no_row_is_an_error(index):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"Index {index} is of no row: there are 9"):
        NATIVE.operations.bert_tf_row_sums(values=tf.ones([1, 2]), indices=[index], rows=9, threads=1)


def test_shapes_that_differ_are_an_error():
    state = {"values": [tf.ones([2, 3])], "gradients": [tf.ones([3, 2])], "first": [tf.ones([2, 3])]}
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"the shape \[2, 3\], but its gradient \[3, 2\]"):
        NATIVE.operations.bert_tf_adam_w(
            **state, second=[tf.ones([2, 3])], **RATES, clipping=1.0, decayed=[True], owner=0, threads=1
        )
