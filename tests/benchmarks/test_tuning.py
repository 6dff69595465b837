from benchmarks.tuning import SPACE, read_recipe, report
from bert_tf.tuning.history import Trial


def trial(number, seconds, training_seconds):
    return Trial(
        id=str(number),
        number=number,
        values={},
        status="finished",
        started="2026-01-01T12:00:00+00:00",
        seconds=seconds,
        training_seconds=training_seconds,
        peak_memory_mib=1000 + number,
    )


def test_what_is_no_training_is_overhead():
    lines = report([trial(0, 100.0, 90.0), trial(1, 90.0, 85.0)], seconds=200.0, peaks=[500, 501])
    # 175 of 200 seconds are training.
    assert lines[0] == "2 trials in 200 s: training 175 s, overhead 12.5%"
    assert "15 s (7.5 s a trial)" in lines[1]
    assert lines[2].endswith("10.0 s")
    assert lines[3].endswith("500, 501")
    assert lines[4].endswith("1001 MiB")


def test_a_recipe_without_a_space_gets_one():
    assert read_recipe("bbc-news", ["tuning.space="], trials=4).tuning.space == SPACE
    own = read_recipe("bbc-news", [], trials=4)
    assert own.tuning.space != SPACE
    assert own.tuning.max_trials == 4
