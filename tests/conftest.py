"""Shared by all tests: where the outside data lie, and that their absence is said."""

import contextlib
import functools
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.proof import PROOF

# how long a draw takes is the machine's business
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# what is imported and collected stays to the end: looking for garbage in it is a sixth of the time until the first test
gc.disable()

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_finish() -> None:
    """Leave what was imported out of every search for garbage, and look for Streamlit's components once.

    Each page that a test opens would read all packages' metadata, longer than it draws.
    """
    gc.freeze()
    gc.enable()
    if "streamlit.testing.v1" in sys.modules:
        from streamlit.components.v2 import manifest_scanner

        once = functools.cache(manifest_scanner.scan_component_manifests)
        manifest_scanner.scan_component_manifests = once


@pytest.fixture(scope="session", autouse=True)
def unsynced() -> Iterator[None]:
    """Wait for no disk: what is written outlives a killed process without it, and no test pulls the plug."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data, or skip: it is not part of the project. In `make proof` its absence is a failure."""
    if not (SHARED / "data" / "README.md").exists():
        (pytest.fail if PROOF else pytest.skip)("real data are not on this machine (../shared)")
    return SHARED


@contextlib.contextmanager
def measuring(*metrics: str) -> Iterator[None]:
    """Publish no other sums than those of these metrics: where a test looks at few, the others are most of its time."""
    from analytics.metrics import catalogue

    wanted = tuple(measure for measure in catalogue.MEASURES if measure.metric in metrics)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "MEASURES", wanted)
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that workspaces lie in for one test."""
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
