"""Groups of classes that are kept by run are those of the tree over its distances."""

import numpy as np
import pytest

from ui import class_cuts
from vae_core import gaussians, hierarchy, zoo


@pytest.mark.parametrize("metric", gaussians.METRICS)
@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_a_cut_is_that_of_the_tree(metric, method):
    moments = zoo.moments("mlp-d8-b1")
    between = gaussians.pairwise_distances(moments.mean, moments.covariance, metric)
    np.testing.assert_array_equal(class_cuts.distances("mlp-d8-b1", metric), between)
    for k in (2, 5):
        expected = hierarchy.cut(hierarchy.tree(between, method).linkage, k)
        assert class_cuts.cut("mlp-d8-b1", metric, method, k) == tuple(expected.tolist())
