"""A run that a student trained: usable in every chapter of the session, and in no other session."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.opening import RUN, open_page, text
from ui import course, your_run
from vae_core import own_run, runs, training_worker, zoo
from vae_core.config import RunConfig

# Between the zoo's: dimensions and a β that no shipped model has.
RUNS = {
    "plane": RunConfig(latent_dim=2, beta=0.5, hidden=(16,), epochs=3, batch_size=100, snapshots=True),
    "space": RunConfig(latent_dim=5, likelihood="bernoulli", hidden=(16,), epochs=1, batch_size=100, snapshots=True),
}


@pytest.fixture(scope="module")
def trained():
    """Runs as `vae_core.training_worker` leaves them."""
    mnist = training_worker.shipped_splits(zoo.digits())
    return {name: own_run.own(config, runs.run_files(config, mnist), own_run.SHIPPED) for name, config in RUNS.items()}


def load_own(key: str | None, run: own_run.OwnRun, **address: str) -> AppTest:
    """A chapter in a session that has trained `run` and has it loaded."""
    session = {your_run._RUN: run, your_run._TO_LOAD: True}
    return open_page(key, session=session, **address)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("chapter", course.CHAPTERS, ids=lambda chapter: chapter.key)
def test_every_chapter_shows_it(chapter, name, trained):
    at = load_own(chapter.key, trained[name])
    assert not at.exception
    assert at.session_state["_run"] == trained[name].config
    assert not [word.value for word in at.sidebar.warning]


def test_it_heads_the_list_and_its_figures_say_which_digits(trained):
    at = load_own(None, trained["plane"])
    assert at.sidebar.selectbox(key="model").options[:2] == [your_run.NAME, zoo.list_runs()[0].run_id]
    table = at.sidebar.markdown[0].value
    assert f"| rate | {trained['plane'].metrics['test']['rate']:.2f} |" in table
    assert "The held-out digits" in table
    at.sidebar.selectbox(key="model").set_value(RUN).run()
    assert "MNIST's test images" in at.sidebar.markdown[0].value
    at.sidebar.selectbox(key="model").set_value(trained["plane"].config.run_id).run()
    assert at.session_state["_run"] == trained["plane"].config


@pytest.mark.parametrize("key", ["digit", "class_posterior", "dimensions"])
def test_a_chapter_with_figures_says_which_digits_they_are_on(key, trained):
    assert "on the held-out digits" in text(load_own(key, trained["plane"])).lower()
    assert "on mnist's test images" in text(open_page(key)).lower()


def test_its_training_can_be_replayed(trained):
    at = load_own("forming", trained["space"])
    assert at.session_state["forming_dim"] == 5
    assert at.session_state["forming_training"] == your_run.NAME


def test_the_picker_leads_from_it_back_to_the_zoo(trained):
    at = load_own(None, trained["space"])
    dimensions = at.sidebar.get("segmented_control")[0]
    assert dimensions.value == 5
    dimensions.set_value(2).run()
    assert at.session_state["_run"] in zoo.list_runs()
    assert at.session_state["_run"].latent_dim == 2


def test_another_session_cannot_have_it(trained):
    mine = trained["plane"].config.run_id
    assert not load_own("welcome", trained["plane"]).exception  # what is computed from it may be cached by now
    for asked in (mine, your_run.NAME):
        other = open_page("welcome", asked)
        assert other.session_state["model"] == RUN
        assert your_run.NAME not in other.sidebar.selectbox(key="model").options
        words = "\n".join(word.value for word in other.sidebar.warning)
        assert f"`{asked}`" in words
        assert "lives only in the browser tab" in words
        assert mine not in text(other).replace(words, "")


def test_its_id_is_of_no_use_to_another_session(trained):
    load_own("welcome", trained["plane"])

    def script(run_id):
        from ui import models

        for read in (models.vae, models.metrics, models.history, models.moments, models.test_encodings):
            try:
                read(run_id)
            except LookupError:
                continue
            raise AssertionError(f"{read.__name__} gave another student's run away")
        for read in (models.encodings, models.digit_terms, models.snapshots, models.sample_quality):
            try:
                read(run_id)
            except LookupError:
                continue
            raise AssertionError(f"{read.__name__} gave another student's run away")
        assert run_id not in models.damaged()

    at = AppTest.from_function(script, args=(trained["plane"].config.run_id,)).run()
    assert [each.message for each in at.exception] == []


def test_two_sessions_with_the_same_configuration_see_their_own(trained):
    config = RUNS["plane"]
    mnist = training_worker.shipped_splits(zoo.digits())
    twin = own_run.own(config, runs.run_files(RunConfig(**config.to_dict() | {"seed": 1}), mnist), own_run.SHIPPED)
    for run in (trained["plane"], twin, trained["plane"]):
        at = load_own("dimensions", run)
        assert f"| rate | {run.metrics['test']['rate']:.2f} |" in at.sidebar.markdown[0].value
        assert at.session_state["_run"].run_id == run.config.run_id
