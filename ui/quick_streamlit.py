"""Streamlit without work it does many times for one page.

- A page of a hundred elements is a hundred messages. For every one the script's thread wakes the event loop by writing
  to a socket, and the loop, having put the message into the session's queue, wakes itself the same way to look at the
  queues; each write lets go of the interpreter, and the two threads take turns. Here what a session hands over waits in
  a line, and the loop is woken once for all that stands in it.
- A control with a key asks whether the session's state holds None under it. Streamlit answers by putting together the
  whole state as a page sees it, values of components and all; a page of twenty controls does so twenty times. Here the
  one value is looked up.
- An option of the configuration is read under one lock for all threads, several times an element. A thread that has to
  give up the interpreter while it holds that lock stops all others that draw: with fifty students a replica, two thirds
  of all scripts stood there, and their class of two hundred waited thirty times as long. Here it is read without.
- A cached function inspects its own signature for every argument of every call. Here once.
- Before every run all that a session holds, three hundred values after a walk through the course, is looked up in four
  places and put back where it was. Here what is new is put there.
- The theme is read from a hundred options before every run. Here once.
- A component's data become JSON a second time, its keys sorted, for an identity that is only asked for where the
  component has no key. Here all have one, and the data are left out.

What is sent and what is found stay the same. Everything here replaces private parts of Streamlit, which is pinned;
`tests/unit/test_quick_streamlit.py` compares both.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextvars import Context, copy_context
from typing import Any
from weakref import WeakKeyDictionary

from streamlit import config
from streamlit.components.v2.bidi_component.main import BidiComponentMixin
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.caching import cache_utils
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.state import session_state
from streamlit.runtime.state.common import is_element_id, is_keyed_element_id
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

_wake = AppSession._call_soon_on_event_loop
_look = Runtime._enqueued_some_message
_whole = SafeSessionState.filtered_state.fget
_locked = config.get_option
_settled_by_streamlit = SessionState._compact_state  # for the tests, which compare
_read_theme = app_session._populate_theme_msg
_inspected = cache_utils._get_positional_arg_name
_identity = BidiComponentMixin._build_bidi_identity_kwargs
# Of cached functions. Weak, for pages define some, anew at every run, and each holds all that its page has computed.
_arguments: WeakKeyDictionary[Callable, dict[int, str | None]] = WeakKeyDictionary()
_themes: dict[str, tuple[dict, CustomThemeConfig]] = {}  # by section: the options it was read from, and what they say


def make_quick() -> None:
    """For all sessions of this process."""
    AppSession._call_soon_on_event_loop = _in_line
    Runtime._enqueued_some_message = _look_once
    SafeSessionState.filtered_state = property(State)
    if config.get_option.__module__ in (config.__name__, __name__):  # else AppTest has put its own there, for a run
        config.get_option = _option
    cache_utils._get_positional_arg_name = _argument
    SessionState._compact_state = _settled
    app_session._populate_theme_msg = _theme
    BidiComponentMixin._build_bidi_identity_kwargs = _named


class _Line:
    """What a session handed over and the loop has not called yet. Any thread appends, the loop alone takes out."""

    def __init__(self):
        self.waiting: deque[tuple[Context, Callable[[], None]]] = deque()
        self.called = False  # whether the loop was woken and has not begun yet


def _in_line(session: AppSession, callback: Callable[[], None]) -> None:
    """Have the loop call it after what this session handed over before; for any thread."""
    line = vars(session).get("_line") or vars(session).setdefault("_line", _Line())  # two threads get the same
    line.waiting.append((copy_context(), callback))
    # No lock is needed: the loop takes `called` back before it looks into the line, so what is appended while that is
    # set will be found. Two threads that see it unset wake the loop twice, and the second time it finds nothing.
    if not line.called:
        line.called = True
        _wake(session, lambda: _take(session._event_loop, line))


def _take(loop: asyncio.AbstractEventLoop, line: _Line) -> None:
    line.called = False
    for _ in range(len(line.waiting)):  # not for as long as the script adds some: others wait for the loop
        context, callback = line.waiting.popleft()
        try:
            context.run(callback)
        except Exception as error:  # as the loop does with what it calls: told, and the next is called all the same
            loop.call_exception_handler({"message": f"Exception in {callback!r}", "exception": error})


def _look_once(runtime: Runtime) -> None:
    """Have the loop look at the sessions' queues, unless it is about to; for any thread."""
    objects = runtime._get_async_objs()
    # The loop clears the event before it looks, so a message put into its queue while the event is set will be found.
    if objects.need_send_data.is_set():
        return
    if asyncio._get_running_loop() is objects.eventloop:
        objects.need_send_data.set()
    else:
        _look(runtime)


