"""Times EM and Lloyd iterations of scikit-learn, on request.

Started by expectation.ts as `python sklearn_iterations.py points.f32 means.f64 n d k`. Reads requests from standard
input, one per line: `KIND DTYPE`, with KIND full, tied, diag, spherical or k-means and DTYPE float32 or float64. Answers each with
the milliseconds of one iteration, (T(n2) - T(n1)) / (n2 - n1), so that what happens once per fit drops out.
"""

import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
FEW, MANY = 1, 4

points_path, means_path = sys.argv[1:3]
n, d, k = map(int, sys.argv[3:6])
float32 = np.fromfile(points_path, dtype=np.float32).reshape(n, d)
points = {"float32": float32, "float64": float32.astype(np.float64)}
means = np.fromfile(means_path, dtype=np.float64).reshape(k, d)


def unit_precisions(kind):
    eye = np.eye(d)
    return {"full": np.tile(eye, (k, 1, 1)), "tied": eye, "diag": np.ones((k, d)), "spherical": np.ones(k)}[kind]


def fit(kind, x, iterations):
    start = time.perf_counter()
    if kind == "k-means":
        model = KMeans(k, init=means.astype(x.dtype), n_init=1, max_iter=iterations, tol=0, algorithm="lloyd")
    else:
        model = GaussianMixture(
            k,
            covariance_type=kind,
            tol=0,
            max_iter=iterations,
            init_params="random_from_data",
            weights_init=np.full(k, 1 / k),
            means_init=means,
            precisions_init=unit_precisions(kind),
            random_state=0,
        )
    model.fit(x)
    if model.n_iter_ != iterations:
        raise RuntimeError(f"{kind} stopped after {model.n_iter_} of {iterations} iterations")
    return time.perf_counter() - start


print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, Python {sys.version.split()[0]}", flush=True)
for line in sys.stdin:
    kind, dtype = line.split()
    x = points[dtype]
    few = fit(kind, x, FEW)
    many = fit(kind, x, MANY)
    print(1000 * (many - few) / (MANY - FEW), flush=True)
