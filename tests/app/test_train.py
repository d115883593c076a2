"""The chapter that trains: from the choice to a run in the session, and all the ways a training can end before."""

import time

import pytest
import streamlit as st

from tests.app.opening import open_page, text
from ui import training_desk, your_run
from vae_core import own_run, training_job


@pytest.fixture(autouse=True)
def own_queue():
    """A queue of this test's own; what still trains at its end is ended."""
    training_desk._queue.clear()
    yield
    for capacity in (1, 2):
        training_desk._queue(capacity).close()
    training_desk._queue.clear()


def job(at) -> training_job.TrainingJob:
    return at.session_state["_training"]


def start(at):
    at.button(key="_train_start").click().run()
    assert not at.exception
    return at


def wait_for(at, *phases: str):
    end = time.monotonic() + 120
    while job(at).progress().phase not in phases:
        assert time.monotonic() < end, f"{phases} never came, it is {job(at).progress().phase}"
        time.sleep(0.05)
    return at.run()


def test_a_run_is_trained_told_of_and_loaded_and_the_next_one_replaces_it():
    at = start(open_page("train", train_epochs="1", train_latent_dim="3", train_beta="0.5"))
    assert at.session_state["model"] != your_run.NAME
    assert at.slider(key="train_epochs").disabled
    wait_for(at, training_job.DONE)
    assert not at.exception
    run = at.session_state["_your_run"]
    assert at.session_state["_run"] == run.config
    assert (run.config.latent_dim, run.config.beta, run.config.epochs) == (3, 0.5, 1)
    assert "by heart" in text(at)
    assert len(at.get("vega_lite_chart")) == 3  # its curves and its cloud stay

    at.radio(key="train_unseen").set_value("yours").run()
    assert not at.exception
    table = next(each.value for each in at.markdown if "digits neither has seen" in each.value and "|" in each.value)
    assert "1,000 digits neither has seen" in table

    assert at.button(key="_train_start").disabled
    at.checkbox(key=f"_train_replace_{run.config.run_id}").check().run()
    start(at)
    at.button(key="_train_cancel").click().run()
    assert at.session_state["_your_run"] is run  # the one before stays

    at.switch_page("pages/welcome.py").run()
    assert not at.exception
    assert at.session_state["_run"] == run.config


def test_leaving_the_page_cancels_and_coming_back_says_so():
    at = start(open_page("train", train_epochs="100"))
    at.switch_page("pages/welcome.py").run()
    assert job(at).progress().phase == training_job.CANCELLED
    at.switch_page("pages/train.py").run()
    assert "when you go to another chapter" in text(at)
    assert not at.button(key="_train_start").disabled


def test_the_second_student_waits_sees_the_place_and_begins_by_itself():
    first = start(open_page("train", train_epochs="100"))
    second = start(open_page("train", train_epochs="100", train_latent_dim="7"))
    third = start(open_page("train", train_epochs="100"))
    assert "Your place in the queue: **1**" in text(second.run())
    assert "Your place in the queue: **2**" in text(third.run())
    assert [each.session_state["_training"].config.latent_dim for each in (first, second)] == [2, 7]
    first.button(key="_train_cancel").click().run()
    assert "as you wished" in text(first)
    wait_for(second, training_job.STARTING, training_job.TRAINING)
    assert "Your place" not in text(second)
    assert "Your place in the queue: **1**" in text(third.run())


def test_a_server_may_allow_more_at_a_time(monkeypatch):
    monkeypatch.setenv("VAE_TRAININGS", "2")
    both = [start(open_page("train", train_epochs="100")) for _ in range(2)]
    for each in both:
        wait_for(each, training_job.STARTING, training_job.TRAINING)


def test_a_server_may_allow_none(monkeypatch):
    monkeypatch.setenv("VAE_TRAININGS", "0")
    at = open_page("train")
    assert at.button(key="_train_start").disabled
    assert "nobody trains" in text(at)


def test_a_setting_that_makes_no_sense_is_said_and_nothing_is_trained(monkeypatch):
    monkeypatch.setenv("VAE_TRAININGS", "many")
    at = open_page("train")
    assert not at.exception
    assert "VAE_TRAININGS is 'many'" in at.error[0].value
    assert at.button(key="_train_start").disabled


@pytest.mark.parametrize("reason", ["diverged", "data", "memory", "killed", "error"])
def test_every_failure_has_its_word(reason):
    failed = training_job.TrainingJob(own_run.plan(2, 1.0, "gaussian", 1, own_run.SHIPPED), own_run.SHIPPED)
    failed._phase, failed._reason = training_job.FAILED, reason
    at = open_page("train", session={"_training": failed})
    assert not at.exception
    assert len(at.error) == 1
    assert not at.button(key="_train_start").disabled


def test_full_mnist_is_offered_where_the_server_has_it(monkeypatch, mnist_folder, tmp_path):
    monkeypatch.setenv("VAE_DATA", str(tmp_path))
    assert training_desk.sources() == [own_run.SHIPPED]
    monkeypatch.setenv("VAE_DATA", str(mnist_folder))
    at = open_page("train", train_digits=own_run.MNIST)
    assert not at.exception
    assert "drawn from 59,000 of MNIST" in text(at)
    assert at.slider(key="train_epochs").max == own_run.EPOCHS[own_run.MNIST][1]


def test_a_calibrated_run_has_no_beta_to_choose():
    at = open_page("train", train_likelihood="calibrated")
    assert at.select_slider(key="train_beta").disabled
    assert "does not count" in text(at)


def test_the_clear_cache_of_a_developer_ends_what_trains():
    at = start(open_page("train", train_epochs="100"))
    st.cache_resource.clear()
    assert job(at).progress().phase == training_job.CANCELLED