class State(Mapping[str, Any]):
    """The session's state as a page sees it, without controls that have no key; put together only to be walked through.

    As Streamlit's `SafeSessionState.filtered_state`, but of the present moment, not of when it was asked for.
    """

    def __init__(self, safe: SafeSessionState):
        self._safe = safe

    def __getitem__(self, key: str) -> Any:
        with self._safe._lock:
            state = self._safe._state
            widget = state._get_widget_id(key)
            named = is_keyed_element_id(widget) if widget != key else not is_element_id(key)
            if not named or session_state._is_internal_key(widget):
                raise KeyError(key)
            try:
                return state[key]
            except KeyError:
                if widget == key:
                    raise
                return state.filtered_state[key]  # held under an id the control had before

    def __iter__(self) -> Iterator[str]:
        return iter(_whole(self._safe))

    def __len__(self) -> int:
        return len(_whole(self._safe))

    def __str__(self) -> str:
        return str(_whole(self._safe))


def _option(key: str) -> Any:
    """The value of an option; where there is none of this name, or none was read yet, what Streamlit does."""
    options = (
        config._config_options
    )  # never emptied; while files are read again, which a server does not, defaults stand there
    known = options.get(key) if options is not None else None
    return _locked(key) if known is None else known.value


def _argument(function: Callable, place: int) -> str | None:
    """Name of the argument at this place; None where there is none, or none that has a name there."""
    known = _arguments.setdefault(function, {})
    if place not in known:
        known[place] = _inspected(function, place)
    return known[place]


def _settled(state: SessionState) -> None:
    """Take what the last run, and whoever moved a control since, left as new among what is held."""
    held, of_pages = state._old_state, state._new_session_state
    widgets, keys = state._key_id_mapper._key_id_mapping, state._key_id_mapper._id_key_mapping
    known = state._new_widget_state.widget_metadata
    new = set(state._new_widget_state.states) | {widgets.get(key, key) for key in of_pages}
    # What is held by its own id, and nothing newer, stays as it is; unless it is shown as something else.
    for key in held:
        widget = widgets.get(key, key)
        if widget not in held or keys.get(widget) in of_pages or (widget in known and known[widget].presenter):
            new.add(widget)
    for key in new:
        try:
            held[key] = state[key]
        except KeyError:  # of a control that this server has not drawn yet: Streamlit passes over it, too
            continue
    of_pages.clear()
    state._new_widget_state.clear()


def _theme(message: CustomThemeConfig, section: str = "theme") -> None:
    """Write what the options of a section say; they are other objects when a developer's file was read again."""
    options = config._config_options
    known = _themes.get(section)
    if known is None or known[0] is not options:
        known = options, CustomThemeConfig()
        _read_theme(known[1], section)
        _themes[section] = known
    if known[1].ByteSize():  # else the message would no longer be left out
        message.MergeFrom(known[1])


def _named(mixin: BidiComponentMixin, *, proto: BidiComponent, data: Any = None, **of_any: Any) -> dict[str, Any]:
    """What makes up a component's identity where it has no key, without its data."""
    return _identity(mixin, proto=BidiComponent(), data=None, **of_any)
