import datetime
import pathlib
import tomllib

import pytest

import bert_tf
from bert_tf.costs import estimate, find_instance, instances, nearest_instance, rate_basis, training_rate
from bert_tf.errors import InstanceError

TABLE = tomllib.loads((pathlib.Path(bert_tf.__file__).parent / "instances.toml").read_text())
AMX = ["amx_bf16", "avx512_bf16", "avx512f", "avx2"]


@pytest.mark.parametrize("row", TABLE["instances"], ids=lambda row: row["name"])
def test_every_row_has_a_date_a_source_and_what_costs_are_made_of(row):
    assert datetime.date(2020, 1, 1) <= row["dated"] <= datetime.date.today()
    assert "github.com/" in TABLE["providers"][row["provider"]]["prices"]
    assert 0.01 < row["dollars_per_hour"] < 100
    assert row["cpus"] >= 1
    assert row["memory_gib"] >= 1
    assert set(row["features"]) <= set(TABLE["rates"])
    if "gpu" in row:
        assert TABLE["gpus"][row["gpu"]]["rate"] > 1
    instance = find_instance(row["name"])
    assert instance.dated == row["dated"].isoformat()
    assert instance.source == TABLE["providers"][row["provider"]]["prices"]
    assert training_rate(cores=instance.cpus, features=instance.features, gpus=[row["gpu"]] if "gpu" in row else [])


def test_names_are_there_once():
    names = [row["name"].lower() for row in TABLE["instances"]]
    assert len(names) == len(set(names)) == len(instances())


def test_half_an_hour_of_a_named_instance():
    cost = estimate(1800, instance="M7I.xlarge")
    assert (cost.instance, cost.dated) == ("m7i.xlarge", "2026-01-19")
    assert cost.dollars == pytest.approx(0.2016 / 2)
    # 4 virtual CPUs of 3.5 W, and 13.5% for cooling.
    assert cost.kilowatt_hours == pytest.approx(4 * 3.5 * 1.135 / 1000 / 2)


def test_a_gpu_draws_power_too():
    cost = estimate(3600, instance="g4dn.xlarge")
    assert cost.kilowatt_hours == pytest.approx((4 * 3.5 + 71) * 1.135 / 1000)


def test_a_named_price():
    cost = estimate(5400, dollars_per_hour=2, machine={"cores": 8, "features": AMX, "gpus": []})
    assert (cost.dollars, cost.instance, cost.dated) == (pytest.approx(3), None, None)
    assert cost.kilowatt_hours == pytest.approx(8 * 3.5 * 1.135 / 1000 * 1.5)


def test_an_unknown_gpu_and_a_known_one():
    machine = {"cores": 2, "features": AMX}
    known = estimate(3600, machine={**machine, "gpus": ["NVIDIA L4"]})
    unknown = estimate(3600, machine={**machine, "gpus": ["NVIDIA L40S"]})
    assert known.kilowatt_hours == pytest.approx((2 * 3.5 + 72) * 1.135 / 1000)
    assert unknown.kilowatt_hours == pytest.approx((2 * 3.5 + 300) * 1.135 / 1000)


def test_this_machine():
    assert estimate(3600).instance in instances()
    assert estimate(7200).dollars == pytest.approx(2 * estimate(3600).dollars)


@pytest.mark.parametrize(
    "machine, name",
    [
        ({"cores": 2, "features": AMX}, "c7i.large"),
        ({"cores": 8, "features": AMX}, "c4-standard-8"),
        ({"cores": 4, "features": ["avx512f", "avx2"]}, "m6i.xlarge"),
        ({"cores": 64, "features": AMX}, "m7i.4xlarge"),
        ({"cores": 4, "features": ["avx2"], "gpus": ["NVIDIA A100"]}, "Standard_NC4as_T4_v3"),
    ],
)
def test_the_instance_most_like_a_machine(machine, name):
    found = nearest_instance(machine)
    assert found.name == name


def test_a_wrong_name_is_told_with_the_nearest():
    with pytest.raises(InstanceError, match="m7i.xlrage(.|\n)*m7i.xlarge(.|\n)*--dollars-per-hour") as told:
        estimate(1, instance="m7i.xlrage")
    assert told.value.kind == "usage"
    with pytest.raises(InstanceError, match="Standard_D4s_v5"):
        find_instance("D4s_v5")


def test_rates_of_cores():
    assert training_rate(cores=2, features=AMX) == 1
    share = TABLE["rates"]["parallel_share"]
    # Amdahl (1967), over two cores.
    assert training_rate(cores=8, features=AMX) == pytest.approx((1 - share + share / 2) / (1 - share + share / 8))
    rates = [training_rate(cores=cores, features=AMX) for cores in (1, 2, 4, 8, 16)]
    assert rates == sorted(rates)
    assert all(rate <= cores / 2 for rate, cores in zip(rates[1:], (2, 4, 8, 16), strict=True))


def test_rates_of_instructions():
    factors = TABLE["rates"]
    assert factors["amx_bf16"] > factors["avx512f"] > factors["avx2"]
    assert training_rate(cores=2, features=AMX, bfloat16=False) == factors["avx512f"]
    assert training_rate(cores=2, features=["asimd"]) == factors["other"]
    assert training_rate(cores=2, features=AMX, gpus=["Tesla T4"]) == TABLE["gpus"]["T4"]["rate"]
    assert training_rate(cores=2, features=AMX, gpus=["NVIDIA H200"]) is None


def test_what_is_a_guess_says_so():
    assert "estimated" in rate_basis(on_gpu=False)
    assert "guessed" in rate_basis(on_gpu=True)
