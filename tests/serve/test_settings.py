"""Settings reach worker processes, and nothing is opened to a network unguarded."""

import pytest

from sutja.errors import SutjaError
from sutja.model_file.bundled import OPEN_DEFAULTS, open_model
from sutja.serve.options import DetectOptions, ListenOptions, ReadOptions
from sutja.serve.settings import BUNDLED, RESEARCH, Limits, Settings, check_host, from_environment, is_local
from sutja.serve.tasks import list_models, open_task

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


def test_models_that_have_learnt_from_research_data_are_named():
    assert {name for name in BUNDLED if not open_model(name).card.open_terms} == set(RESEARCH)


def test_a_server_of_open_models_offers_no_others():
    offered = list_models(Settings(only_open=True))
    assert not set(offered) & set(RESEARCH)
    assert set(OPEN_DEFAULTS.values()) <= set(offered)
    task = open_task(Settings(only_open=True), ListenOptions())
    assert task.batch == 1
    with pytest.raises(SutjaError, match="open terms alone"):
        open_task(Settings(only_open=True), ReadOptions())


def test_two_thresholds_are_refused():
    assert DetectOptions(threshold=0.4).max_error is None
    with pytest.raises(ValueError, match="exclude one another"):
        DetectOptions(threshold=0.4, max_error=0.01)


def test_a_server_has_its_listener_ask_a_second_one(tmp_path):
    with pytest.raises(SutjaError, match=r"has no config\.json"):
        open_task(Settings(second_listener=str(tmp_path)), ListenOptions())
