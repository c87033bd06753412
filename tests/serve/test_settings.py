"""Settings reach worker processes, and nothing is opened to a network unguarded."""

import pytest

from sutja.errors import SutjaError
from sutja.serve.settings import Limits, Settings, check_host, from_environment, is_local

TOKEN = "a-token-of-some-length"


def test_settings_pass_through_the_environment():
    settings = Settings(models=("a.onnx",), limits=Limits(pages=7), tokens=(TOKEN,), local=False, out="desk")
    assert from_environment(settings.to_environment()) == settings
    assert from_environment({}) == Settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_this_machine_needs_no_token(host):
    assert is_local(host)
    check_host(host, ())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_a_network_needs_a_token(host):
    with pytest.raises(SutjaError, match="opens to the network"):
        check_host(host, ())
    check_host(host, (TOKEN,))


def test_a_token_that_is_easily_guessed_is_refused():
    with pytest.raises(SutjaError, match="fewer than 16"):
        check_host("0.0.0.0", ("1234",))
