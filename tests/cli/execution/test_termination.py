"""SIGTERM and SIGHUP clean up as Ctrl-C does."""

import os
import signal

import pytest

from sutja.cli.execution.errors import report_errors
from sutja.cli.execution.termination import Terminated, handle_termination
from sutja.cli.output.file import Output


def write_half(path, number):
    with Output(str(path)) as output:
        output.write("half")
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_leaves_nothing_half_written(tmp_path, name, capsys):
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)  # under nohup the tests themselves ignore SIGHUP
    try:
        with pytest.raises(SystemExit) as ended, handle_termination(), report_errors("stopped"):
            write_half(tmp_path / "out.csv", number)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert ended.value.code == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert "stopped" in capsys.readouterr().err


def test_handlers_of_others_stay():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with handle_termination():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            with pytest.raises(Terminated):
                os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)
