"""The CDNOW data set, and the established implementation the buying models are compared with.

2 357 customers of a music shop, first bought in the first quarter of 1997, watched for 39 weeks:
the data of the papers in which the models were published. ``lifetimes`` ships it; its loaders want
a module that Python no longer has, so the files are read directly.
"""

from __future__ import annotations

import csv
import warnings
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from services.audience.likelihoods import Column

with warnings.catch_warnings():
    # It sets an option that the installed pandas no longer has, and says nothing else.
    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter

SUMMARY = "cdnow_customers_summary.csv"
WITH_VALUES = "cdnow_customers_summary_with_transactions.csv"


def text_of(file: str) -> str:
    """The text of one of the package's data files."""
    return (files("lifetimes") / "datasets" / file).read_text()


@cache
def cdnow(file: str = SUMMARY) -> tuple[Column, ...]:
    """The file's columns without the customer: frequency, recency, age and, with values, theirs."""
    rows = list(csv.reader(text_of(file).splitlines()))[1:]
    return tuple(np.array(rows, dtype=np.float64)[:, 1:].T)


@cache
def established() -> Any:
    """BG/NBD as ``lifetimes`` fits it to CDNOW."""
    frequency, recency, age = cdnow()
    fitter = BetaGeoFitter(penalizer_coef=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fitter.fit(frequency, recency, age)


@cache
def established_values() -> Any:
    """Gamma-Gamma as ``lifetimes`` fits it to CDNOW's repeat buyers."""
    frequency, _, _, value = cdnow(WITH_VALUES)
    fitter = GammaGammaFitter(penalizer_coef=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fitter.fit(frequency[frequency > 0], value[frequency > 0])
