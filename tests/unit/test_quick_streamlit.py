"""What `ui.quick_streamlit` replaces against what it stands for: the same calls in the same order, the same state."""

import ast
import asyncio
import threading
import weakref
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit import config
from streamlit.components.v2.bidi_component.main import BidiComponentMixin
from streamlit.elements.lib.utils import compute_and_register_element_id
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.NewSession_pb2 import CustomThemeConfig, NewSession
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.caching import cache_utils
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.testing.v1.util import patch_config_options

from ui import quick_streamlit

quick_streamlit.make_quick()
CALLS = 500
ROOT = Path(__file__).parents[2]


class Loop:
    """A session's event loop, run by hand, that counts how often it was woken."""

    def __init__(self):
        self.woken = 0
        self.failures = []
        self._waiting = []

    def call_soon_threadsafe(self, callback):
        self.woken += 1
        self._waiting.append(callback)

    def is_closed(self):
        return False

    def call_exception_handler(self, context):
        self.failures.append(context["exception"])

    def run(self):
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()


def _session():
    session = AppSession.__new__(AppSession)  # the method needs nothing but its loop
    session._event_loop = Loop()
    session.__class__ = type("Session", (AppSession,), {"__del__": lambda self: None})
    return session


def test_streamlit_is_replaced_where_its_own_code_calls():
    assert AppSession._call_soon_on_event_loop is quick_streamlit._in_line
    assert Runtime._enqueued_some_message is quick_streamlit._look_once
    state = SafeSessionState(SessionState(), lambda: None)
    assert isinstance(state.filtered_state, quick_streamlit.State)


def test_the_loop_is_woken_once_for_what_stands_in_line_and_calls_it_in_order():
    session, called = _session(), []
    for number in range(5):
        session._call_soon_on_event_loop(lambda number=number: called.append(number))
    assert (session._event_loop.woken, called) == (1, [])
    session._event_loop.run()
    assert called == [0, 1, 2, 3, 4]
    session._call_soon_on_event_loop(lambda: called.append("later"))
    assert session._event_loop.woken == 2
    session._event_loop.run()
    assert called[-1] == "later"


def test_what_is_handed_over_while_the_loop_is_at_it_waits_for_the_next_turn():
    session, called = _session(), []

    def first():
        called.append("first")
        session._call_soon_on_event_loop(lambda: called.append("from within"))

    session._call_soon_on_event_loop(first)
    session._event_loop.run()
    assert called == ["first"]
    session._event_loop.run()
    assert called == ["first", "from within"]


def test_one_failure_is_told_and_the_rest_is_called():
    session, called, error = _session(), [], ValueError("of one message")

    def fail():
        raise error

    for callback in (lambda: called.append(1), fail, lambda: called.append(2)):
        session._call_soon_on_event_loop(callback)
    session._event_loop.run()
    assert called == [1, 2]
    assert session._event_loop.failures == [error]


def test_every_call_sees_the_context_of_who_handed_it_over():
    session, seen, who = _session(), [], ContextVar("who", default="nobody")

    def hand_over(name):
        who.set(name)
        session._call_soon_on_event_loop(lambda: seen.append(who.get()))

    for name in ("script", "fragment"):
        thread = threading.Thread(target=hand_over, args=(name,))
        thread.start()
        thread.join()
    session._event_loop.run()
    assert seen == ["script", "fragment"]
    assert who.get() == "nobody"


