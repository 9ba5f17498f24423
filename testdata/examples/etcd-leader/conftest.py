"""A run for each test that asks for one, without root."""
import os
import subprocess

import pytest


@pytest.fixture
def vagganet():
    name = f"pytest-{os.getpid()}"
    # The driver says when all is ready, and ends with its input: at the latest with pytest.
    run = subprocess.Popen(
        ["vagganet", "run", "--isolated", "--name", name, "--faults", "/dev/null",
         "leader-killed", "--", "sh", "-c", "echo ready; cat >/dev/null"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert "ready\n" in run.stdout, "see what it printed on stderr"
    yield lambda verb, *words: subprocess.check_output(
        ["vagganet", verb, "--run", name, *words], text=True)
    run.stdin.close()
    assert run.wait() == 0
