"""The arithmetic of a plan, by hand; `tests/cli/test_plan.py` makes a real one."""

import dataclasses

import pytest

from bert_tf.errors import InstanceError
from bert_tf.planning import plan as module
from bert_tf.planning.evaluation_timings import EvaluationTimings
from bert_tf.planning.export_timings import ExportTimings
from bert_tf.planning.mining_timings import MiningTimings
from bert_tf.planning.plan import epoch_seconds, first_steps_seconds, plan_recipe, stage_seconds
from bert_tf.planning.timings import Timings
from bert_tf.planning.training_timings import TrainingTimings
from bert_tf.recipe.few_shot import FewShot
from bert_tf.tasks.recipes import load_recipe

LONG, SHORT, RARE = (32, 128), (32, 64), (7, 64)
TRAINING = TrainingTimings(
    shape_counts={LONG: 10, SHORT: 5, RARE: 1},
    first={LONG: 9.0, SHORT: 3.0, RARE: 0.4},
    # The medians are 2, 1 and 0.5: one slow step doesn't count.
    later={LONG: [2.0, 1.5, 30.0], SHORT: [0.5, 1.5], RARE: [0.5]},
    compiled=0,
    around=1.0,
)
EVALUATION = EvaluationTimings(start=2.0, predicting={"validation": 4.0, "test": 6.0}, epoch_end=0.5, closing=3.0)
TIMINGS = Timings(
    data=0.25, first_data=20.0, set_up=1.5, training=TRAINING, evaluation=EVALUATION,
    export=ExportTimings(parity=7.0, answers=0.5),
    peak_memory_mib=3000, others_share=0.0, compute="fused kernels", in_bfloat16=True, remark="",
)  # fmt: skip
MACHINE = {"cores": 2, "features": ["amx_bf16", "avx512_bf16", "avx512f", "avx2"], "gpus": []}


def test_an_epoch_is_each_shape_s_median_times_its_number():
    assert epoch_seconds(TRAINING) == 10 * 2 + 5 * 1 + 1 * 0.5


def test_shapes_that_were_not_measured_lie_between_those_that_were():
    measured = {LONG: [2.0], (32, 32): [0.5]}
    timings = dataclasses.replace(TRAINING, later=measured, shape_counts={LONG: 10, SHORT: 5, (32, 32): 2, RARE: 1})
    # 64 tokens stand a third of the way from 32 to 128: 0.5 + 1.5 / 3. The 7 rows have fewer tokens than any measured.
    assert epoch_seconds(timings) == pytest.approx(10 * 2 + 5 * 1 + 2 * 0.5 + 1 * 0.5)


def test_the_run_compiles_or_loads_what_was_not_measured():
    first = {LONG: 9.0, SHORT: 4.0}
    partly = dataclasses.replace(TRAINING, first=first, later={LONG: [2.0], SHORT: [1.0]})
    # Beyond the later steps: 7 and 3. All was in the cache: loading the third takes 3 as well.
    assert first_steps_seconds(partly) == 7 + 3 + 3
    # Compiled, 3 of the 7 and the other 3 were compiling: 4 are tracing, two are loaded, and one is compiled.
    assert first_steps_seconds(dataclasses.replace(partly, compiled=2)) == pytest.approx(4 + 2 * 0.3 + 3)


def test_first_steps_count_beyond_the_later_ones():
    # 9 - 2 and 3 - 1; a first step that was the faster one takes nothing off.
    assert first_steps_seconds(TRAINING) == 7 + 2


def test_what_was_compiled_for_the_plan_is_loaded_by_the_run():
    first = {LONG: 9.0, SHORT: 4.0, RARE: 2.5}
    compiled = dataclasses.replace(TRAINING, first=first, compiled=4)
    # Beyond the later steps: 7, 3 and 2. Compiling a shape takes the median of 3 and 2, so tracing took 7 - 2.5; three
    # shapes are loaded, each in a tenth of its compiling.
    assert first_steps_seconds(compiled) == pytest.approx(4.5 + 3 * 0.25)
    alone = dataclasses.replace(compiled, first={LONG: 9.0}, shape_counts={LONG: 1})
    assert 0 < first_steps_seconds(alone) < 7