def test_nothing_is_lost_between_threads_and_a_running_loop():
    """Two threads hand over while a real loop takes: every call is made, and each thread's in its order."""

    async def take():
        session, called, done = _session(), [], asyncio.Event()
        session._event_loop = asyncio.get_running_loop()

        def took(name, number):
            called.append((name, number))
            if len(called) == 2 * CALLS:
                done.set()

        def hand_over(name):
            for number in range(CALLS):
                session._call_soon_on_event_loop(lambda number=number: took(name, number))

        threads = [threading.Thread(target=hand_over, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        await asyncio.wait_for(done.wait(), 60)
        for thread in threads:
            thread.join()
        return called

    called = asyncio.run(take())
    for name in "ab":
        assert [number for by, number in called if by == name] == list(range(CALLS))


def _runtime(loop, event):
    runtime = Runtime.__new__(Runtime)
    runtime._async_objs = SimpleNamespace(eventloop=loop, need_send_data=event)
    return runtime


def test_the_loop_looks_at_the_queues_after_a_message_from_any_thread():
    async def look():
        event, found = asyncio.Event(), []
        runtime = _runtime(asyncio.get_running_loop(), event)
        runtime._enqueued_some_message()
        found.append(event.is_set())
        event.clear()
        thread = threading.Thread(target=runtime._enqueued_some_message)
        thread.start()
        await asyncio.wait_for(event.wait(), 60)
        thread.join()
        found.append(event.is_set())
        return found

    assert asyncio.run(look()) == [True, True]


def test_the_loop_is_not_woken_while_it_is_about_to_look():
    loop, event = Loop(), asyncio.Event()
    runtime = _runtime(loop, event)
    runtime._enqueued_some_message()
    assert loop.woken == 1
    loop.run()
    assert event.is_set()
    runtime._enqueued_some_message()
    assert loop.woken == 1


ID, OTHER, UNNAMED = "$$ID-aaa-beta_left", "$$ID-bbb-beta_left", "$$ID-ccc-None"


def _metadata(id, value):
    return WidgetMetadata(id=id, deserializer=lambda _: value, serializer=lambda v: v, value_type="string_value")


def _plain(state):
    state["chosen"] = 3
    state["nothing"] = None


def _named(state):
    state._set_key_widget_mapping(ID, "beta_left")
    state._new_widget_state.set_from_value(ID, None)
    state._new_widget_state.set_widget_metadata(_metadata(ID, None))


def _unnamed(state):
    state._new_widget_state.set_from_value(UNNAMED, 5)
    state._new_widget_state.set_widget_metadata(_metadata(UNNAMED, 5))


def _set_by_the_page(state):
    state._set_key_widget_mapping(ID, "beta_left")
    state._new_session_state["beta_left"] = 7


def _of_the_run_before(state):
    state._set_key_widget_mapping(ID, "beta_left")
    state._old_state[ID] = "old"
    state._old_state["by the page"] = 1


def _under_the_id_before(state):
    state._old_state[OTHER] = "before"
    state._set_key_widget_mapping(OTHER, "beta_left")
    state._set_key_widget_mapping(ID, "beta_left")


def _known_without_a_value(state):
    state._set_key_widget_mapping(ID, "beta_left")


def _internal(state):
    state._new_session_state["$$STREAMLIT_INTERNAL_KEY_of_a_component"] = 1


@pytest.mark.parametrize(
    "fill",
    [
        _plain,
        _named,
        _unnamed,
        _set_by_the_page,
        _of_the_run_before,
        _under_the_id_before,
        _known_without_a_value,
        _internal,
    ],
)
def test_the_state_answers_as_the_whole_of_it_would(fill):
    state = SessionState()
    fill(state)
    whole, seen = state.filtered_state, SafeSessionState(state, lambda: None).filtered_state
    keys = {"chosen", "nothing", "beta_left", "by the page", "no such", ID, OTHER, UNNAMED, *map(str, state._keys())}
    assert {key: seen[key] for key in keys if key in seen} == whole
    assert (dict(seen), len(seen), str(seen)) == (whole, len(whole), str(whole))
    missing = next(iter(keys - set(whole)))
    with pytest.raises(KeyError):
        seen[missing]


IDS, KEYS = [ID, OTHER, UNNAMED], ["beta_left", "chosen"]
of_a_session = st.fixed_dictionaries(
    {
        "named": st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(KEYS)), max_size=4),
        "old": st.dictionaries(st.sampled_from(IDS + KEYS), st.integers(0, 9)),
        "of_pages": st.dictionaries(st.sampled_from(KEYS), st.integers(10, 19)),
        "of_browser": st.dictionaries(st.sampled_from(IDS), st.text(max_size=2)),
        "taken": st.dictionaries(st.sampled_from(IDS), st.integers(20, 29)),
        "drawn": st.dictionaries(st.sampled_from(IDS), st.booleans()),
    }
)


def _filled(recipe):
    state = SessionState()
    for id, key in recipe["named"]:
        state._set_key_widget_mapping(id, key)
    state._old_state.update(recipe["old"])
    state._new_session_state.update(recipe["of_pages"])
    for id, text in recipe["of_browser"].items():
        state._new_widget_state.set_widget_from_proto(WidgetState(id=id, string_value=text))
    for id, value in recipe["taken"].items():
        state._new_widget_state.set_from_value(id, value)
    for id, shown in recipe["drawn"].items():
        metadata = _metadata(id, f"of {id}")
        state._new_widget_state.set_widget_metadata(
            replace(metadata, presenter=(lambda value, _: ("shown", value)) if shown else None)
        )
    return state


