"""JAX, compiled by `jit`, in float32 without TF32, on a GPU where it finds one, else on the processor.

The same formulas as torch_peer.py.
"""

import math
import os
import time

# Its habit of taking three quarters of the memory would leave none for the others.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import jax
import jax.numpy as jnp
from jax.nn import logsumexp, one_hot
from jax.scipy.linalg import solve_triangular

from machine import processor

REG_COVAR = 1e-6
LOG_2PI = math.log(2 * math.pi)
# Floats in the largest intermediate of one batch: larger ones gain nothing, and memory ends somewhere.
BATCH_FLOATS = {"gpu": 2**29, "cpu": 2**23}

jax.config.update("jax_default_matmul_precision", "highest")
device = jax.devices()[0]


def normalize(logits):
    norm = logsumexp(logits, 1, keepdims=True)
    return jnp.exp(logits - norm), norm.sum()


def k_means_sums(x, model):
    means = model["means"]
    nearest = jnp.argmax(x @ means.T - 0.5 * jnp.square(means).sum(1), 1)
    chosen = one_hot(nearest, len(means), dtype=x.dtype)
    return chosen.sum(0), chosen.T @ x


def axis_aligned_sums(x, model):
    """Covariances are K × D, or K × 1 when spherical."""
    means, precisions, d = model["means"], 1 / model["covariances"], x.shape[1]
    width = precisions.shape[1]
    x2 = jnp.square(x) if width == d else jnp.square(x).sum(1, keepdims=True)
    constants = jnp.log(model["weights"]) + 0.5 * d / width * jnp.log(precisions).sum(1)
    constants -= 0.5 * ((jnp.square(means) * precisions).sum(1) + d * LOG_2PI)
    r, log_likelihood = normalize(x @ (means * precisions).T - 0.5 * (x2 @ precisions.T) + constants)
    return r.sum(0), r.T @ x, r.T @ x2, log_likelihood


def tied_sums(x, model):
    p = solve_triangular(model["lower"], jnp.eye(x.shape[1]), lower=True).T
    y, m = x @ p, model["means"] @ p
    constants = jnp.log(model["weights"]) + jnp.log(p.diagonal()).sum()
    constants -= 0.5 * (jnp.square(m).sum(1) + x.shape[1] * LOG_2PI)
    # Without -y.y/2, which all components share: only the log-likelihood needs it.
    r, log_likelihood = normalize(y @ m.T + constants)
    return r.sum(0), r.T @ x, log_likelihood - 0.5 * jnp.square(y).sum()


def full_sums(x, model):
    means = model["means"]
    k, d = means.shape
    p = jax.vmap(lambda lower: solve_triangular(lower, jnp.eye(d), lower=True).T)(model["lower"])
    y = (x @ p.transpose(1, 0, 2).reshape(d, k * d)).reshape(-1, k, d) - jnp.einsum("kd,kde->ke", means, p)
    constants = jnp.log(model["weights"]) + jnp.log(p.diagonal(axis1=1, axis2=2)).sum(1) - 0.5 * d * LOG_2PI
    r, log_likelihood = normalize(constants - 0.5 * jnp.square(y).sum(2))
    # About the old means, in whitened coordinates: `update` brings both back.
    return r.sum(0), r.T @ x, jnp.einsum("nki,nkj->kij", y * r[:, :, None], y), log_likelihood


def update(kind, n, before, sums, squares):
    counts, means = sums[0], sums[1] / sums[0][:, None]
    if kind == "k-means":
        return {"means": jnp.where(counts[:, None] > 0, means, before["means"])}
    eye = jnp.eye(means.shape[1])
    if kind == "diag":
        covariances = sums[2] / counts[:, None] - jnp.square(means) + REG_COVAR
    elif kind == "spherical":
        total = sums[2] / counts[:, None] - jnp.square(means).sum(1, keepdims=True)
        covariances = total / means.shape[1] + REG_COVAR
    elif kind == "tied":
        covariances = (squares - (means.T * counts) @ means) / n + REG_COVAR * eye
    else:
        lower, shift = before["lower"], means - before["means"]
        about_old = lower @ (sums[2] / counts[:, None, None]) @ lower.mT
        covariances = about_old - shift[:, :, None] * shift[:, None, :] + REG_COVAR * eye
    model = {"weights": counts / n, "means": means, "covariances": covariances}
    return model if kind in ("diag", "spherical") else {**model, "lower": jnp.linalg.cholesky(covariances)}


SUMS = {
    "k-means": k_means_sums,
    "diag": axis_aligned_sums,
    "spherical": axis_aligned_sums,
    "tied": tied_sums,
    "full": full_sums,
}


def starting_model(kind, centers):
    means = jnp.asarray(centers, dtype=jnp.float32)
    if kind == "k-means":
        return {"means": means}
    k, d = means.shape
    eye = jnp.eye(d)
    unit = {"full": jnp.tile(eye, (k, 1, 1)), "tied": eye, "diag": jnp.ones((k, d)), "spherical": jnp.ones((k, 1))}
    model = {"weights": jnp.full(k, 1 / k), "means": means, "covariances": unit[kind]}
    return model if kind in ("diag", "spherical") else {**model, "lower": unit[kind]}


class Contender:
    version = f"jax {jax.__version__}"
    adapter = device.device_kind if device.platform == "gpu" else processor(os.cpu_count())
    precision = "float32"

    def __init__(self, kind, points, centers):
        begin = starting_model(kind, centers)
        k, d = begin["means"].shape
        x = jax.device_put(points)
        squares = x.T @ x if kind == "tied" else None
        width = k * d if kind == "full" else max(k, d)
        self.batches = jnp.array_split(x, math.ceil(len(x) * width / BATCH_FLOATS[device.platform]))
        self.sums = jax.jit(SUMS[kind])
        self.update = jax.jit(lambda before, parts: update(kind, len(x), before, add(parts), squares))
        self.model = begin
        self.iterate(2)  # the second compiles again when the first one's results are laid out in another way
        self.model = begin

    def iterate(self, count):
        began = time.perf_counter()
        for _ in range(count):
            self.model = self.update(self.model, [self.sums(x, self.model) for x in self.batches])
        jax.block_until_ready(self.model)
        return 1000 * (time.perf_counter() - began) / count

    def outcome(self):
        names = ("weights", "means", "covariances")
        return {name: jax.device_get(self.model[name]) for name in names if name in self.model}

    def device_bytes(self):
        return (device.memory_stats() or {}).get("peak_bytes_in_use")


def add(parts):
    return [sum(part) for part in zip(*parts)]


def start(task, points):
    return Contender(task["kind"], points, task["centers"])
