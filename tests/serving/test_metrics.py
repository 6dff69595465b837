from prometheus_client.parser import text_string_to_metric_families

from bert_tf.serving.metrics import Metrics


def test_names_and_labels_are_those_of_tensorflow_serving():
    metrics = Metrics()
    metrics.request_count.labels("m", "OK").inc(3)
    metrics.request_latency.labels("m", "predict", "REST").observe(15)
    text = metrics.exposition()
    assert '\n:tensorflow:serving:request_count{model_name="m",status="OK"} 3.0\n' in f"\n{text}"
    prefix = ':tensorflow:serving:request_latency_bucket{model_name="m",API="predict",entrypoint="REST",le='
    assert f'{prefix}"10.0"}} 0.0' in text
    assert f'{prefix}"18.0"}} 1.0' in text
    assert f'{prefix}"+Inf"}} 1.0' in text
    assert "_created" not in text


def test_prometheus_reads_them():
    metrics = Metrics()
    metrics.load_attempt_count.labels('/a "b"\\c', "fail").inc()
    families = {family.name: family for family in text_string_to_metric_families(metrics.exposition())}
    (sample,) = families[":tensorflow:cc:saved_model:load_attempt_count"].samples
    assert sample.labels == {"model_path": '/a "b"\\c', "status": "fail"}
    assert families[":tensorflow:serving:batching_session:queuing_latency"].type == "histogram"
