from bert_tf.costs import estimate
from bert_tf.report.run_facts import machine_facts, run_facts

MACHINE = {
    "cpu": "Some CPU", "cores": 2, "features": ["amx_bf16", "avx2"], "memory_mib": 24_000, "gpus": [],
    "platform": "Linux",
}  # fmt: skip


def test_time_memory_cost_and_energy():
    facts = {"training_seconds": 7200.0, "peak_memory_mib": 2498, "machine": MACHINE, "seconds_to_first_step": 9.31}
    told = dict(run_facts(facts, status="trained", kept_epoch=3))
    assert told["training time"] == "2 h 0 min"
    assert told["start to first step"] == "9.3 seconds"
    assert told["peak memory"] == "2,498 MiB"
    assert told["epoch kept"] == "3"
    cost = estimate(7200.0, machine=MACHINE)
    assert f"for {cost.instance}, the most similar rented machine" in told["estimated cost"]
    assert str(cost.dated) in told["estimated cost"]
    assert told["estimated energy"].startswith(f"{cost.kilowatt_hours:.2g} kWh")


def test_what_is_not_known_is_left_out():
    assert run_facts({}, status="failed", kept_epoch=None) == [("status", "failed")]
    assert machine_facts({}) == []


def test_the_machine_without_a_gpu():
    told = dict(machine_facts(MACHINE))
    assert told["CPU"] == "Some CPU, 2 cores"
    assert "GPU" not in told
