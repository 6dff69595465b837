"""An alarm when the share of negative texts surges, with a rate of false alarms that was promised beforehand.

    quiet = Buckets.of_counts(start=1424131200, seconds=3600, texts=texts, negatives=negatives, zone="Europe/Berlin")
    pattern = learn_quiet(quiet)                                # rate by hour and weekday, overdispersion
    limits = simulate_limits(pattern, quiet, days=100, series=5)  # all five series together: one in 100 days
    detector = SurgeDetector(pattern, limits, late_buckets=6)
    detector.put(start, texts=120, negatives=61)                # a bucket, or a late correction of one
    for alarm in detector.alarms:                               # the same `number` is the same surge
        alarm.raised, alarm.since, alarm.ended, alarm.share.low, alarm.difference.value, alarm.days_between
    kept = detector.state()                                     # for JSON; the pattern and the limits are in it
    SurgeDetector.of_state(kept).put(start + 3600, texts=90, negatives=44)
    ConfusionMatrix(("negative", "other"), counts).correct((61, 59))["negative"]  # for the errors of the classifier
    explain_by_topics(before=quiet_topics, since=later_topics).only_mix  # whether only the mix of topics changed

`Buckets` is in `buckets`, `learn_quiet` in `learn_quiet`, `simulate_limits` in `alarm_limits`, `SurgeDetector` in
`surge_detector`, `ConfusionMatrix` in `confusion`; `explain_by_topics`, and `TopicRates` for detectors that expect of a
bucket what its topics bring, in `topic_mix`. Times are Unix seconds. Buckets are of equal length, at most a day. NumPy
and SciPy, no TensorFlow.
"""
