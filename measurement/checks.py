"""Checks of what the measures are given: refused input is named with its place and a way out."""

from collections.abc import Sized

import numpy as np
from numpy.typing import ArrayLike, NDArray

from standpoint.errors import InputError


def zeros_and_ones(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """Return the values as booleans, in the shape they came in.

    Raises:
        InputError: a value is neither 0 nor 1 (NaN included).
    """
    array = np.asarray(values)
    refuse(name, array, ~np.isin(array, (0, 1)), "neither 0 nor 1. Give 1 where the label holds and 0 elsewhere.")
    return array.astype(np.bool_)


def probabilities(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return the values as floats, in the shape they came in.

    Raises:
        InputError: a value is not between 0 and 1 (NaN included).
    """
    array = np.asarray(values, dtype=np.float64)
    outside = ~((array >= 0) & (array <= 1))
    refuse(name, array, outside, "not a probability between 0 and 1. Turn scores into probabilities first.")
    return array


def refuse(name: str, array: NDArray[np.generic], wrong: NDArray[np.bool_], reason: str) -> None:
    """Raise an error that names the first wrong value and its place, if there is one.

    Raises:
        InputError: `wrong`, in the shape of `array`, holds anywhere.
    """
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        raise InputError(f"{name}[{', '.join(map(str, place))}] is {array[place]}, {reason}")


def same_shape(name: str, first: NDArray[np.generic], other_name: str, second: NDArray[np.generic]) -> None:
    """Check that two arrays describe the same items, and at least one.

    Raises:
        InputError: the shapes differ, or the arrays are empty.
    """
    if first.shape != second.shape:
        raise InputError(
            f"{name} has shape {first.shape} but {other_name} has shape {second.shape}. "
            "Give both for the same items, in the same order."
        )
    if not first.size:
        raise InputError(f"{name} and {other_name} are empty (shape {first.shape}). Give at least one item.")


def same_length(name: str, first: Sized, other_name: str, second: Sized) -> None:
    """Check that two collections have one entry for each item.

    Raises:
        InputError: the lengths differ.
    """
    if len(first) != len(second):
        raise InputError(
            f"{name} has {len(first)} items but {other_name} has {len(second)}. "
            "Give both for the same items, in the same order."
        )
