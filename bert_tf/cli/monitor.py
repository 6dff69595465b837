"""`bert-tf monitor`."""

import contextlib
import pathlib
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import rich_click as click

from bert_tf.cli.options import (
    ALLOW_HOST,
    ALLOW_ORIGIN,
    DELIMITER,
    ENCODING,
    JSON,
    QUOTE,
    SKIP_LINES,
    complete_run,
    take_newest,
)
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from rich.console import Console

    from bert_tf.monitoring.event_stream import ByteStream
    from bert_tf.monitoring.kafka_topic import KafkaTopic
    from bert_tf.monitoring.monitor_request import MonitorRequest
    from bert_tf.monitoring.monitor_session import Done, Outlets
    from bert_tf.terminal import TerminalConsole
    from bert_tf.workflow.scoring.scorers import Scorer
    from bert_tf.workflow.source import Source


@click.command()
@click.argument(
    "model",
    type=click.Path(path_type=pathlib.Path),
    metavar="MODEL|RUN",
    shell_complete=complete_run,
    callback=take_newest,
)
@click.option(
    "--in",
    "inputs",
    multiple=True,
    required=True,
    metavar="FILE…",
    help="Files, globs in quotes, URIs or folders; - for JSON lines on standard input; kafka://HOST:PORT/TOPIC.",
)
@click.argument("more", nargs=-1, metavar="")
@click.option("--out", required=True, type=click.Path(path_type=pathlib.Path), help="Folder for state and results.")
@click.option("--time", required=True, metavar="COLUMN", help="Column of the times.")
@click.option("--text", default="text", metavar="COLUMN", help="Text column [text].")
@click.option("--by", metavar="COLUMN", help="Column that names a series, such as a company.")
@click.option("--id", metavar="COLUMN", help="Column that identifies events; each id is counted once.")
@click.option(
    "--kafka-config",
    type=click.Path(path_type=pathlib.Path),
    help="Settings for librdkafka, one KEY=VALUE per line, such as security.protocol=SASL_SSL.",
)
@click.option("--negative", multiple=True, metavar="LABEL", help="Negative label [negative]. May be repeated.")
@click.option("--below", type=float, metavar="NUMBER", help="Numbers below this are negative, for regression models.")
@click.option("--head", metavar="NAME", help="Head that predicts the sentiment, for models with several.")
@click.option(
    "--topics",
    metavar="NAME",
    help="Head whose labels are topics: they are counted, and alarms say if only their mix has changed.",
)
@DELIMITER
@ENCODING
@QUOTE
@SKIP_LINES
@click.option("--bucket", default="1h", metavar="WIDTH", help="Length of a time bucket, such as 15m, 1h or 1d [1h].")
@click.option("--timezone", default="UTC", metavar="NAME", help="Time zone of times written without one [UTC].")
@click.option("--time-format", metavar="FORMAT", help="Format of the times, such as '%d-%m-%Y %H:%M'.")
@click.option(
    "--false-alarms",
    default="1 in 100 days",
    metavar="RATE",
    help="Accepted false alarms, of all series together [1 in 100 days].",
)
@click.option("--quiet-until", metavar="TIME", help="End of the quiet period [14 days after the first events].")
@click.option("--late", default="6h", metavar="SPAN", help="How late events may arrive and still be tested [6h].")
@click.option("--webhook", metavar="URL", help="URL to post each alarm to, as JSON.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Port for Prometheus metrics.")
@click.option("--serve", is_flag=True, help="Serve a page that updates, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=7870, help="Port of the page [7870]; 0 for a free one.")
@click.option("--host", default="127.0.0.1", help="Address of page and metrics [127.0.0.1, this machine only].")
@ALLOW_HOST
@ALLOW_ORIGIN
@JSON
def monitor(model: pathlib.Path, **options: Any) -> None:
    """Follow the share of negative texts over time, and raise an alarm when it surges.

    Reads CSV, TSV, JSON Lines and Parquet, a stream of JSON lines, or a topic of Kafka, and counts events by label,
    series and bucket of time. The folder --out gets series.csv, series.parquet, alarms.jsonl and monitor.html, and
    holds the state: the same command goes on where it ended, also after it was killed. Alarms need a quiet period to be
    judged against.

    Example: bert-tf monitor runs/tweets --in tweets.csv --time created --by company --out monitor
    Example: bert-tf monitor models/tweets --in events/ --time at --id id --bucket 1d --out monitor
    Example: bert-tf monitor models/tweets --in - --time at --id id --out monitor --serve < stream.jsonl
    Example: bert-tf monitor models/tweets --in kafka://broker:9092/reviews --time at --out monitor
    """
    from bert_tf.workflow.source import find_source

    source, request = find_source(model), _request(options)
    console = progress_console(as_json=True)
    with _outlets(options, console) as outlets:
        done = _monitored(source, request, options, outlets)
        _tell(done, options)
        if options["serve"]:
            echo("All events were counted; the page stays until Ctrl-C.", err=True)
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()


def _monitored(source: "Source", request: "MonitorRequest", options: dict[str, Any], outlets: "Outlets") -> "Done":
    from bert_tf.monitoring.monitor_session import monitor_inputs

    names = (*options["inputs"], *options["more"])
    if "-" in names and len(names) > 1:
        raise click.UsageError("Standard input can't be read beside files; give either.")
    return monitor_inputs(
        source,
        _inputs(names, options["kafka_config"]),
        options["out"],
        request=request,
        load=lambda: _scorer(source, outlets.console),
        outlets=outlets,
    )


def _inputs(names: tuple[str, ...], settings: pathlib.Path | None) -> "Sequence[str] | ByteStream | KafkaTopic":
    from bert_tf.monitoring.kafka_topic import SCHEME, KafkaTopic, read_settings

    topics = [name for name in names if name.startswith(SCHEME)]
    if topics and len(names) > 1:
        raise click.UsageError("A topic of Kafka can't be read beside anything else; give one.")
    if settings is not None and not topics:
        raise click.UsageError("--kafka-config is for a topic; --in names none: kafka://HOST:PORT/TOPIC.")
    if topics:
        return KafkaTopic.of_uri(topics[0], {} if settings is None else read_settings(settings))
    return cast("ByteStream", sys.stdin.buffer) if names == ("-",) else names


def _request(options: dict[str, Any]) -> "MonitorRequest":
    from bert_tf.data.file_format import FileFormat
    from bert_tf.monitoring.alarm_rate import days_between_alarms, span_seconds
    from bert_tf.monitoring.event_times import option_seconds, time_zone
    from bert_tf.monitoring.events import EventColumns
    from bert_tf.monitoring.monitor_request import MonitorRequest
    from bert_tf.monitoring.surge_watch import AlarmSettings
    from bert_tf.monitoring.time_buckets import bucket_seconds

    until = None
    if options["quiet_until"] is not None:
        until = option_seconds("--quiet-until", options["quiet_until"], time_zone(options["timezone"]))
    return MonitorRequest(
        columns=EventColumns(options["text"], options["time"], options["by"], options["id"]),
        negative=options["negative"],
        below=options["below"],
        head=options["head"],
        topics=options["topics"],
        bucket_seconds=bucket_seconds(options["bucket"]),
        timezone=options["timezone"],
        time_format=options["time_format"],
        alarm=AlarmSettings(
            days_between_alarms(options["false_alarms"]), span_seconds(options["late"], option="--late"), until
        ),
        file_format=FileFormat(**{name: options[name] for name in ("delimiter", "encoding", "quote", "skip_lines")}),
    )


@contextlib.contextmanager
def _outlets(options: dict[str, Any], console: "TerminalConsole") -> Iterator["Outlets"]:
    """Page and metrics are served while it lasts."""
    from bert_tf.monitoring.monitor_session import Outlets

    with contextlib.ExitStack() as stack:
        live = metrics = None
        if options["metrics_port"] is not None:
            from bert_tf.monitoring.monitor_metrics import MonitorMetrics, serve_metrics

            metrics = MonitorMetrics()
            stack.callback(serve_metrics(metrics, host=options["host"], port=options["metrics_port"]).shutdown)
        if options["serve"]:
            live = _served(options, stack)
        yield Outlets(lambda sentence: echo(sentence, err=True), console, live, metrics, options["webhook"])


def _served(options: dict[str, Any], stack: contextlib.ExitStack) -> Any:
    from bert_tf.http.origins import allowed_origins
    from bert_tf.monitoring.live_page import LivePage
    from bert_tf.ports import address, is_public, listen

    host, live = options["host"], LivePage()
    listener = stack.enter_context(listen(host, options["port"]))
    live.start(listener, allowed_origins(host, hosts=options["allowed_hosts"], origins=options["allowed_page_origins"]))
    stack.callback(live.stop)
    if is_public(host):
        echo("Anyone who can reach this machine can see the page: it has no password.", err=True)
    echo(f"{address(listener)}  (press Ctrl-C to stop)", err=True)
    return live


def _scorer(source: "Source", console: "Console") -> "Scorer":
    from bert_tf.environment import cache_folder

    with Stage(console, "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf.workflow.scoring.scorers import load_scorer
        stage.rename("loading the model")
        return load_scorer(source, cache_folder=cache_folder())


def _tell(done: "Done", options: dict[str, Any]) -> None:
    from bert_tf.monitoring.monitor_page import verdict

    view = done.view
    if options["as_json"]:
        write_json(
            {
                "out": options["out"],
                "new_events": done.new_events,
                "seconds": done.seconds,
                "counting_seconds": done.counting_seconds,
                **view.counters.as_json(),
                "series": len(view.series),
                "alarms": list(view.alarms),
                "remarks": [*view.remarks, *done.remarks],
            }
        )
        return
    seconds = done.seconds if done.counting_seconds is None else done.counting_seconds
    rate = f", {done.new_events / max(seconds, 1e-9):,.0f} events/s" if done.new_events else ""
    echo(f"counted  {counted(done.new_events, 'new event')}{rate}; {view.counters.events:,} altogether")
    echo(f"alarm    {verdict(view)}")
    echo(f"output   {options['out'] / 'monitor.html'}")
    for remark in (*view.remarks, *done.remarks):
        echo(f"note     {remark}")
    for line in view.counters.shown:
        echo(f"  - {line}", err=True)
