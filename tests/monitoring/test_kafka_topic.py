import pytest

from bert_tf.errors import DataError
from bert_tf.monitoring.kafka_topic import KafkaTopic, read_settings


def test_an_address_has_brokers_and_a_topic():
    topic = KafkaTopic.of_uri("kafka://a:9092,b:9093/reviews", {"security.protocol": "ssl"})
    assert (topic.brokers, topic.name) == ("a:9092,b:9093", "reviews")
    assert topic.settings == {"security.protocol": "ssl"}


@pytest.mark.parametrize("uri", ["kafka://a:9092", "kafka:///reviews", "kafka://a:9092/", "kafka://a:9092/reviews/3"])
def test_an_address_that_names_no_topic_is_refused(uri):
    with pytest.raises(DataError, match=r"names no topic of Kafka(.|\n)*kafka://HOST:PORT/TOPIC"):
        KafkaTopic.of_uri(uri, {})


def test_a_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(DataError, match="--kafka-config") as refused:
        KafkaTopic.of_uri("kafka://me:secret@a:9092/reviews", {})
    assert "secret" not in str(refused.value)


def test_settings_are_lines_of_key_and_value(tmp_path):
    path = tmp_path / "client.properties"
    path.write_text("# ours\n\nsecurity.protocol = SASL_SSL\nsasl.password=a=b\n")
    assert read_settings(path) == {"security.protocol": "SASL_SSL", "sasl.password": "a=b"}


def test_all_that_is_wrong_with_settings_is_told_without_their_values(tmp_path):
    path = tmp_path / "client.properties"
    path.write_text("secret\nauto.offset.reset=latest\nbootstrap.servers=a:1\n")
    with pytest.raises(DataError) as refused:
        read_settings(path)
    told = str(refused.value)
    assert "line 1 is not KEY=VALUE" in told
    assert "line 2: auto.offset.reset can't be set" in told
    assert "line 3: bootstrap.servers can't be set" in told
    assert "secret" not in told.replace(str(tmp_path), "")


@pytest.mark.parametrize("content, said", [(None, "can't be read: no such file"), (b"\xff\xfe", "not text in UTF-8")])
def test_a_file_that_cannot_be_read(tmp_path, content, said):
    path = tmp_path / "client.properties"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_settings(path)
