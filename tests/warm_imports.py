"""What the processes import that tests start: everything, as `bert-tf` does it when it starts TensorFlow."""

from operation_stacks import leave_out_stacks

from bert_tf.quiet import quiet_start

with quiet_start():
    import sklearn.metrics  # noqa: F401

    import bert_tf.cli.main
    import bert_tf.export.verify
    import bert_tf.handoff.train_and_export
    import bert_tf.tuning.trial_process
    import bert_tf.workflow.report
    from bert_tf.tasks.table import TASKS

    for _task in TASKS.values():
        _task.metrics(), _task.dashboard()

    leave_out_stacks()

# What they start tells no test how long it takes to answer.
bert_tf.export.verify.LATENCY_SECONDS = bert_tf.handoff.train_and_export.LATENCY_SECONDS = 0.02
