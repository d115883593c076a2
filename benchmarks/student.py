"""A student without a browser: Streamlit's own protobuf over a WebSocket, as its frontend speaks it.

A student opens a page, moves whatever control the page offers, and goes to another page; every action is timed from
the message that asks for it to the server's word that the script has ended. Like a browser, the student keeps large
messages of the last two runs and tells the server, which then sends a reference instead.
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
SIDEBAR = 1  # first number of the path of what stands there
KEPT_RUNS = 2  # global.maxCachedMessageAge
MOVABLE = ("slider", "selectbox", "radio", "button_group", "checkbox", "number_input", "button", "bidi_component")
WALKING = ("walk", "walks")  # components whose chains walk in the browser
LEFT_ALONE = ("Train",)  # its time is the training's, and a server does one at a time whoever asks


class Dropped(ConnectionError):
    """The server closed the connection or did not answer in time."""


class Action(NamedTuple):
    """What one action cost.

    Attributes:
        page: key of the chapter it happened on, `""` for the first.
        kind: `open`, `go` (page change), or the type of the control that was moved.
        seconds: from sending to the end of the script.
        received: bytes of the answer, before any compression.
        exception: whether the page showed an error.
        label: of the control.
    """

    page: str
    kind: str
    seconds: float
    received: int
    exception: bool
    label: str = ""


@dataclass
class Control:
    """Something to move: its protobuf, and the fragment that runs alone when it moves."""

    kind: str
    proto: Any
    fragment: str
    in_sidebar: bool


class Student:
    """One browser tab.

    Args:
        address: of the app, `http://127.0.0.1:8501`.
        seed: of the choices this student makes.
        patience: seconds until an answer counts as none.
        cookie: as a `Cookie` header; a proxy may tell replicas apart by it.
    """

    def __init__(self, address: str, seed: int, patience: float = 60.0, cookie: str = ""):
        self._url = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._headers = {"Origin": address} | ({"Cookie": cookie} if cookie else {})
        self._patience = patience
        self.random = random.Random(seed)
        self.page = ""
        self.session = ""
        self.elements: dict[tuple[int, ...], tuple[Any, str]] = {}  # by path: element, fragment
        self._blocks: dict[tuple[int, ...], str] = {}  # by path: fragment that draws this container
        self._pages: dict[str, str] = {}  # key of a chapter -> its script's hash
        self._states: dict[str, WidgetState] = {}
        self._query = ""
        self._kept: dict[str, list] = {}  # hash -> [message, age in runs]
        self._told: set[str] = set()  # walks whose end was said
        self._socket = None

    async def open(self, page: str = "", query: str = "") -> Action:
        """Load a page as from its link."""
        self.page, self._query = page, query
        try:
            self._socket = await connect(
                self._url,
                subprotocols=["streamlit", "none"],
                additional_headers=self._headers,
                max_size=None,
                compression=None,
                open_timeout=self._patience,
                ping_interval=None,
                proxy=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Dropped(f"no connection: {error}") from error
        return await self._run("open", page_name=page)

    async def go(self, page: str) -> Action:
        """Follow a link of the navigation."""
        self.page = page
        return await self._run("go", page_script_hash=self._pages[page])

    async def move(self) -> Action | None:
        """Move one of the page's controls to another value; None where there is none."""
        control = self.choose()
        if control is None:
            return None
        states = self._moved(control)
        for state in states:
            self._states[state.id] = state
        action = await self._run(control.kind, fragment_id=control.fragment)
        for state in states:
            if state.WhichOneof("value") in ("trigger_value", "json_trigger_value"):
                self._states.pop(state.id, None)
        label = getattr(control.proto, "label", "") or getattr(control.proto, "component_name", "")
        return action._replace(label=label)

    async def again(self) -> Action:
        """Have the page drawn once more as it stands."""
        return await self._run("again")

    async def set(self, label: str, value) -> Action:
        """Move the control of this label to a value, as `_values` lists them."""
        control = next(each for each in self.controls() if getattr(each.proto, "label", None) == label)
        state = _state(control.kind, control.proto, value)
        self._states[state.id] = state
        return (await self._run(control.kind, fragment_id=control.fragment))._replace(label=label)

    async def tell(self) -> Action | None:
        """Say what a browser says by itself: what its chains have come to. None where nothing is to be said."""
        for element, fragment in self.elements.values():
            name = getattr(element, element.WhichOneof("type"))
            if element.WhichOneof("type") != "bidi_component" or name.component_name.split(".")[-1] not in WALKING:
                continue
            data = json.loads(name.json or name.mixed.json)
            if data["known"] or data.get("given") or data["key"] in self._told:
                continue
            state = _state("bidi_component", name, _walked(data), "found")
            self._states[state.id] = state
            self._told.add(data["key"])
            action = await self._run("found", fragment_id=fragment)
            self._states.pop(state.id, None)
            return action._replace(label=name.component_name)
        return None

    async def close(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()

    def choose(self) -> Control | None:
        """One of the page's controls; one of ten times one of the sidebar's, where the model is chosen."""
        here = [control for control in self.controls() if not control.in_sidebar]
        aside = [control for control in self.controls() if control.in_sidebar and control.kind != "checkbox"]
        if aside and (not here or self.random.random() < 0.1):
            return self.random.choice(aside)
        return self.random.choice(here) if here else None

    def controls(self) -> list[Control]:
        """What can be moved now."""
        found = []
        for path, (element, fragment) in self.elements.items():
            kind = element.WhichOneof("type")
            if kind not in MOVABLE:
                continue
            proto = getattr(element, kind)
            in_form = bool(getattr(proto, "form_id", "")) and not (kind == "button" and proto.is_form_submitter)
            component = kind == "bidi_component" and proto.component_name.split(".")[-1] != "latent_sliders"
            if in_form or component or getattr(proto, "disabled", False) or self._values(kind, proto) == []:
                continue
            if kind == "button" and proto.label in LEFT_ALONE:
                continue
            found.append(Control(kind, proto, fragment, path[0] == SIDEBAR))
        return found

    def _moved(self, control: Control) -> list[WidgetState]:
        if control.kind == "button":
            fields = [
                element.number_input
                for element, _ in self.elements.values()
                if element.WhichOneof("type") == "number_input"
                and control.proto.form_id
                and element.number_input.form_id == control.proto.form_id
            ]
            filled = [_state("number_input", each, self.random.choice((0.5, 1.0, 2.0))) for each in fields]
            return [*filled, _state("button", control.proto, True)]
        return [_state(control.kind, control.proto, self.random.choice(self._values(control.kind, control.proto)))]

    def _values(self, kind: str, proto) -> list:
        """Values the control can be moved to."""
        if kind == "slider" and proto.type == Slider.SELECT_SLIDER:
            return [[option] for option in proto.options]
        if kind == "slider":
            steps = round((proto.max - proto.min) / proto.step) if proto.step else 0
            return [[min(proto.max, proto.min + proto.step * i)] for i in {round(steps * k / 40) for k in range(41)}]
        if kind == "number_input":
            low = proto.min if proto.has_min else proto.default - 10
            high = proto.max if proto.has_max else proto.default + 10
            whole = proto.step >= 1
            return [round(low + (high - low) * k / 9) if whole else low + (high - low) * k / 9 for k in range(10)]
        if kind in ("selectbox", "radio"):
            return list(proto.options)
        if kind == "button_group":
            return [[option.content] for option in proto.options]
        if kind == "checkbox":
            held = self._states.get(proto.id)
            return [not (held.bool_value if held else proto.default)]
        if kind == "bidi_component":
            asked = json.loads(proto.json or proto.mixed.json)
            return [[round(self.random.uniform(-3, 3), 2) for _ in asked["values"]] for _ in range(4)]
        return [True]

    async def _run(self, kind: str, **client_state) -> Action:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self._query
        for name, value in client_state.items():
            setattr(state, name, value)
        if not state.page_script_hash and kind != "open":
            state.page_script_hash = self._pages[self.page]
        state.widget_states.widgets.extend(self._states.values())
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone = "Europe/Paris"
        state.context_info.locale = "en-GB"
        start = time.perf_counter()
        received, failed = 0, False
        fresh: dict[tuple[int, ...], tuple[Any, str]] = {}
        blocks: dict[tuple[int, ...], str] = {}
        try:
            await self._socket.send(message.SerializeToString())
            async with asyncio.timeout(self._patience):
                while True:
                    raw = await self._socket.recv()
                    received += len(raw)
                    answer = ForwardMsg.FromString(raw)
                    what = answer.WhichOneof("type")
                    if what == "script_finished" and answer.script_finished in FINISHED:
                        seconds = time.perf_counter() - start
                        break
                    if what == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        failed, seconds = True, time.perf_counter() - start
                        break
                    failed |= self._take(answer, what, fresh, blocks)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Dropped(f"{kind} of {self.page or 'the first page'}: {type(error).__name__} {error}") from error
        if answer.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            alone = client_state.get("fragment_id")
            # Like a browser: what stands in the fragment's containers goes unless it was sent again.
            within = {path for path, drawn_by in self._blocks.items() if drawn_by == alone}
            self.elements = {
                path: held for path, held in self.elements.items() if held[1] != alone and not _inside(path, within)
            } | fresh
            self._blocks = {path: by for path, by in self._blocks.items() if not _inside(path, within)} | blocks
        else:
            self.elements, self._blocks = fresh, blocks
            ids = {getattr(getattr(e, e.WhichOneof("type")), "id", None) for e, _ in fresh.values()}
            self._states = {id: state for id, state in self._states.items() if id in ids}
        self._grow_old()
        return Action(self.page, kind, seconds, received, failed)

    def _take(self, answer: ForwardMsg, what: str, fresh: dict, blocks: dict) -> bool:
        """Take in one message; whether it shows an error."""
        path = tuple(answer.metadata.delta_path)
        if what == "ref_hash":
            kept = self._kept[answer.ref_hash]
            kept[1] = 0
            answer, what = kept[0], kept[0].WhichOneof("type")
        elif answer.metadata.cacheable:
            self._kept[answer.hash] = [answer, 0]
        if what == "navigation":
            self._pages = {
                "" if each.is_default else each.url_pathname: each.page_script_hash
                for each in answer.navigation.app_pages
            }
        elif what == "new_session":
            fresh.clear()  # a run that ended in `st.rerun` is followed by another, which draws all that stays
            blocks.clear()
            self.session = answer.new_session.initialize.session_id or self.session
        elif what == "delta" and answer.delta.WhichOneof("type") == "add_block":
            blocks[path] = answer.delta.fragment_id
        elif what == "delta" and answer.delta.WhichOneof("type") == "new_element":
            element = answer.delta.new_element
            fresh[path] = element, answer.delta.fragment_id
            proto = getattr(element, element.WhichOneof("type"))
            if getattr(proto, "set_value", False):
                self._states.pop(proto.id, None)  # the server has put it elsewhere
            return element.WhichOneof("type") == "exception"
        return what == "page_not_found"

    def _grow_old(self) -> None:
        for kept in self._kept.values():
            kept[1] += 1
        self._kept = {hash: kept for hash, kept in self._kept.items() if kept[1] <= KEPT_RUNS}


def _inside(path: tuple[int, ...], containers: set[tuple[int, ...]]) -> bool:
    return any(path[:depth] in containers for depth in range(1, len(path) + 1))


def _walked(data: dict) -> dict:
    """What chains of a component might have come to; the numbers matter to nobody here."""

    def figures(job: dict) -> dict:
        count = data["islands"]["count"] if data.get("islands") else 0
        moments = {"mean": [0.0] * job["d"], "sd": [1.0] * job["d"]}
        return {"acceptance": 0.3, "rhat": 1.2, "ess": 50.0, "shares": [0.1] * count, **moments}

    if "jobs" not in data:
        return {"key": data["key"], **figures(data["job"])}
    return {"key": data["key"], "each": [figures(job) for job in data["jobs"]], "together": 1.2}


def _state(kind: str, proto, value, event: str = "place") -> WidgetState:
    state = WidgetState(id=proto.id)
    if kind == "bidi_component":
        state.id = f"$$STREAMLIT_INTERNAL_KEY_{proto.id}__events"
        state.json_trigger_value = json.dumps([{"event": event, "value": value}])
    elif kind == "slider" and proto.type != Slider.SELECT_SLIDER:
        state.double_array_value.data.extend(value)
    elif kind in ("slider", "button_group"):
        state.string_array_value.data.extend(value)
    elif kind in ("selectbox", "radio"):
        state.string_value = value
    elif kind == "checkbox":
        state.bool_value = value
    elif kind == "number_input":
        state.double_value = value
    else:
        state.trigger_value = True
    return state