@settings(max_examples=1_000, deadline=None)
@given(of_a_session)
def test_before_a_run_the_state_holds_what_streamlit_would_hold(recipe):
    theirs, ours = _filled(recipe), _filled(recipe)
    quick_streamlit._settled_by_streamlit(theirs)
    ours._compact_state()
    assert ours._old_state == theirs._old_state
    assert ours._new_session_state == theirs._new_session_state == {}
    assert ours._new_widget_state.states == theirs._new_widget_state.states


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.light.sidebar", "theme.dark.sidebar"])
def test_a_theme_is_read_once_and_anew_when_the_options_were_read_again(section, monkeypatch):
    read = []
    theirs = quick_streamlit._read_theme
    monkeypatch.setattr(quick_streamlit, "_read_theme", lambda *which: read.append(which) or theirs(*which))
    monkeypatch.setattr(quick_streamlit, "_themes", {})
    config.get_config_options()
    expected = CustomThemeConfig()
    theirs(expected, section)
    for _ in range(2):
        found = CustomThemeConfig()
        app_session._populate_theme_msg(found, section)
        assert found == expected
        assert found.ByteSize() > 10
    assert len(read) == 1
    monkeypatch.setattr(config, "_config_options", dict(config._config_options))
    app_session._populate_theme_msg(CustomThemeConfig(), section)
    assert len(read) == 2


def test_a_theme_without_options_is_left_out(monkeypatch):
    monkeypatch.setattr(quick_streamlit, "_themes", {})
    message = NewSession()
    app_session._populate_theme_msg(message.custom_theme, "theme.no.such")
    assert not message.HasField("custom_theme")


def test_a_signature_is_inspected_once(monkeypatch):
    def cached(run_id, _recipe, *rest, split="test"):
        pass

    asked = []
    inspect = quick_streamlit._inspected
    monkeypatch.setattr(quick_streamlit, "_inspected", lambda *which: asked.append(which) or inspect(*which))
    for _ in range(2):
        names = [cache_utils._get_positional_arg_name(cached, place) for place in range(-1, 5)]
        assert names == [None, "run_id", "_recipe", None, None, None]
    assert len(asked) == 6


def test_a_function_of_a_page_that_ran_before_is_not_held():
    def of_a_page():
        def cached(run_id):
            pass

        assert cache_utils._get_positional_arg_name(cached, 0) == "run_id"
        return weakref.ref(cached)

    assert of_a_page()() is None


def test_every_option_has_the_value_it_has_under_the_lock():
    options = config.get_config_options()
    assert len(options) > 100
    for name in options:
        assert config.get_option(name) == quick_streamlit._locked(name)
    with pytest.raises(RuntimeError, match=r"no\.such"):
        config.get_option("no.such")


def test_an_option_that_is_set_is_seen_at_once():
    before = config.get_option("client.showErrorDetails")
    try:
        for value in ("full", "none"):
            config.set_option("client.showErrorDetails", value)
            assert config.get_option("client.showErrorDetails") == value
    finally:
        config.set_option("client.showErrorDetails", before)


def test_an_option_is_read_while_another_thread_holds_the_lock():
    read = []
    with config._config_lock:
        reader = threading.Thread(target=lambda: read.append(config.get_option("server.port")))
        reader.start()
        reader.join(timeout=20)
    assert len(read) == 1


def test_options_that_a_test_of_the_app_puts_there_stay():
    with patch_config_options({"global.appTest": True}):
        quick_streamlit.make_quick()
        assert config.get_option("global.appTest") is True
    assert config.get_option("global.appTest") is False


def test_the_identity_of_a_component_with_a_key_is_streamlits_without_its_data():
    proto = BidiComponent(json='{"points": [1, 2]}')
    same = {"component_name": "film", "isolate_styles": True, "width": "stretch", "height": "content", "default": None}
    quick_streamlit.make_quick()
    found = BidiComponentMixin._build_bidi_identity_kwargs(None, proto=proto, data={"points": [1, 2]}, **same)
    assert found == same
    theirs = quick_streamlit._identity(BidiComponentMixin(), proto=proto, data={"points": [1, 2]}, **same)
    assert theirs.keys() - found.keys() == {"json"}
    ids = {
        compute_and_register_element_id("bidi_component", user_key="k", key_as_main_identity=True, dg=None, **kwargs)
        for kwargs in (found, theirs)
    }
    assert len(ids) == 1


def test_every_component_has_a_key():
    mounted = []
    for path in sorted((ROOT / "ui" / "components").glob("*/__init__.py")):
        tree = ast.parse(path.read_text("utf-8"))
        made = {
            node.targets[0].id
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("sources.component(")
        }
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in made]
        mounted += [(path.parent.name, {keyword.arg for keyword in call.keywords}) for call in calls]
    assert len(mounted) >= 9
    assert [name for name, given in mounted if "key" not in given] == []
