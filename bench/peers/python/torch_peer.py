"""PyTorch, `eager` or `compiled`, in float32 without TF32, on CUDA where it is, else on the processor.

Mixtures are whitened by their Cholesky factors and covariances are taken about the means, as in scikit-learn.
"""

import math
import time

import torch
from torch.nn.functional import one_hot

from machine import processor

REG_COVAR = 1e-6
LOG_2PI = math.log(2 * math.pi)
# Floats in the largest intermediate of one batch: larger ones gain nothing, and memory ends somewhere.
BATCH_FLOATS = {"cuda": 2**29, "cpu": 2**23}

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.set_float32_matmul_precision("highest")


def normalize(logits):
    norm = torch.logsumexp(logits, 1, keepdim=True)
    return torch.exp(logits - norm), norm.sum()


def k_means_sums(x, _, means, __):
    nearest = torch.argmax(x @ means.T - 0.5 * means.square().sum(1), 1)
    chosen = one_hot(nearest, len(means)).to(x.dtype)
    return chosen.sum(0), chosen.T @ x


def axis_aligned_sums(x, weights, means, variances):
    """`variances` is K × D, or K × 1 when spherical."""
    d, precisions = x.shape[1], 1 / variances
    x2 = x.square() if variances.shape[1] == d else x.square().sum(1, keepdim=True)
    log_determinants = precisions.log().sum(1) * (0.5 * d / variances.shape[1])
    constants = weights.log() + log_determinants - 0.5 * ((means.square() * precisions).sum(1) + d * LOG_2PI)
    r, log_likelihood = normalize(x @ (means * precisions).T - 0.5 * (x2 @ precisions.T) + constants)
    return r.sum(0), r.T @ x, r.T @ x2, log_likelihood


def tied_sums(x, weights, means, lower):
    p = torch.linalg.solve_triangular(lower, torch.eye(len(lower), device=device), upper=False).T
    y, m = x @ p, means @ p
    constants = weights.log() + p.diagonal().log().sum() - 0.5 * (m.square().sum(1) + x.shape[1] * LOG_2PI)
    # Without -y.y/2, which all components share: only the log-likelihood needs it.
    r, log_likelihood = normalize(y @ m.T + constants)
    return r.sum(0), r.T @ x, log_likelihood - 0.5 * y.square().sum()


def full_sums(x, weights, means, lower):
    k, d = means.shape
    p = torch.linalg.solve_triangular(lower, torch.eye(d, device=device).expand(k, d, d), upper=False).mT
    y = (x @ p.permute(1, 0, 2).reshape(d, k * d)).view(-1, k, d) - torch.einsum("kd,kde->ke", means, p)
    constants = weights.log() + p.diagonal(dim1=1, dim2=2).log().sum(1) - 0.5 * d * LOG_2PI
    r, log_likelihood = normalize(constants - 0.5 * y.square().sum(2))
    # About the old means, in whitened coordinates: `update` brings both back.
    return r.sum(0), r.T @ x, torch.einsum("nki,nkj->kij", y * r.unsqueeze(2), y), log_likelihood


def update(kind, n, before, sums, squares):
    """The M-step: weights, means, covariances, and of whole covariances their Cholesky factors."""
    counts, means = sums[0], sums[1] / sums[0][:, None]
    if kind == "k-means":
        return None, torch.where(counts[:, None] > 0, means, before[1]), None, None
    eye = torch.eye(means.shape[1], device=device)
    if kind == "diag":
        covariances = sums[2] / counts[:, None] - means.square() + REG_COVAR
    elif kind == "spherical":
        total = sums[2] / counts[:, None] - means.square().sum(1, keepdim=True)
        covariances = total / means.shape[1] + REG_COVAR
    elif kind == "tied":
        covariances = (squares - (means.T * counts) @ means) / n + REG_COVAR * eye
    else:
        lower, shift = before[3], means - before[1]
        about_old = lower @ (sums[2] / counts[:, None, None]) @ lower.mT
        covariances = about_old - shift[:, :, None] * shift[:, None, :] + REG_COVAR * eye
    lower = torch.linalg.cholesky(covariances) if kind in ("tied", "full") else None
    return counts / n, means, covariances, lower


SUMS = {
    "k-means": k_means_sums,
    "diag": axis_aligned_sums,
    "spherical": axis_aligned_sums,
    "tied": tied_sums,
    "full": full_sums,
}


class Contender:
    version = f"torch {torch.__version__}"
    adapter = torch.cuda.get_device_name() if device == "cuda" else processor(torch.get_num_threads())
    precision = "float32"

    def __init__(self, kind, points, centers, mode):
        self.kind, self.n = kind, len(points)
        means = torch.tensor(centers, dtype=torch.float32, device=device)
        k, d = means.shape
        x = torch.from_numpy(points).to(device)
        self.squares = x.T @ x if kind == "tied" else None
        width = k * d if kind == "full" else max(k, d)
        self.batches = x.chunk(math.ceil(self.n * width / BATCH_FLOATS[device]))
        self.sums = torch.compile(SUMS[kind], dynamic=False) if mode == "compiled" else SUMS[kind]
        eye = torch.eye(d, device=device)
        unit = {"full": eye.repeat(k, 1, 1), "tied": eye, "diag": means.new_ones(k, d)}
        unit = unit.get(kind, means.new_ones(k, 1))
        self.begin = means.new_full((k,), 1 / k), means, unit, unit
        self.model = self.begin
        self.iterate(2)  # the second compiles again when the first one's results are laid out in another way
        self.model = self.begin

    @torch.no_grad()
    def iterate(self, count):
        self.wait()
        began = time.perf_counter()
        for _ in range(count):
            weights, means, covariances, lower = self.model
            shape = covariances if lower is None else lower
            parts = [self.sums(x, weights, means, shape) for x in self.batches]
            sums = [torch.stack(part).sum(0) for part in zip(*parts)]
            self.model = update(self.kind, self.n, self.model, sums, self.squares)
        self.wait()
        return 1000 * (time.perf_counter() - began) / count

    def wait(self):
        if device == "cuda":
            torch.cuda.synchronize()

    def outcome(self):
        weights, means, covariances, _ = (None if part is None else part.cpu().numpy() for part in self.model)
        if self.kind == "k-means":
            return {"means": means}
        return {"weights": weights, "means": means, "covariances": covariances}

    def device_bytes(self):
        return torch.cuda.max_memory_allocated() if device == "cuda" else None


def start(task, points, mode):
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    return Contender(task["kind"], points, task["centers"], mode)
