import pytest

from benchmarks.plan import figures, is_near, table

ACTUAL = figures(100, training=70, peak=2000)


@pytest.mark.parametrize(
    "plan, near",
    [
        (figures(124, training=10, peak=1600), True),
        (figures(126, training=70, peak=2000), False),
        (figures(74, training=70, peak=2000), False),
        (figures(100, training=70, peak=2600), False),
    ],
)
def test_a_plan_may_be_a_quarter_off_in_all_and_in_memory(plan, near):
    assert is_near(plan, ACTUAL) == near


def test_table():
    rows = table("bbc-news", [figures(110, training=77, peak=2000), figures(90, training=70, peak=1900)], ACTUAL)
    assert "| all, seconds | 110 | +10% | 90 | -10% | 100 |" in rows
    assert "| before and after, seconds | 33 | +10% | 20 | -33% | 30 |" in rows
