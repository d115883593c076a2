"""What is wrong with an answer, and how the mistake is found: by computing what each mistake would have given."""

from dataclasses import dataclass

import numpy as np

# A wrong answer that no listed mistake explains.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one part of an answer."""

    part: str  # the field of the Answer it is about
    mistake: str  # a key of the exercise's MISTAKES
    message: str  # what to say to the student


@dataclass(frozen=True)
class Diagnosis:
    """Everything found wrong with an answer; nothing, where it is right."""

    findings: tuple[Finding, ...] = ()

    @property
    def correct(self):
        return not self.findings

    @property
    def mistakes(self):
        """Names of the mistakes, each once, in the order found."""
        return tuple(dict.fromkeys(finding.mistake for finding in self.findings))


def matching_mistakes(value, candidates, tolerance):
    """Names of the mistakes that lead to `value`: of the candidates within `tolerance`, the nearest one's.

    Args:
        value: what the student gave; any shape.
        candidates: (names, value) pairs; the right answer has no names, and comes first.
        tolerance: largest difference in any entry that counts as rounding; a number, or one an entry.

    Returns:
        A tuple of names, empty for the right answer, or None where no candidate is near enough.
    """
    names, nearest = None, np.inf
    for candidate_names, candidate in candidates:
        distance = np.max(np.abs(value - candidate) / tolerance)
        if distance <= 1 and not candidate_names:
            return ()  # the right answer within rounding is right, however near a mistake lies
        if distance <= 1 and distance < nearest:
            names, nearest = candidate_names, distance
    return names


def told_apart(candidates, tolerance):
    """Whether no value lies within `tolerance` of two candidates with different names."""
    return all(
        names == other_names or np.max(np.abs(value - other) / tolerance) > 2
        for i, (names, value) in enumerate(candidates)
        for other_names, other in candidates[:i]
    )


def findings(part, names, messages):
    """One Finding about `part` for each name; for None, the unknown mistake."""
    names = (UNKNOWN,) if names is None else names
    return tuple(Finding(part, name, messages[name]) for name in names)