def test_stages():
    stages = stage_seconds(TIMINGS, epochs=3, start_up=8.0, rate=1)
    export = stages.pop("export")
    assert stages == {
        "start": 8 + 1.5,
        "data": 0.25,
        "training": 1 + 9 + 3 * 25.5,
        "validation": 3 * (2 + 4 + 0.5),
        "evaluation": 2 + 6 + 3,
        # Two to draw, a set-up, and the time that explanations are given.
        "report": 2 + 1.5 + 15,
    }
    assert list(stages) == ["start", "data", "training", "validation", "evaluation", "report"]
    # Six times the answers, four set-ups and eight starts.
    assert export == 7 + 6 * 0.5 + 4 * 1.5 + 8 * 8


def test_texts_that_are_compared_before_take_as_long_as_those_of_an_epoch():
    stages = stage_seconds(TIMINGS, epochs=3, start_up=8.0, rate=1, shots=FewShot(steps=10, batch_size=20))
    # An epoch of 487 texts takes 25.5 s, and the first steps of all shapes 9 s besides.
    assert stages["contrast"] == pytest.approx(10 * 20 * 25.5 / 487 + 9)
    assert list(stages)[:4] == ["start", "data", "contrast", "training"]
    # A batch has no more texts than there are.
    larger = stage_seconds(TIMINGS, epochs=3, start_up=8.0, rate=2, shots=FewShot(steps=2, batch_size=1000))
    assert larger["contrast"] == pytest.approx((2 * 25.5 + 9) / 2)


def test_cross_validation_takes_as_long_as_its_trainings():
    shots = FewShot(steps=10, batch_size=20, folds=4)
    stages = stage_seconds(TIMINGS, epochs=3, start_up=8.0, rate=2, shots=shots)
    # Of each of four folds the model is set up (1.5 s) and the graph that predicts made (2 s); three quarters of the
    # rows are trained on in each, in both parts of the training.
    assert stages["folds"] == pytest.approx(4 * (1.5 + 2) + 3 * (stages["contrast"] + stages["training"]))
    assert list(stages)[1:5] == ["data", "contrast", "folds", "training"]


def test_mining_takes_its_time_and_makes_rows_longer():
    mining = MiningTimings(every=2, predicting=8.0, searching=1.0, growth=1.5)
    stages = stage_seconds(dataclasses.replace(TIMINGS, mining=mining), epochs=5, start_up=8.0, rate=2)
    # After two and after four of five epochs; each makes its graph anew.
    assert stages["mining"] == 2 * (2 + 8 / 2 + 1)
    # The last three epochs have half as many texts more, in shapes whose first steps take 9 s again.
    assert stages["training"] == 1 + 9 + 5 * 25.5 / 2 + 9 + 3 * 25.5 / 2 * 0.5
    assert list(stages)[2:5] == ["training", "mining", "validation"]
    # A training that ends first never mines.
    short = stage_seconds(dataclasses.replace(TIMINGS, mining=mining), epochs=2, start_up=8.0, rate=1)
    assert (short["mining"], short["training"]) == (0, 1 + 9 + 2 * 25.5)


def test_stages_where_nothing_is_validated():
    evaluation = dataclasses.replace(EVALUATION, predicting={"test": 6.0})
    stages = stage_seconds(dataclasses.replace(TIMINGS, evaluation=evaluation), epochs=3, start_up=8.0, rate=1)
    assert stages["validation"] == 0
    assert stages["evaluation"] == 2 + 6 + 3
    unmeasured = dataclasses.replace(EVALUATION, predicting={})
    stages = stage_seconds(dataclasses.replace(TIMINGS, evaluation=unmeasured), epochs=3, start_up=8.0, rate=1)
    assert stages["report"] == 2


def test_another_rate_scales_steps_and_predictions_only():
    here, there = (stage_seconds(TIMINGS, epochs=2, start_up=8.0, rate=rate) for rate in (1, 4))
    assert here["training"] - there["training"] == pytest.approx(2 * 25.5 * 3 / 4)
    assert here["validation"] - there["validation"] == pytest.approx(2 * 4 * 3 / 4)
    assert here["evaluation"] - there["evaluation"] == pytest.approx(6 * 3 / 4)
    assert [here[stage] for stage in ("start", "data", "export", "report")] == [
        there[stage] for stage in ("start", "data", "export", "report")
    ]


