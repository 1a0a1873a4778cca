"""scikit-learn: `GaussianMixture` and `KMeans` with Lloyd's algorithm, in float32.

A fit does more than its iterations: it checks, starts, and labels the points at the end. Here the clock runs from the
beginning of the first E-step to the end of the last M-step, which is what other contenders are timed for.
"""

import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.cluster import KMeans, _kmeans
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_info

from machine import processor

warnings.filterwarnings("ignore")


class TimedMixture(GaussianMixture):
    def _e_step(self, *args, **kwargs):
        self.began = self.began or time.perf_counter()
        return super()._e_step(*args, **kwargs)

    def _m_step(self, *args, **kwargs):
        super()._m_step(*args, **kwargs)
        self.ended = time.perf_counter()
        self.made += 1


class Contender:
    version = f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}"
    adapter = processor(max((pool["num_threads"] for pool in threadpool_info()), default=1))
    precision = "float32"

    def device_bytes(self):
        return None


class Mixture(Contender):
    def __init__(self, kind, points, means):
        k, d = means.shape
        eye = np.eye(d, dtype=np.float32)
        unit = {"full": np.tile(eye, (k, 1, 1)), "tied": eye, "diag": np.ones((k, d)), "spherical": np.ones(k)}[kind]
        unit = unit.astype(np.float32)
        self.points = points
        self.model = TimedMixture(
            k,
            covariance_type=kind,
            tol=0,
            max_iter=0,
            warm_start=True,
            init_params="random_from_data",
            # In the points' own precision: float64 starts would make scikit-learn calculate in float64.
            weights_init=np.full(k, 1 / k, dtype=np.float32),
            means_init=means,
            precisions_init=unit,
            random_state=0,
        )
        self.model.began = 0
        self.model.covariances_ = unit  # a fit without iterations asks for them, and makes none
        self.model.fit(points)  # later fits go on from here

    def iterate(self, count):
        self.model.set_params(max_iter=count)
        self.model.began = self.model.made = 0
        self.model.fit(self.points)
        assert self.model.made == count, "this scikit-learn iterates in another way"
        return 1000 * (self.model.ended - self.model.began) / count

    def outcome(self):
        return {"weights": self.model.weights_, "means": self.model.means_, "covariances": self.model.covariances_}


class Lloyd(Contender):
    def __init__(self, points, centers):
        self.points, self.centers = points, centers

    def iterate(self, count):
        stamps = []
        iteration = _kmeans.lloyd_iter_chunked_dense

        def timed(*args, update_centers=True, **kwargs):
            began = time.perf_counter()
            iteration(*args, update_centers=update_centers, **kwargs)
            if update_centers:  # not when it only labels the points at the end
                stamps.append((began, time.perf_counter()))

        _kmeans.lloyd_iter_chunked_dense = timed
        try:
            k = len(self.centers)
            model = KMeans(k, init=self.centers, n_init=1, max_iter=count, tol=0, algorithm="lloyd").fit(self.points)
        finally:
            _kmeans.lloyd_iter_chunked_dense = iteration
        assert len(stamps) == model.n_iter_, "this scikit-learn iterates in another way"
        self.centers = model.cluster_centers_
        return 1000 * (stamps[-1][1] - stamps[0][0]) / len(stamps)  # fewer than `count` when nothing moves any more

    def outcome(self):
        return {"means": self.centers}


def start(task, points):
    means = np.asarray(task["centers"], dtype=np.float32)
    kind = task["kind"]
    make = lambda: Lloyd(points, means) if kind == "k-means" else Mixture(kind, points, means)
    make().iterate(1)  # threads start
    return make()
