def test_evaluate(trained, command):
    done = command("evaluate", str(trained.run))
    assert done.returncode == 0, done.stderr
    table = trained.output[trained.output.index("test: accuracy") :].splitlines()[0]
    assert table in done.stdout