@pytest.fixture
def planned(monkeypatch, tmp_path):
    """Plans of the timings above, on a machine of 2 cores."""

    def make(*, timings=TIMINGS, machine=MACHINE, free=20_000, overrides=None, **arguments):
        monkeypatch.setattr(module, "take_timings", lambda *_, **__: timings)
        monkeypatch.setattr(module, "describe", lambda: machine)
        monkeypatch.setattr(module, "free_memory_mib", lambda: free - 500)
        monkeypatch.setattr(module, "own_memory_mib", lambda: 500)
        return plan_recipe(load_recipe("bbc-news", overrides), cache_folder=tmp_path, start_up=8.0, **arguments)

    return make


def test_a_plan_for_this_machine(planned):
    plan = planned()
    assert plan.seconds == pytest.approx(sum(plan.stages.values()))
    assert (plan.steps, plan.batch_shapes, plan.epochs, plan.epoch_seconds) == (16, 3, 3, 25.5)
    assert plan.cost.instance == "c7i.large"
    assert plan.cost.dollars == pytest.approx(plan.seconds / 3600 * 0.08925)
    assert plan.rate == 1
    assert plan.instance is None
    # 20 s the first time, and a quarter of a second now.
    assert any("saves the run 20 s" in note for note in plan.notes)
    assert planned(dollars_per_hour=3.6).cost.dollars == pytest.approx(plan.seconds / 1000)


def test_a_plan_for_a_larger_instance(planned):
    here, there = planned(), planned(instance="m7i.xlarge")
    assert 1 < there.rate <= 2
    assert here.epoch_seconds / there.epoch_seconds == pytest.approx(there.rate)
    assert there.cost.dollars == pytest.approx(there.seconds / 3600 * 0.2016)
    assert there.memory_mib == 16 * 1024
    assert any("m7i.xlarge" in note and "estimated" in note for note in there.notes)
    assert any("first run" in note and "20 s" in note for note in there.notes)


def test_float32_gains_nothing_from_what_multiplies_bfloat16(planned):
    timings = dataclasses.replace(TIMINGS, in_bfloat16=False)
    plan = planned(timings=timings, overrides={"training.precision": "float32"}, instance="c7i.large")
    assert plan.rate == 1
    assert planned(instance="m6i.xlarge").rate < 1


def test_memory_that_will_not_do(planned):
    assert not any("memory" in note for note in planned(free=3000).notes)
    told = next(note for note in planned(free=2999).notes if "memory" in note)
    assert "training.micro_batch_size=8" in told
    assert "3,000 MiB" in told
    assert "2,999 MiB" in told
    told = next(n for n in planned(free=1, overrides={"training.micro_batch_size": 2}).notes if "memory" in n)
    assert "training.micro_batch_size=1" in told
    by_tokens = {"training.batch_tokens": 4096, "text.max_tokens": 256}
    told = next(note for note in planned(free=1, overrides=by_tokens).notes if "memory" in note)
    assert "Smaller batches need less: --set training.batch_tokens=2048" in told
    # c7i.large has 4 GiB.
    large = planned(timings=dataclasses.replace(TIMINGS, peak_memory_mib=5000), instance="c7i.large")
    assert any("memory" in note and "4,096 MiB" in note for note in large.notes)


def test_what_may_make_the_plan_wrong_is_told(planned):
    quiet = planned().notes
    assert not any("Other processes" in note or "epoch" in note for note in quiet)
    busy = dataclasses.replace(TIMINGS, others_share=0.4, training=dataclasses.replace(TRAINING, compiled=12))
    notes = " ".join(planned(timings=busy, overrides={"training.early_stopping": 1}).notes)
    assert "40%" in notes
    assert "before epoch 3" in notes
    # Of 7 and 2 beyond later steps, 6 + 3 × 0.1 are left in the run.
    assert "saves the run 22 s" in notes
    assert any("with float32" in note for note in planned(overrides={"export.precision": "bfloat16"}).notes)
    assert not any("with float32" in note for note in quiet)


def test_what_is_slow_on_this_machine_is_told_of_this_machine_only(planned):
    slow = dataclasses.replace(TIMINGS, remark="bfloat16 is slower.")
    assert "bfloat16 is slower." in planned(timings=slow).notes
    assert "bfloat16 is slower." not in planned(timings=slow, instance="m7i.xlarge").notes


def test_wrong_instances(planned):
    with pytest.raises(InstanceError, match="c7i.larg "):
        planned(instance="c7i.larg ")
    with pytest.raises(InstanceError, match="NVIDIA H200"):
        planned(machine={**MACHINE, "gpus": ["NVIDIA H200"]}, instance="c7i.large")
