"""Times EM and Lloyd iterations of scikit-learn, on request.

Started by scikit-learn.ts as `python sklearn_iterations.py points.f32 means.f64 n d k`. Reads requests from standard
input, one per line: `KIND DTYPE`, with KIND full, tied, diag, spherical or k-means and DTYPE float32 or float64. Answers
each with two numbers, the milliseconds of one iteration: elapsed, and processor time of all threads.

Both are (T(n2) - T(n1)) / (n2 - n1), so that what happens once per fit drops out.
k-means may stop before the iterations asked for; those that it made count.
"""

import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")

points_path, means_path = sys.argv[1:3]
n, d, k = map(int, sys.argv[3:6])
float32 = np.fromfile(points_path, dtype=np.float32).reshape(n, d)
points = {"float32": float32, "float64": float32.astype(np.float64)}
means = np.fromfile(means_path, dtype=np.float64).reshape(k, d)


def unit_precisions(kind):
    eye = np.eye(d)
    return {"full": np.tile(eye, (k, 1, 1)), "tied": eye, "diag": np.ones((k, d)), "spherical": np.ones(k)}[kind]


def model_for(kind, dtype, iterations):
    if kind == "k-means":
        return KMeans(k, init=means.astype(dtype), n_init=1, max_iter=iterations, tol=0, algorithm="lloyd")
    return GaussianMixture(
        k,
        covariance_type=kind,
        tol=0,
        max_iter=iterations,
        init_params="random_from_data",
        # In the points' own precision: float64 starts would make scikit-learn calculate in float64.
        weights_init=np.full(k, 1 / k, dtype=dtype),
        means_init=means.astype(dtype),
        precisions_init=unit_precisions(kind).astype(dtype),
        random_state=0,
    )


def fit(kind, dtype, iterations):
    model = model_for(kind, dtype, iterations)
    start = np.array([time.perf_counter(), time.process_time()])
    model.fit(points[dtype])
    end = np.array([time.perf_counter(), time.process_time()])
    return 1000 * (end - start), model.n_iter_


print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}", flush=True)
for line in sys.stdin:
    kind, dtype = line.split()
    few, many = (1, 21) if kind == "k-means" else (1, 5)
    time_of_few, few = fit(kind, dtype, few)
    time_of_many, many = fit(kind, dtype, many)
    elapsed, processor = (time_of_many - time_of_few) / (many - few)
    print(elapsed, processor, flush=True)
